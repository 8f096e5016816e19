package s3source

import (
	"context"
	"slices"
	"strings"
	"sync"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// walk is one listing.
type walk struct {
	list    lister
	base    string // s3://bucket/
	workers int
	scope   cloudtrail.Scope

	mu      sync.Mutex // one call at a time of the functions below
	settled func(ingest.Day) bool
	skipped func(uri, reason string)
	yield   func(cloudtrail.Object) error
	ended   error // what yield has returned; it is not called again
}

func (w *walk) run(ctx context.Context, prefix string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p, ok := locate(folder(prefix)); ok {
		return runAll(ctx, w.workers, w.enter(p))
	}
	if found, err := w.single(ctx, prefix); found || err != nil {
		return err
	}
	roots, err := w.roots(ctx, folder(prefix))
	if err != nil {
		return err
	}
	if len(roots) == 0 {
		return w.heap(ctx, folder(prefix))
	}
	var tasks []task
	for _, root := range roots {
		tasks = append(tasks, w.enter(place{prefix: root, depth: atRoot}))
	}
	return runAll(ctx, w.workers, tasks...)
}

// single yields the object whose key is the prefix itself, when there is one.
func (w *walk) single(ctx context.Context, prefix string) (found bool, err error) {
	if prefix == folder(prefix) {
		return false, nil
	}
	p, err := w.list(ctx, request{prefix: prefix, max: 1}) // the key itself sorts before all that it begins
	if err != nil || len(p.objects) == 0 || p.objects[0].Key != prefix {
		return false, err
	}
	return true, w.deliver(ctx, p.objects)
}

// heap lists everything below a prefix that has no layout to go by.
func (w *walk) heap(ctx context.Context, prefix string) error {
	for r := (request{prefix: prefix}); ; {
		p, err := w.list(ctx, r)
		if err != nil {
			return err
		}
		if err := w.deliver(ctx, p.objects); err != nil || p.next == "" {
			return err
		}
		r.token = p.next
	}
}

// deliver yields those of the objects that are in scope.
func (w *walk) deliver(ctx context.Context, objects []cloudtrail.Object) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range objects {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.ended != nil {
			return w.ended
		}
		switch {
		case w.scope.Match(o.Name):
			if err := w.yield(o); err != nil {
				w.ended = err
				return err
			}
		case w.skipped != nil && w.scope.Unplaced(o.Name):
			w.skipped(o.URI, "its key does not say whether it is in scope")
		}
	}
	return nil
}

// names lists the folders directly below a prefix whose names begin with lead.
func (w *walk) names(ctx context.Context, prefix, lead string) ([]string, error) {
	var names []string
	for r := (request{prefix: prefix + lead, folders: true}); ; {
		p, err := w.list(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, f := range p.folders {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(f, prefix), "/"))
		}
		if p.next == "" {
			return slices.Compact(names), nil
		}
		r.token = p.next
	}
}
