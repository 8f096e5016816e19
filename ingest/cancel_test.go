package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// TestCancel cancels runs at every kind of moment. Run must return the cause, leave nothing running and nothing half.
// It is not parallel: it counts goroutines.
func TestCancel(t *testing.T) {
	before := runtime.NumGoroutine()
	enough := errors.New("enough")
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 2))
		ctx, cancel := context.WithCancelCause(t.Context())
		at, count := int64(random.IntN(70)), new(atomic.Int64)
		step := func() {
			if count.Add(1) > at {
				cancel(enough)
			}
		}
		source := mixed(random, 60)
		for i := range source.items {
			it := &source.items[i]
			if read, body := it.read, it.body; true {
				it.read = func(ctx context.Context) (io.Reader, error) {
					step()
					if read != nil {
						return read(ctx)
					}
					if count.Load()%7 == 0 {
						return &stuck{ctx: ctx, r: bytes.NewReader(body)}, nil
					}
					return bytes.NewReader(body), ctx.Err()
				}
			}
		}
		sink := &recorder{onCommit: func(context.Context, []cloudtrail.Delivery) error { step(); return nil }}
		opts := ingest.Options{Loaders: 1 + random.IntN(3), Fetchers: 1 + random.IntN(8), CommitRows: 1 + random.IntN(60)}
		if res := rerun(ctx, t, sink, ingest.EmptyManifest(), opts, source); !errors.Is(res.err, enough) && ctx.Err() != nil {
			t.Errorf("seed %d: run: %v, want the cause", seed, res.err)
		} else if ctx.Err() != nil {
			for _, f := range res.Failures {
				if errors.Is(f.Err, enough) || errors.Is(f.Err, context.Canceled) {
					t.Errorf("seed %d: %s is said to have failed: %v", seed, f.URI, f.Err)
				}
			}
			if len(res.Days) > 0 {
				t.Errorf("seed %d: days %v are vouched for", seed, res.Days)
			}
		}
		sink.whole(t)
		if sink.uncommitted > 0 && ctx.Err() == nil {
			t.Errorf("seed %d: %d rows were not committed", seed, sink.uncommitted)
		}
		cancel(nil)
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
}

// stuck hangs at its end until the run is cancelled.
type stuck struct {
	ctx context.Context
	r   io.Reader
}

func (s *stuck) Read(p []byte) (int, error) {
	if n, err := s.r.Read(p); err == nil {
		return n, nil
	}
	if s.ctx.Err() == nil {
		return 0, io.EOF
	}
	return 0, context.Cause(s.ctx)
}

// TestCancelCommits wants what was being decoded at the cancelling to be committed after it, and nothing more begun.
func TestCancelCommits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	decoded := make(chan struct{})
	source := newTrail(
		item{key: key(1), body: delivery(0, cloudtrail.BatchRows+1)},
		item{key: key(3), body: delivery(5000, 1)}, // is fetched, and waits for the loader
		item{key: key(2), read: func(ctx context.Context) (io.Reader, error) {
			<-decoded // the first is being decoded, and no commit is due
			cancel()
			return nil, context.Cause(ctx)
		}},
	)
	var once sync.Once
	sink := &recorder{onAppend: func(bool) error {
		once.Do(func() { close(decoded); <-ctx.Done() })
		return nil
	}}
	res := rerun(ctx, t, sink, ingest.EmptyManifest(), ingest.Options{Loaders: 1, Fetchers: 1}, source)
	sink.whole(t)
	if !errors.Is(res.err, context.Canceled) || res.counters.Ingested.Load() != 1 || len(sink.deliveries) != 1 || len(res.Failures) > 0 {
		t.Errorf("run: %v; %d ingested, failures %v", res.err, res.counters.Ingested.Load(), res.Failures)
	}
}

// TestCommitsInTime wants objects that trickle in committed while the next one is awaited.
func TestCommitsInTime(t *testing.T) {
	t.Parallel()
	committed := make(chan struct{})
	var once sync.Once
	sink := &recorder{onCommit: func(context.Context, []cloudtrail.Delivery) error { once.Do(func() { close(committed) }); return nil }}
	source := newTrail(item{key: key(1), body: delivery(0, 1)}, item{key: key(2), body: delivery(1, 1), read: func(ctx context.Context) (io.Reader, error) {
		select {
		case <-committed:
			return bytes.NewReader(delivery(1, 1)), nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}})
	res := run(t, sink, ingest.Options{Loaders: 1, CommitAfter: time.Millisecond}, source)
	res.want(t, 2, 0, 0, 0)
}
