package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"

	"offtrail/ingest/cloudtrail"
)

func testOpen(t *testing.T, open Factory) {
	src, want := start(t, open, tree()), tree()
	for key, o := range list(t, src, cloudtrail.Scope{}, nil) {
		expectBody(t, src, o, want[key])
	}
}

func testNames(t *testing.T, open Factory) {
	day := single + "CloudTrail/us-east-1/2024/01/02/"
	want := make(map[string][]byte)
	for _, name := range []string{
		"a b.json.gz", " leading.json.gz", "Ünïcödé.json.gz", "日本.json.gz", "100%.json.gz", "%41.json.gz", "A.json.gz",
		"a+b.json.gz", "a#2.json.gz", "a?b=c.json.gz", "a&b.json.gz", "a!.json.gz", "it's.json.gz", `say "x".json.gz`,
		"a;b,c.json.gz", "(1).json.gz", "[x].json.gz", "{y}.json.gz", "~x.json.gz", "no-suffix", "a:b.json", "@x", "$y",
	} {
		want[day+name] = []byte("content of " + name)
	}
	src := start(t, open, want)
	got := list(t, src, cloudtrail.Scope{}, nil)
	for key, body := range want {
		o, ok := got[key]
		if !ok {
			t.Errorf("List leaves %q out", key)
			continue
		}
		expectURI(t, o.URI)
		expectBody(t, src, o, body)
	}
	if len(got) != len(want) {
		t.Errorf("List yields %d objects, want %d", len(got), len(want))
	}
}

// expectURI wants what goes through tables and terminals whole. S3 URIs carry keys as they are.
func expectURI(t *testing.T, uri string) {
	t.Helper()
	if strings.HasPrefix(uri, "s3://") {
		return
	}
	u, err := url.Parse(uri)
	if err != nil {
		t.Errorf("parse URI %q: %v", uri, err)
		return
	}
	if u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(uri, " \"\n") {
		t.Errorf("URI %q is not percent-encoded", uri)
	}
}

func testConcurrent(t *testing.T, open Factory) {
	want := make(map[string][]byte)
	for i := range 20 {
		key := fmt.Sprintf("%sCloudTrail/us-east-1/2024/01/02/%d.json.gz", single, i)
		want[key] = []byte(strings.Repeat(key, 500+i))
	}
	src := start(t, open, want)
	objects := list(t, src, cloudtrail.Scope{}, nil)
	var group sync.WaitGroup
	for range 3 {
		for key, o := range objects {
			group.Go(func() { expectBody(t, src, o, want[key]) })
		}
	}
	group.Wait()
}

func testOtherSize(t *testing.T, open Factory) {
	src := start(t, open, tree())
	o := list(t, src, cloudtrail.Scope{}, nil)[orgDec31]
	if o.Size < 0 {
		return // nothing was promised
	}
	for _, off := range []int64{-1, 1} {
		wrong := o
		wrong.Size += off
		if body, _, err := fetch(t.Context(), src, wrong); err == nil {
			t.Errorf("an object listed with %d bytes is read to its end with %d", wrong.Size, len(body))
		}
	}
}

func testAbsent(t *testing.T, open Factory) {
	src := start(t, open, tree())
	o := list(t, src, cloudtrail.Scope{}, nil)[orgDec31]
	o.URI += ".gone"
	o.Key += ".gone"
	_, _, err := fetch(t.Context(), src, o)
	if err == nil || errors.Is(err, io.EOF) {
		t.Fatalf("an object that is not there is read with error %v", err)
	}
	if !strings.Contains(err.Error(), ".gone") {
		t.Errorf("error %q does not name the object", err)
	}
}

func testOpenCancelled(t *testing.T, open Factory) {
	src := start(t, open, tree())
	o := list(t, src, cloudtrail.Scope{}, nil)[orgJan1]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := fetch(ctx, src, o); !errors.Is(err, context.Canceled) {
		t.Errorf("reading under an ended context = %v, want context.Canceled", err)
	}
}

func testClose(t *testing.T, open Factory) {
	src := open(t, tree())
	for i := range 2 {
		if err := src.Close(); err != nil {
			t.Errorf("Close, call %d: %v", i+1, err)
		}
	}
}
