package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/iotest"

	"offtrail/fixtures/hostile"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// TestLargeObjects streams what is too large to be held. Each is whole or not there, and takes nothing else with it.
func TestLargeObjects(t *testing.T) {
	t.Parallel()
	large := hostile.ManyRecords(17 << 20)
	var b bytes.Buffer
	if _, err := large.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	body := b.Bytes()
	reset := errors.New("connection reset")
	breaks := func(context.Context) (io.Reader, error) {
		return io.MultiReader(bytes.NewReader(body[:16<<20]), iotest.ErrReader(reset)), nil
	}
	source := newTrail(
		item{key: "a/" + key(1), body: delivery(0, 1)},
		item{key: "broken/" + key(2), body: body, read: breaks},
		item{key: "a/" + key(3), body: delivery(1, 1)},
		item{key: "a/" + key(2), body: body},
		item{key: "copy/" + key(2), body: body},
		item{key: "packed/" + key(2), body: zipped(body)}, // in memory
		item{key: "gone/" + key(2), body: body, read: gone},
		item{key: "a/" + key(4), body: delivery(2, 1)},
	)
	sink := new(recorder)
	res := run(t, sink, ingest.Options{Loaders: 1, Fetchers: 1}, source)
	sink.whole(t)
	res.want(t, 4, 2, 0, 2)
	for i, want := range []error{reset, errGone} {
		if !errors.Is(res.Failures[i].Err, want) {
			t.Errorf("failure %d: %v, want %v", i, res.Failures[i].Err, want)
		}
	}
	if d := sink.of(t, "a/"+key(2)); d.Records != large.Records || d.Fetched.Size != large.Size() {
		t.Errorf("%d records of %d bytes, want %d of %d", d.Records, d.Fetched.Size, large.Records, large.Size())
	}
	if n := res.counters.Records.Load(); n != int64(large.Records)+3 {
		t.Errorf("%d records are counted, want %d", n, large.Records+3)
	}
	if n := res.counters.Fetched.Load(); n != 6 {
		t.Errorf("%d objects are counted as fetched, want 6", n)
	}
}

// TestStreamIsCancelled stops in the middle of a large object: it is not there, and has not failed.
func TestStreamIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	body := plain(0, 2*cloudtrail.BatchRows)
	sink := &recorder{onAppend: func(bool) error { cancel(); return nil }}
	source := newTrail(item{key: key(1), body: body, size: -1, read: func(context.Context) (io.Reader, error) {
		return iotest.HalfReader(bytes.NewReader(body)), nil
	}})
	res := rerun(ctx, t, sink, ingest.EmptyManifest(), ingest.Options{}, source)
	sink.whole(t)
	if !errors.Is(res.err, context.Canceled) || res.sum() > 0 || len(sink.deliveries) > 0 || sink.rollbacks == 0 {
		t.Errorf("run: %v; %d done, %d committed, %d rolled back", res.err, res.sum(), len(sink.deliveries), sink.rollbacks)
	}
}

// TestMoreToCome tells the sink that a row group is to come while enough is listed that may be records, and no longer.
func TestMoreToCome(t *testing.T) {
	t.Parallel()
	listed, begun := make(chan struct{}), make(chan struct{})
	var first sync.Once
	var told []bool
	sink := &recorder{onAppend: func(more bool) error {
		told = append(told, more)
		first.Do(func() { close(begun) })
		return nil
	}}
	body := delivery(0, cloudtrail.BatchRows+1) // one batch while it is decoded, one row at the end
	source := newTrail(item{key: key(0), body: body, read: func(context.Context) (io.Reader, error) {
		<-listed
		return bytes.NewReader(body), nil
	}})
	for i := range 4 { // 40 MB that may be 150,000 records, and turn out not to be there
		source.items = append(source.items, item{key: key(1 + i), size: 10 << 20, read: func(context.Context) (io.Reader, error) {
			<-begun
			return nil, errGone
		}})
	}
	source.afterList = func() { close(listed) }
	failed := &awaiting{want: 4, all: make(chan struct{})}
	hold := item{key: key(9), body: delivery(5000, 1), read: func(context.Context) (io.Reader, error) {
		<-failed.all
		return bytes.NewReader(delivery(5000, 1)), nil
	}}
	source.items = append(source.items, hold)
	res := run(t, sink, ingest.Options{Loaders: 1, Fetchers: 8, Progress: failed}, source)
	res.want(t, 2, 0, 0, 4)
	if len(told) != 2 || !told[0] || told[1] {
		t.Errorf("the sink was told %v, want true for the first batch and false for the last", told)
	}
}

// awaiting is a Progress that waits for failures.
type awaiting struct {
	ingest.Quiet
	mu   sync.Mutex
	n    int
	want int
	all  chan struct{}
}

func (a *awaiting) Failed(cloudtrail.Object, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n++; a.n == a.want {
		close(a.all)
	}
}
