package ingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"offtrail/fixtures/hostile"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// trail is a source in memory. It counts what it opens and what is closed again.
type trail struct {
	uri            string
	items          []item
	listErr        error
	afterList      func()
	opened, closed atomic.Int64
}

// item is an object of a trail.
type item struct {
	key  string
	body []byte
	size int64  // as listed; 0 stands for that of the body
	etag string // "" stands for one that the body decides
	read func(context.Context) (io.Reader, error)
}

// settled is a trail that CloudTrail delivers to.
type settled struct{ *trail }

func (settled) Settles() {}

func newTrail(items ...item) *trail { return &trail{uri: "mem://trail/", items: items} }

func (s *trail) URI() string  { return s.uri }
func (s *trail) Close() error { return nil }

func (s *trail) List(ctx context.Context, _ cloudtrail.Scope, _ func(ingest.Day) bool, yield func(cloudtrail.Object) error) error {
	for i := range s.items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(s.object(i)); err != nil {
			return err
		}
	}
	if s.afterList != nil {
		s.afterList()
	}
	return s.listErr
}

func (s *trail) object(i int) cloudtrail.Object {
	it := s.items[i]
	o := cloudtrail.Object{URI: s.uri + it.key, Key: it.key, Size: it.size, ETag: it.etag, Name: cloudtrail.ParseKey(it.key)}
	if o.Size == 0 {
		o.Size = int64(len(it.body))
	}
	if o.ETag == "" {
		o.ETag = fmt.Sprint(cloudtrail.Hash(string(it.body)))
	}
	return o
}

func (s *trail) Open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	fetched := cloudtrail.Fetched{ETag: o.ETag}
	for _, it := range s.items {
		if it.key != o.Key {
			continue
		}
		var r io.Reader = bytes.NewReader(it.body)
		if it.read != nil {
			var err error
			if r, err = it.read(ctx); err != nil {
				return nil, fetched, err
			}
		}
		s.opened.Add(1)
		return &closer{Reader: r, closed: &s.closed}, fetched, nil
	}
	return nil, fetched, fmt.Errorf("open %s: no such object", o.URI)
}

type closer struct {
	io.Reader
	closed *atomic.Int64
	once   atomic.Bool
}

func (c *closer) Close() error {
	if !c.once.Swap(true) {
		c.closed.Add(1)
	}
	return nil
}

// key is a key as CloudTrail writes it.
func key(n int) string {
	return fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/01/111122223333_CloudTrail_eu-west-1_20240501T0005Z_%016d.json.gz", n)
}

// delivery is a delivery of n records from number first on, as CloudTrail writes it.
func delivery(first, n int) []byte { return zipped(plain(first, n)) }

func plain(first, n int) []byte {
	records := make([][]byte, n)
	for i := range records {
		records[i] = hostile.Record(first + i)
	}
	return hostile.Delivery(records...)
}

func zipped(body []byte) []byte { return zippedAt(gzip.DefaultCompression, body) }

func zippedAt(level int, body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		panic(err)
	}
	_, _ = z.Write(body) // to memory
	_ = z.Close()
	return b.Bytes()
}

// result is what a run came to.
type result struct {
	*ingest.Outcome
	counters ingest.Counters
	err      error
}

// run runs trails into a sink with a new manifest, and checks what every run owes: that counts add up, and that what was opened
// is closed.
func run(t *testing.T, sink ingest.Sink, opts ingest.Options, trails ...*trail) *result {
	t.Helper()
	return rerun(t.Context(), t, sink, ingest.EmptyManifest(), opts, trails...)
}

func rerun(ctx context.Context, t *testing.T, sink ingest.Sink, m *ingest.Manifest, opts ingest.Options, trails ...*trail) *result {
	t.Helper()
	sources := make([]ingest.Source, len(trails))
	for i, s := range trails {
		sources[i] = settled{s}
	}
	res := new(result)
	res.Outcome, res.err = ingest.Run(ctx, sources, sink, m, opts, &res.counters)
	for _, s := range trails {
		if s.opened.Load() != s.closed.Load() {
			t.Errorf("%d bodies were opened, %d closed", s.opened.Load(), s.closed.Load())
		}
	}
	sum := res.sum()
	if listed := res.counters.Listed.Load(); sum > listed || res.err == nil && sum != listed {
		t.Errorf("%d listed, but ingested + already + quarantined + failed = %d", listed, sum)
	}
	if n := res.counters.Failed.Load(); n != int64(len(res.Failures)) {
		t.Errorf("%d failed, but %d failures are told", n, len(res.Failures))
	}
	return res
}

func (r *result) sum() int64 {
	c := &r.counters
	return c.Ingested.Load() + c.Already.Load() + c.Quarantined.Load() + c.Failed.Load()
}

func (r *result) want(t *testing.T, ingested, already, quarantined, failed int64) {
	t.Helper()
	c := &r.counters
	got := [4]int64{c.Ingested.Load(), c.Already.Load(), c.Quarantined.Load(), c.Failed.Load()}
	if want := [4]int64{ingested, already, quarantined, failed}; got != want {
		t.Errorf("ingested, already, quarantined, failed = %v, want %v; failures: %v", got, want, r.Failures)
	}
}

// noon is a clock that stands.
func noon() time.Time { return time.Date(2024, 5, 2, 12, 0, 0, 0, time.UTC) }

var errGone = errors.New("the object is gone")

// gone is how an object reads that was listed and is not there.
func gone(context.Context) (io.Reader, error) { return nil, errGone }
