package ingest

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"offtrail/ingest/cloudtrail"
)

// body is an object on its way from fetching to loading.
type body struct {
	planned
	cloudtrail.Fetched
	data   []byte // the bytes as delivered; nil for an object that is to be streamed
	weight int64  // of the budget
}

// fetchAll reads objects, several at a time, into memory as the budget allows.
func (r *run) fetchAll(ctx context.Context, wanted <-chan planned, fetched chan<- *body) error {
	group, inner := errgroup.WithContext(ctx)
	for range r.opts.Fetchers {
		group.Go(func() error {
			for o := range wanted {
				b, err := r.fetch(inner, o)
				if inner.Err() != nil {
					return context.Cause(inner)
				}
				if err != nil {
					r.fail(o, err)
					continue
				}
				select {
				case fetched <- b:
				case <-inner.Done():
					return context.Cause(inner)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// fetch reads one object whole, unless it is too large to be held.
func (r *run) fetch(ctx context.Context, o planned) (*body, error) {
	b := &body{planned: o}
	if o.Size > wholeObject || o.Size < 0 {
		return b, nil
	}
	b.weight = max(o.Size, 1)
	if err := r.budget.Acquire(ctx, b.weight); err != nil {
		return nil, err
	}
	err := r.readWhole(ctx, b)
	if err != nil {
		r.budget.Release(b.weight)
		return nil, err
	}
	r.counters.Fetched.Add(1)
	r.counters.FetchedBytes.Add(int64(len(b.data)))
	return b, nil
}

func (r *run) readWhole(ctx context.Context, b *body) error {
	reader, fetched, err := b.source.Open(ctx, b.Object)
	if err != nil {
		return err
	}
	b.Fetched = fetched
	data := make([]byte, b.Object.Size+1) // one more: an object that grew must not look whole
	n, err := io.ReadFull(reader, data)
	closed := reader.Close()
	switch {
	case err == nil:
		return errors.Join(errors.New("the object is longer than it was listed"), closed)
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		return err
	case int64(n) != b.Object.Size:
		return errors.Join(io.ErrUnexpectedEOF, closed)
	}
	b.data, b.Fetched.Size = data[:n], int64(n)
	return closed
}
