package s3source

import (
	"context"
	"errors"
	"io"
	"time"
)

var errStalled = errors.New("the server has stopped sending")

// watch ends the context of a body that delivers nothing: a connection can stay open for ever without a byte.
type watch struct {
	ctx   context.Context //nolint:containedctx // it asks why the context ended
	end   context.CancelCauseFunc
	after time.Duration
}

func newWatch(ctx context.Context, after time.Duration) (context.Context, *watch) {
	ctx, end := context.WithCancelCause(ctx)
	return ctx, &watch{ctx: ctx, end: end, after: after}
}

// watched is a body under watch while it is being read; its reader may take its time in between.
type watched struct {
	body  io.ReadCloser
	watch *watch
	timer *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	if w.timer == nil {
		w.timer = time.AfterFunc(w.watch.after, func() { w.watch.end(errStalled) })
	} else {
		w.timer.Reset(w.watch.after)
	}
	n, err := w.body.Read(p)
	w.timer.Stop()
	if err != nil && errors.Is(context.Cause(w.watch.ctx), errStalled) {
		err = errStalled // the context's own error would read as if the user had given up
	}
	return n, err
}

func (w *watched) Close() error {
	defer w.watch.end(nil)
	return w.body.Close()
}
