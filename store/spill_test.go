package store_test

import (
	"path/filepath"
	"testing"

	"offtrail/store"
)

// TestSpill sorts more than fits into memory, twice at once over one file, as two processes may: each spills into a folder
// of its own beside the database, and takes it away.
func TestSpill(t *testing.T) {
	t.Parallel()
	path := build(t)
	const sorted = "SELECT md5(i::VARCHAR) || repeat('x', 50) AS h FROM range(600000) r(i) ORDER BY h"
	folders := func() []string {
		t.Helper()
		found, err := filepath.Glob(path + ".*.tmp")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	var open []*store.Rows
	var stores []*store.Store
	for range 2 {
		s, err := store.OpenReadOnly(t.Context(), path, store.Options{MemoryBytes: 48 << 20, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Query(t.Context(), sorted, store.QueryOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Next() {
			t.Fatal(r.Err())
		}
		open, stores = append(open, r), append(stores, s)
	}
	if found := folders(); len(found) != 2 {
		t.Errorf("spilt into %q", found)
	}
	for i, r := range open {
		n, last := 1, r.Values()[0].(string)
		for r.Next() {
			next := r.Values()[0].(string)
			if next < last {
				t.Fatalf("%q after %q", next, last)
			}
			n, last = n+1, next
		}
		if r.Err() != nil || n != 600000 {
			t.Errorf("got %d rows, %v", n, r.Err())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := stores[i].Close(); err != nil {
			t.Error(err)
		}
	}
	if found := folders(); len(found) != 0 {
		t.Errorf("%q is left", found)
	}
}
