package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"offtrail/ingest"
	"offtrail/store"
)

// database is a real one, synced again and again.
type database struct {
	path string
	opts ingest.Options
}

// storeSink is a store as a sink.
type storeSink struct {
	*store.Store
	sync int32
}

func (s storeSink) NewWriter(ctx context.Context) (ingest.Writer, error) {
	return s.Store.NewWriter(ctx, s.sync)
}

// sync brings the database up to date with a trail of these items.
func (d *database) sync(t *testing.T, items ...item) *result {
	t.Helper()
	s, err := store.Open(t.Context(), d.path, store.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	m, err := ingest.LoadManifest(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	number, err := s.BeginSync(t.Context(), "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	res := rerun(t.Context(), t, storeSink{s, number}, m, d.opts, newTrail(items...))
	if err := errors.Join(s.MarkRepeats(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	if res.err != nil || len(res.Failures) > 0 {
		t.Fatalf("sync: %v, failures %v", res.err, res.Failures)
	}
	return res
}

// want asks the database and compares.
func (d *database) want(t *testing.T, query, want string) {
	t.Helper()
	s, err := store.OpenReadOnly(t.Context(), d.path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Query(t.Context(), query, store.QueryOptions{})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var got []string
	for rows.Next() {
		got = append(got, fmt.Sprint(rows.Values()...))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s\n= %s, want %s", query, text, want)
	}
}

const events = `SELECT count(*) || ' of ' || count(DISTINCT eventid) FROM cloudtrail_logs`

// TestSyncs syncs a real database several times, as places change hands: whatever is in the trail is in the table, once.
func TestSyncs(t *testing.T) {
	t.Parallel()
	one, two, three := delivery(0, 1), delivery(1, 2), delivery(3, 3)
	type step struct {
		items  []item
		events string
	}
	at := func(folder string, body []byte, etag string) item {
		return item{key: folder + "/1.json.gz", body: body, etag: etag}
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"the same again", []step{
			{[]item{at("a", one, ""), at("b", one, "")}, "1 of 1"},
			{[]item{at("a", one, ""), at("b", one, "")}, "1 of 1"},
		}},
		{"other bytes in its place", []step{
			{[]item{at("a", one, "")}, "1 of 1"},
			{[]item{at("a", two, "")}, "2 of 2"},
			{[]item{at("a", one, "")}, "1 of 1"},
			{[]item{at("a", one, "")}, "1 of 1"},
		}},
		{"written again, then copied", []step{
			{[]item{at("a", one, "1")}, "1 of 1"},
			{[]item{at("a", one, "2")}, "1 of 1"},
			{[]item{at("a", one, "2"), at("b", one, "")}, "1 of 1"},
			{[]item{at("a", one, "3"), at("b", one, "")}, "1 of 1"},
		}},
		{"moved away after other bytes came", []step{
			{[]item{at("a", one, "")}, "1 of 1"},
			{[]item{at("a", two, ""), at("old", one, "")}, "3 of 3"},
		}},
		{"moved away before other bytes came", []step{
			{[]item{at("a", one, "")}, "1 of 1"},
			{[]item{at("old", one, ""), at("a", two, "")}, "3 of 3"},
		}},
		{"swapped", []step{
			{[]item{at("a", one, ""), at("b", two, "")}, "3 of 3"},
			{[]item{at("a", two, ""), at("b", one, "")}, "3 of 3"},
			{[]item{at("a", two, ""), at("b", one, "")}, "3 of 3"},
		}},
		{"a copy whose first place changed", []step{
			{[]item{at("a", one, ""), at("b", one, "")}, "1 of 1"},
			{[]item{at("a", three, ""), at("b", one, "")}, "4 of 4"},
			{[]item{at("a", three, ""), at("b", one, ""), at("c", one, "")}, "4 of 4"},
			{[]item{at("a", three, ""), at("b", three, ""), at("c", three, "")}, "3 of 3"},
		}},
	} {
		for _, way := range []struct {
			name string
			rows int
		}{{"each in a transaction", 1}, {"in one transaction", 0}} {
			t.Run(c.name+", "+way.name, func(t *testing.T) {
				t.Parallel()
				d := database{filepath.Join(t.TempDir(), "t.duckdb"), ingest.Options{Loaders: 1, Fetchers: 1, CommitRows: way.rows}}
				for _, s := range c.steps {
					d.sync(t, s.items...)
					d.want(t, events, s.events)
				}
			})
		}
	}
}

// TestManyChange has several loaders replace objects at once.
func TestManyChange(t *testing.T) {
	t.Parallel()
	d := database{filepath.Join(t.TempDir(), "t.duckdb"), ingest.Options{Loaders: 4, CommitRows: 8}}
	var before, after []item
	for i := range 64 {
		before = append(before, item{key: key(i), body: delivery(10*i, 2)})
		after = append(after, item{key: key(i), body: delivery(10*i, 3)})
	}
	d.sync(t, before...)
	d.want(t, events, "128 of 128")
	if n := d.sync(t, after...).counters.Changed.Load(); n != 64 {
		t.Errorf("%d objects changed, want 64", n)
	}
	d.want(t, events, "192 of 192")
	d.want(t, "SELECT count(*) FROM superseded_records", "128")
}

// TestCopyOfStored wants a copy found in a later sync described as the content that it is a copy of.
func TestCopyOfStored(t *testing.T) {
	t.Parallel()
	d := database{filepath.Join(t.TempDir(), "t.duckdb"), ingest.Options{}}
	first := item{key: "a/1.json.gz", body: delivery(0, 2)}
	d.sync(t, first)
	d.sync(t, first, item{key: "b/1.json.gz", body: delivery(0, 2)})
	d.want(t, "SELECT encoding || content_size || status FROM objects ORDER BY id",
		fmt.Sprintf("gzip%[1]dingested, gzip%[1]dcopy", len(plain(0, 2))))
}
