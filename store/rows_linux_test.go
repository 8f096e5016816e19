package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"offtrail/store"
)

// TestAnswerIsNotHeld reads an answer of 400 MB and watches the process: DuckDB's own accounts do not show results that it
// holds. It runs alone, as others would be in the figures.
func TestAnswerIsNotHeld(t *testing.T) {
	const rows, limit = 400_000, 200 << 20
	s := read(t, build(t), store.Options{})
	before := resident(t)
	r, err := s.Query(t.Context(), fmt.Sprintf("SELECT repeat(chr(65 + (i %% 26)::INTEGER), 1000) || i FROM range(%d) r(i)", rows), store.QueryOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r.Next() {
		if n%20_000 == 0 {
			if grown := resident(t) - before; grown > limit {
				t.Fatalf("after %d rows the process has grown by %d MB", n, grown>>20)
			}
		}
		n++
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil || n != rows {
		t.Errorf("got %d rows, %v", n, err)
	}
}

// resident returns the memory that the process holds, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := bytes.Cut(status, []byte("VmRSS:"))
	var kilobytes int
	if _, err := fmt.Sscan(string(after), &kilobytes); err != nil || !found {
		t.Fatalf("read VmRSS: %v", err)
	}
	return kilobytes << 10
}
