package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

func testTree(t *testing.T, open Factory) {
	src, want := start(t, open, tree()), tree()
	got := list(t, src, cloudtrail.Scope{}, nil)
	expectKeys(t, got, keys()...)
	for key, o := range got {
		if o.Size != -1 && o.Size != int64(len(want[key])) {
			t.Errorf("size of %q = %d, want %d", key, o.Size, len(want[key]))
		}
	}
}

func testNothing(t *testing.T, open Factory) {
	src := start(t, open, tree())
	expectKeys(t, list(t, src, cloudtrail.Scope{Accounts: []string{"999999999999"}}, nil))
}

func testAgain(t *testing.T, open Factory) {
	src := start(t, open, tree())
	first := list(t, src, cloudtrail.Scope{}, nil)
	// A narrower listing in between must not change what anything is called.
	list(t, src, cloudtrail.Scope{Accounts: []string{"222222222222"}}, nil)
	if second := list(t, src, cloudtrail.Scope{}, nil); !reflect.DeepEqual(first, second) {
		t.Errorf("second listing %v, want the first %v", second, first)
	}
}

func testScope(t *testing.T, open Factory) {
	src := start(t, open, tree())
	for _, test := range []struct {
		name  string
		scope cloudtrail.Scope
		want  []string
	}{
		{"organization", cloudtrail.Scope{Orgs: []string{"o-abcde12345"}},
			[]string{orgDec31, orgJan1, orgJan1Two, orgWest, orgDigest}},
		{"account", cloudtrail.Scope{Accounts: []string{"222222222222"}}, []string{ownJan2, ownInsight}},
		{"account pattern", cloudtrail.Scope{Accounts: []string{"2*"}}, []string{ownJan2, ownInsight}},
		{"Region", cloudtrail.Scope{Regions: []string{"eu-west-1"}}, []string{orgWest}},
		{"Region pattern", cloudtrail.Scope{Regions: []string{"eu-*", "ap-*"}}, []string{orgWest}},
		{"kind", cloudtrail.Scope{Kinds: []cloudtrail.Kind{cloudtrail.KindDigest, cloudtrail.KindInsight}},
			[]string{orgDigest, ownInsight}},
		{"from", cloudtrail.Scope{From: "2024-01-02"}, []string{ownJan2, ownInsight}},
		{"to", cloudtrail.Scope{To: "2023-12-31"}, []string{orgDec31}},
		{"one day", cloudtrail.Scope{From: "2024-01-01", To: "2024-01-01"},
			[]string{orgJan1, orgJan1Two, orgWest, orgDigest}},
		{"across the year", cloudtrail.Scope{From: "2023-12-31", To: "2024-01-01", Regions: []string{"us-east-1"},
			Kinds: []cloudtrail.Kind{cloudtrail.KindTrail}}, []string{orgDec31, orgJan1, orgJan1Two}},
	} {
		t.Run(test.name, func(t *testing.T) {
			expectKeys(t, list(t, src, test.scope, nil), test.want...)
		})
	}
}

func testSettled(t *testing.T, open Factory) {
	src := start(t, open, tree())
	all := list(t, src, cloudtrail.Scope{}, nil)
	uri := all[orgJan1].URI
	settled := ingest.Day{Prefix: uri[:strings.LastIndexByte(uri, '/')+1], Date: "2024-01-01"}
	asked := make(map[ingest.Day]bool)
	got := list(t, src, cloudtrail.Scope{}, func(d ingest.Day) bool {
		asked[d] = true
		return d == settled
	})
	expectKeys(t, got, orgDec31, orgWest, orgDigest, ownJan2, ownInsight)
	for key, o := range all {
		day := ingest.Day{Prefix: o.URI[:strings.LastIndexByte(o.URI, '/')+1], Date: o.Name.Day}
		if !asked[day] {
			t.Errorf("List does not ask whether the day of %q is settled: %+v", key, day)
		}
	}
}

func testSettledScope(t *testing.T, open Factory) {
	src := start(t, open, tree())
	list(t, src, cloudtrail.Scope{From: "2024-01-02"}, func(d ingest.Day) bool {
		if d.Date < "2024-01-02" {
			t.Errorf("List asks whether %+v is settled, which is out of scope", d)
		}
		return false
	})
}

func testYieldError(t *testing.T, open Factory) {
	src := start(t, open, tree())
	stop, calls := errors.New("stop"), 0
	err := src.List(t.Context(), cloudtrail.Scope{}, nil, func(cloudtrail.Object) error {
		calls++
		return stop
	})
	if err != stop { //nolint:errorlint // the contract is identity
		t.Errorf("List = %v, want the error of yield as it is", err)
	}
	if calls != 1 {
		t.Errorf("List calls yield %d times, want none after an error", calls)
	}
}

func testCancelledBefore(t *testing.T, open Factory) {
	src := start(t, open, tree())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := src.List(ctx, cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		t.Errorf("List yields %q after the context ended", o.Key)
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("List = %v, want context.Canceled", err)
	}
}

// testCancelled allows a source to hand out what it has at hand, but not to go on to the end as if nothing were.
func testCancelled(t *testing.T, open Factory) {
	many := make(map[string][]byte)
	for i := range 300 {
		many[fmt.Sprintf("%sCloudTrail/us-east-1/2024/01/%02d/%d.json.gz", single, i%28+1, i)] = []byte("x")
	}
	src := start(t, open, many)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := src.List(ctx, cloudtrail.Scope{}, nil, func(cloudtrail.Object) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("List = %v, want context.Canceled", err)
	}
}
