// Package sourcetest holds the contract that every ingest.Source must meet. A source's own tests call Run and add only
// what is theirs: links, damage, throttling.
package sourcetest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// Factory makes a source that holds exactly the objects of tree, by key, and registers with t.Cleanup what it must undo.
// Run closes the source. All keys lie below AWSLogs/.
type Factory func(t *testing.T, tree map[string][]byte) ingest.Source

// Run checks a source against the contract.
func Run(t *testing.T, open Factory) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"lists exactly the tree", testTree},
		{"lists an empty scope as nothing", testNothing},
		{"lists again the same", testAgain},
		{"keeps to the scope", testScope},
		{"leaves settled days out", testSettled},
		{"asks about days in scope only", testSettledScope},
		{"opens what it listed", testOpen},
		{"takes any name", testNames},
		{"opens concurrently", testConcurrent},
		{"refuses another size", testOtherSize},
		{"refuses an object that is not there", testAbsent},
		{"returns the error of yield as it is", testYieldError},
		{"lists nothing when cancelled before", testCancelledBefore},
		{"stops when cancelled", testCancelled},
		{"does not open when cancelled", testOpenCancelled},
		{"closes twice", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open)
		})
	}
}

// start makes the source and sees to its end.
func start(t *testing.T, open Factory, tree map[string][]byte) ingest.Source {
	t.Helper()
	src := open(t, tree)
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return src
}

// list collects a listing by key and checks what holds for every object of every source.
func list(t *testing.T, src ingest.Source, scope cloudtrail.Scope, settled func(ingest.Day) bool) map[string]cloudtrail.Object {
	t.Helper()
	got := make(map[string]cloudtrail.Object)
	uris := make(map[string]bool)
	var busy atomic.Bool
	err := src.List(t.Context(), scope, settled, func(o cloudtrail.Object) error {
		if !busy.CompareAndSwap(false, true) {
			t.Error("List calls yield from two goroutines at a time")
		}
		defer busy.Store(false)
		if _, twice := got[o.Key]; twice {
			t.Errorf("List yields key %q twice", o.Key)
		}
		if uris[o.URI] {
			t.Errorf("List yields URI %q twice", o.URI)
		}
		if !strings.HasPrefix(o.URI, src.URI()) {
			t.Errorf("URI %q does not begin with the source's, %q", o.URI, src.URI())
		}
		if want := cloudtrail.ParseKey(o.Key); o.Name != want {
			t.Errorf("Name of %q = %+v, want %+v", o.Key, o.Name, want)
		}
		got[o.Key], uris[o.URI] = o, true
		return nil
	})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	return got
}

// expectKeys compares a listing with the keys wanted, in any order.
func expectKeys(t *testing.T, got map[string]cloudtrail.Object, want ...string) {
	t.Helper()
	slices.Sort(want)
	keys := slices.Sorted(maps.Keys(got))
	if !slices.Equal(keys, want) {
		t.Errorf("List yields\n  %s\nwant\n  %s", strings.Join(keys, "\n  "), strings.Join(want, "\n  "))
	}
}

func fetch(ctx context.Context, src ingest.Source, o cloudtrail.Object) ([]byte, cloudtrail.Fetched, error) {
	r, got, err := src.Open(ctx, o)
	if err != nil {
		return nil, got, err
	}
	body, err := io.ReadAll(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return body, got, err
}

func expectBody(t *testing.T, src ingest.Source, o cloudtrail.Object, want []byte) {
	t.Helper()
	got, fetched, err := fetch(t.Context(), src, o)
	if err != nil {
		t.Errorf("read %q: %v", o.Key, err)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%q has %d bytes %.40q, want %d bytes %.40q", o.Key, len(got), got, len(want), want)
	}
	if !o.LastModified.IsZero() && fetched.LastModified.IsZero() {
		t.Errorf("%q was listed with its last modification and fetched without", o.Key)
	}
}
