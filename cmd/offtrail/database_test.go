package main_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"testing"

	"offtrail/store"
)

// broken are the ways in which a database may be wrong, each with a query that counts the cases.
var broken = []struct{ name, count string }{
	{"records of an object that is not in the manifest", `SELECT count(*) FROM records ANTI JOIN
		(SELECT id AS object_id FROM objects WHERE id = content_id AND status IN ('ingested', 'quarantined')) USING (object_id)`},
	{"objects with other than their number of records", `SELECT count(*) FROM objects o
		LEFT JOIN (SELECT object_id, count(*) AS n FROM (SELECT object_id FROM records UNION ALL SELECT object_id FROM aggregated_records)
			GROUP BY object_id) r ON r.object_id = o.id
		WHERE o.id = o.content_id AND o.status <> 'superseded' AND o.records <> coalesce(r.n, 0)`},
	{"objects that share a number", "SELECT count(*) - count(DISTINCT id) FROM objects"},
	{"objects that share a place", "SELECT count(*) - count(DISTINCT uri) FROM objects WHERE status <> 'superseded'"},
	{"copies of nothing", `SELECT count(*) FROM objects c WHERE status = 'copy' AND NOT EXISTS
		(SELECT 1 FROM objects o WHERE o.id = c.content_id AND o.id = o.content_id)`},
	{"records that share a position", "SELECT count(*) FROM (SELECT object_id, position FROM records GROUP BY ALL HAVING count(*) > 1)"},
	{"repeats of nothing", `SELECT count(*) FROM repeats ANTI JOIN records USING (object_id, position)`},
	{"repeats that share a record", "SELECT count(*) FROM (SELECT object_id, position FROM repeats GROUP BY ALL HAVING count(*) > 1)"},
	{"left-overs of an object that is not in the manifest", `SELECT count(*) FROM
		(SELECT object_id FROM originals UNION ALL SELECT object_id FROM quarantine UNION ALL SELECT object_id FROM digests)
		ANTI JOIN (SELECT id AS object_id FROM objects) USING (object_id)`},
	{"syncs that share a number", "SELECT count(*) - count(DISTINCT id) FROM syncs"},
	{"objects of no sync", "SELECT count(*) FROM objects ANTI JOIN (SELECT id AS sync_id FROM syncs) USING (sync_id)"},
}

// database is a file that no process has open, read with plain SQL past offtrail's own views.
type database struct {
	t  *testing.T
	db *sql.DB
}

// inspect opens a database read-only, as a user does who looks after a crash.
func inspect(t *testing.T, path string) *database {
	t.Helper()
	s, err := store.OpenReadOnly(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatalf("after it: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return inspectRaw(t, path, "read_only")
}

// inspectRaw opens any DuckDB file with DuckDB alone.
func inspectRaw(t *testing.T, path, mode string) *database {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode="+mode)
	if err != nil {
		t.Fatal(err)
	}
	return &database{t, db}
}

func (d *database) close() {
	d.t.Helper()
	if err := d.db.Close(); err != nil {
		d.t.Error(err)
	}
}

func (d *database) number(query string) (n int) {
	d.t.Helper()
	if err := d.db.QueryRowContext(d.t.Context(), query).Scan(&n); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (d *database) exec(statement string, args ...any) {
	d.t.Helper()
	if _, err := d.db.ExecContext(d.t.Context(), statement, args...); err != nil {
		d.t.Fatalf("%s: %v", statement, err)
	}
}

// numbers reads a query of names and numbers.
func (d *database) numbers(query string) map[string]int {
	d.t.Helper()
	rows, err := d.db.QueryContext(d.t.Context(), query)
	if err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			d.t.Fatal(err)
		}
		counts[name] = n
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return counts
}

// consistent checks what must hold at any instant.
func (d *database) consistent() {
	d.t.Helper()
	for _, b := range broken {
		if n := d.number(b.count); n != 0 {
			d.t.Errorf("%d %s", n, b.name)
		}
	}
}

// complete checks that the whole trail is in, once.
func (d *database) complete(want *delivered) {
	d.t.Helper()
	d.consistent()
	for _, c := range []struct {
		name, query string
		want        int
	}{
		{"objects", "SELECT count(*) FROM objects", len(want.objects)},
		{"copies", "SELECT count(*) FROM objects WHERE status = 'copy'", want.copies},
		{"records", "SELECT count(*) FROM records", want.records},
		{"records as Athena counts", "SELECT count(*) FROM cloudtrail_logs", want.records},
		{"events", "SELECT count(*) FROM events", want.events},
		{"event IDs", "SELECT count(DISTINCT eventid) FROM cloudtrail_logs", want.events},
		{"repeats", "SELECT count(*) FROM repeats", want.records - want.events},
		{"repeats that say something else", "SELECT count(*) FROM repeats WHERE NOT same", 0},
	} {
		if n := d.number(c.query); n != c.want {
			d.t.Errorf("%d %s, want %d", n, c.name, c.want)
		}
	}
	places := d.numbers("SELECT account || '/' || region, count(*) FROM cloudtrail_logs GROUP BY ALL")
	if !maps.Equal(places, want.places) {
		d.t.Errorf("records by place: %v, want %v", places, want.places)
	}
	keys := slices.Collect(maps.Keys(d.numbers("SELECT key, count(*) FROM objects GROUP BY ALL")))
	slices.Sort(keys)
	if all := slices.Sorted(maps.Keys(want.objects)); !slices.Equal(keys, all) {
		d.t.Errorf("the manifest's keys are not the bucket's: %s", difference(keys, all))
	}
}

func difference(got, want []string) string {
	for _, key := range want {
		if !slices.Contains(got, key) {
			return fmt.Sprintf("%q is missing", key)
		}
	}
	return fmt.Sprintf("%d instead of %d", len(got), len(want))
}
