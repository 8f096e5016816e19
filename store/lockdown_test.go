package store

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func locked(t *testing.T) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trail.duckdb")
	w, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := OpenReadOnly(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestLockdown goes past the gate: the settings must hold by themselves, on every connection.
func TestLockdown(t *testing.T) {
	t.Parallel()
	s := locked(t)
	dir := t.TempDir()
	for _, connection := range []string{"first", "second"} {
		conn, err := s.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() // held, so that the next is another
		for _, statement := range []string{
			"SET enable_external_access = true",
			"SET lock_configuration = false",
			"SET TimeZone = 'Asia/Tokyo'",
			"RESET temp_directory",
			"CREATE TABLE trail.x (a INT)",
			"DELETE FROM trail.objects",
			"COPY (SELECT 1) TO 'DIR/x.csv'",
			"EXPORT DATABASE 'DIR/x'",
			"ATTACH 'DIR/x.db'",
			"INSTALL httpfs",
			"LOAD 'DIR/x.duckdb_extension'",
			"SELECT * FROM read_text('DIR/x.csv')",
			"SELECT * FROM glob('DIR/*')",
			"SELECT * FROM 'DIR/x.csv'",
		} {
			if _, err := conn.ExecContext(t.Context(), strings.ReplaceAll(statement, "DIR", dir)); err == nil {
				t.Errorf("%s connection: %s runs", connection, statement)
			}
		}
		var zone, half string
		if err := conn.QueryRowContext(t.Context(), "SELECT current_setting('TimeZone'), CAST(7/2 AS VARCHAR)").Scan(&zone, &half); err != nil {
			t.Fatal(err)
		}
		if zone != "UTC" || half != "3" {
			t.Errorf("%s connection: zone %s, 7/2 = %s", connection, zone, half)
		}
	}
}

// TestEveryFunctionIsDecided holds the lists against DuckDB's own: a new version must not bring a way out unseen.
func TestEveryFunctionIsDecided(t *testing.T) {
	t.Parallel()
	s := locked(t)

	// Called anew for each row, and harmless.
	harmless := []string{"random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "error"}
	for _, name := range texts(t, s.db, `SELECT DISTINCT function_name FROM duckdb_functions()
		WHERE function_type = 'scalar' AND stability = 'VOLATILE' ORDER BY ALL`) {
		if !refusedFunction(name) && !slices.Contains(harmless, name) {
			t.Errorf("volatile function %s is allowed", name)
		}
	}

	for _, name := range texts(t, s.db, "SELECT DISTINCT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved' ORDER BY ALL") {
		if slices.Contains(Tables(), name) {
			t.Errorf("table %s cannot be named without quotes", name)
		}
	}
}

// TestTablesExist holds the lists against the schema.
func TestTablesExist(t *testing.T) {
	t.Parallel()
	s := locked(t)
	have := texts(t, s.db, "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'trail'")
	for _, table := range rewrittenTables() {
		if !slices.Contains(have, table) {
			t.Errorf("no table %s in the schema", table)
		}
	}
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
