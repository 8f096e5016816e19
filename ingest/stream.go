package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"offtrail/ingest/cloudtrail"
)

// stream takes in an object too large to be held. Its hash is known only when its rows are with the writer, so it has a
// transaction of its own, which is rolled back if the content turns out to be stored already.
func (l *loader) stream(ctx context.Context, b *body) error {
	if err := l.commit(ctx); err != nil {
		return err
	}
	d, err := l.decodeStream(ctx, b)
	if err != nil {
		return l.giveUp(ctx, b, err)
	}
	l.counters.Fetched.Add(1)
	l.counters.FetchedBytes.Add(d.Fetched.Size)
	same, _ := l.manifest.find(b.stem, d.SHA256)
	if same == nil && len(d.Bad) == 0 {
		same = l.manifest.findInflated(b.stem, d.ContentSHA256)
	}
	if same == nil {
		l.fresh(b, d)
		return l.commit(ctx)
	}
	if err := l.rollback(); err != nil {
		return err
	}
	l.copyOf(d, same)
	return l.commit(ctx)
}

// decodeStream decodes an object while it is read.
func (l *loader) decodeStream(ctx context.Context, b *body) (*cloudtrail.Delivery, error) {
	reader, fetched, err := b.source.Open(ctx, b.Object)
	if err != nil {
		return nil, err
	}
	b.Fetched = fetched
	d := l.delivery(b)
	in := &counter{r: marked{untilDone{ctx, reader}}, h: sha256.New()}
	err = l.decode(in, d)
	if err == nil {
		_, err = io.Copy(io.Discard, in) // behind a bomb or damage: the hash is of the whole object
	}
	if err = errors.Join(err, reader.Close()); err != nil {
		return nil, err
	}
	in.h.Sum(d.SHA256[:0])
	d.Fetched.Size = in.n
	return d, nil
}

// giveUp forgets what came of an object whose stream failed. The sink's errors end the run.
func (l *loader) giveUp(ctx context.Context, b *body, err error) error {
	rolledBack := l.rollback()
	var sink *sinkError
	switch {
	case errors.As(err, &sink):
		return errors.Join(sink, rolledBack)
	case rolledBack != nil:
		return rolledBack
	case ctx.Err() != nil:
		return nil // not the object's fault: the next run takes it
	}
	if source, ok := errors.AsType[*sourceError](err); ok {
		err = source.err
	}
	l.fail(b.planned, err)
	return nil
}

// untilDone is a reader that stops when its context does.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
