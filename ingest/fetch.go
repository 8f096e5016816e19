package ingest

import (
	"context"
	"errors"
	"fmt"
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

// fetchAll reads objects, several at a time, into memory as the budget allows, and hands each to the loader of its name.
func (r *run) fetchAll(ctx context.Context, wanted <-chan planned, queues []chan *body) error {
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
				case queues[(o.stem>>32)%uint64(len(queues))] <- b:
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
	data, err := readExactly(reader, b.Object.Size)
	if err = errors.Join(err, reader.Close()); err != nil {
		return err
	}
	b.data, b.Fetched.Size = data, int64(len(data))
	return nil
}

// readExactly reads size bytes and the end behind them. Until the reader has said io.EOF, it has vouched for nothing.
func readExactly(r io.Reader, size int64) ([]byte, error) {
	data := make([]byte, size)
	switch n, err := io.ReadFull(r, data); err {
	case nil:
	case io.EOF, io.ErrUnexpectedEOF:
		return nil, fmt.Errorf("the object ends after %d of the %d bytes that were listed: %w", n, size, io.ErrUnexpectedEOF)
	default:
		return nil, err
	}
	var more [1]byte
	switch _, err := io.ReadFull(r, more[:]); err {
	case io.EOF:
		return data, nil
	case nil:
		return nil, fmt.Errorf("the object is longer than the %d bytes that were listed", size)
	default:
		return nil, err
	}
}
