package ingest_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"offtrail/fixtures/hostile"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// TestMemory lists far more than a run may hold: what is fetched and not loaded stays within the budget.
func TestMemory(t *testing.T) {
	t.Parallel()
	const each, n = 8 << 20, 14
	var inMemory, most atomic.Int64
	source := newTrail()
	body := make([]byte, each) // no record: one stretch in quarantine
	for i := range n {
		source.items = append(source.items, item{key: key(i), body: body, read: func(context.Context) (io.Reader, error) {
			now := inMemory.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			return bytes.NewReader(body), nil
		}})
	}
	opts := ingest.Options{Loaders: 1, Fetchers: n, Progress: leaving{inMemory: &inMemory}}
	run(t, new(recorder), opts, source).want(t, 0, 0, n, 0)
	if most.Load() > 48/8 {
		t.Errorf("%d objects of 8 MiB were in memory at once, want at most 6", most.Load())
	}
}

// leaving is a Progress that notes when an object, of which nothing is good, has been decoded.
type leaving struct {
	ingest.Quiet
	inMemory *atomic.Int64
}

func (l leaving) Quarantined(cloudtrail.Object, []cloudtrail.Bad) { l.inMemory.Add(-1) }

// TestHeldIsBounded wants a commit as soon as what waits for one, besides rows, takes the memory that it may take.
func TestHeldIsBounded(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x", 6<<20)
	event := string(hostile.Record(1))
	for _, c := range []struct{ name, body string }{
		{"bad stretches", `{"Records":[{"bad":"` + pad + `"}]}`},
		{"digests", `{"digestS3Object":"` + pad + `"}`},
		{"envelopes", `{"pad":"` + pad + `","detail":` + event + `}`},
		{"aggregated records", `{"Records":[{"eventCategory":"Aggregated","eventVersion":"1.0","pad":"` + pad + `"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := newTrail()
			for i := range 24 {
				source.items = append(source.items, item{key: key(i), body: []byte(c.body)})
			}
			most := 0
			sink := &recorder{onCommit: func(_ context.Context, d []cloudtrail.Delivery) error { most = max(most, len(d)); return nil }}
			if res := run(t, sink, ingest.Options{Loaders: 1}, source); res.err != nil || len(res.Failures) > 0 {
				t.Fatalf("run: %v, failures %v", res.err, res.Failures)
			}
			if most > 14 { // 64 MiB, and what a batch holds
				t.Errorf("%d objects of 6 MiB waited for a commit", most)
			}
		})
	}
}
