package ingest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"offtrail/ingest/cloudtrail"
)

// Sink takes what a run brings.
type Sink interface {
	// NewWriter returns a writer of its own for each of several goroutines.
	NewWriter(ctx context.Context) (Writer, error)
}

// Writer takes batches and commits them with their objects. It is used by one goroutine.
type Writer interface {
	// Append adds rows to the open transaction. The batch may be reused when it returns. more says that so many rows are
	// still to come that the writer may lay these out for the long run.
	Append(ctx context.Context, b *cloudtrail.Batch, more bool) error
	AppendAggregated(object int32, a cloudtrail.Aggregated) error
	// Commit makes everything since the last commit durable together with the objects it came from: all or nothing.
	Commit(ctx context.Context, deliveries []cloudtrail.Delivery) error
	// Rollback forgets everything since the last commit.
	Rollback() error
	Close() error
}

// Options say what a run does.
type Options struct {
	Scope   cloudtrail.Scope
	Full    bool          // list settled days again, too
	Settled time.Duration // how long after its end a day is taken as final; 0 never
	// Fetchers is how many objects are read at once. Loaders is how many are decoded and stored at once; 0 means one
	// a CPU.
	Fetchers, Loaders int
	// CommitRows and CommitAfter are how many records, and for how long, a loader gathers for one transaction; 0 means
	// what suits the store.
	CommitRows  int
	CommitAfter time.Duration
	Progress    Progress
	Now         func() time.Time
}

// What a run holds in memory, and for how long it leaves work uncommitted.
const (
	// inFlight bounds the compressed bytes that wait between fetching and loading.
	inFlight = 48 << 20
	// wholeObject is the largest object that is held in memory. A larger one is streamed, in a transaction of its own.
	wholeObject = 16 << 20
	// commitRows, unless the options say otherwise, is four of the store's row groups.
	commitRows = 4 * rowGroup
	// rowGroup is the number of rows that the store lays out together.
	rowGroup = 122_880
	// queued is how many objects wait for one loader, so that the others go on while it commits.
	queued = 1024
	// planAhead is how many objects wait to be fetched: enough to know whether a row group of records is to come.
	planAhead = 32 << 10
	// commitBytes bounds what waits in memory for the commit besides rows, commitObjects the manifest's part of it.
	commitBytes   = 64 << 20
	commitObjects = 8_000
	// commitAfter, unless the options say otherwise, bounds what a kill costs when objects come in slowly.
	commitAfter = 20 * time.Second
)

// Outcome is what a run came to besides its counters.
type Outcome struct {
	Failures []Failure
	// Days are the day prefixes of Settlers that were listed and taken in whole; none when the run did not end well.
	Days []Day
}

// Failure is an object that could not be read. The next run tries it again.
type Failure struct {
	URI string
	Err error
}

// Run brings every object in scope from the sources into the sink: list, plan, fetch, then inflate, decode and commit.
// Whatever ends it, each object is in the sink whole or not at all. A cancelled context ends it early, after what was
// being decoded has been committed; the context's error is returned.
func Run(ctx context.Context, sources []Source, sink Sink, manifest *Manifest, opts Options, counters *Counters) (*Outcome, error) {
	r := newRun(sink, manifest, opts, counters)
	group, inner := errgroup.WithContext(ctx)

	wanted := make(chan planned, planAhead)
	r.ahead = func() int { return len(wanted) }
	group.Go(func() error {
		defer close(wanted)
		return r.plan(inner, sources, wanted)
	})

	// Objects of one name all go to one loader: a copy comes to whoever has what it is a copy of, and to nobody else.
	queues := make([]chan *body, r.opts.Loaders)
	for i := range queues {
		queues[i] = make(chan *body, queued)
		group.Go(func() error { return r.loadAll(inner, queues[i]) })
	}
	group.Go(func() error {
		defer func() {
			for _, q := range queues {
				close(q)
			}
		}()
		return r.fetchAll(inner, wanted, queues)
	})

	err := group.Wait()
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		err = context.Cause(ctx)
	}
	err = errors.Join(err, r.listErr)
	return r.outcome(err), err
}

// run is one Run's state.
type run struct {
	sink     Sink
	manifest *Manifest
	opts     Options
	counters *Counters
	budget   *semaphore.Weighted

	ahead   func() int   // objects that wait to be fetched
	gone    atomic.Int64 // of ToFetchBytes, what is no longer to come
	loaded  atomic.Int64 // compressed bytes that were decoded
	decoded atomic.Int64 // records that came out of them

	listErr  error // of sources that could not be listed wholly; set before wanted is closed
	days     dayTally
	failures failureList
}

func newRun(sink Sink, manifest *Manifest, opts Options, counters *Counters) *run {
	if opts.Loaders <= 0 {
		opts.Loaders = runtime.GOMAXPROCS(0)
	}
	if opts.Fetchers <= 0 {
		opts.Fetchers = 32
	}
	if opts.CommitRows <= 0 {
		opts.CommitRows = commitRows
	}
	if opts.CommitAfter <= 0 {
		opts.CommitAfter = commitAfter
	}
	if opts.Progress == nil {
		opts.Progress = Quiet{}
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &run{sink: sink, manifest: manifest, opts: opts, counters: counters, budget: semaphore.NewWeighted(inFlight)}
}

// plan lists the sources and passes on what is not in the manifest yet.
func (r *run) plan(ctx context.Context, sources []Source, wanted chan<- planned) error {
	err := list(ctx, sources, r.manifest, r.opts, r.counters, func(o planned) error {
		if _, settles := o.source.(Settler); settles {
			r.days.listed(o)
		}
		switch o.standing {
		case Already:
			r.counters.Already.Add(1)
			return nil
		case Changed:
			r.opts.Progress.Changed(o.Object)
			r.counters.Changed.Add(1)
		}
		r.counters.ToFetch.Add(1)
		r.counters.ToFetchBytes.Add(max(o.Size, 0))
		o.stem = cloudtrail.Hash(o.Stem())
		select {
		case wanted <- o:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if _, ok := errors.AsType[*ListError](err); ok {
		r.listErr = err // what was listed is taken in all the same
		return nil
	}
	return err
}

// moreToCome reports whether each loader can expect to fill at least half of another row group, going by the size of what
// is listed and not yet decoded. Two row groups that are half full or more are never merged, that is, written again. While
// the listing goes on, or the queue is full, there is more than anyone can see.
func (r *run) moreToCome() bool {
	if !r.counters.ListingDone.Load() || r.ahead() >= planAhead*9/10 {
		return true
	}
	perRecord := int64(256) // compressed bytes, until this run knows better
	if n := r.decoded.Load(); n > 1000 {
		perRecord = max(r.loaded.Load()/n, 1)
	}
	waiting := r.counters.ToFetchBytes.Load() - r.gone.Load()
	return waiting/perRecord >= int64(r.opts.Loaders)*rowGroup/2
}

// fail notes an object that could not be read.
func (r *run) fail(o planned, err error) {
	r.counters.Failed.Add(1)
	r.gone.Add(max(o.Size, 0))
	r.failures.add(Failure{URI: o.URI, Err: err})
	r.days.failed(o.Object)
	r.opts.Progress.Failed(o.Object, err)
}

// outcome vouches for no day when the run ended early: an object that it did not reach would never be listed again.
func (r *run) outcome(err error) *Outcome {
	out := &Outcome{Failures: r.failures.list}
	if err == nil {
		out.Days = r.days.whole()
	}
	return out
}
