package s3source

import (
	"context"
	"slices"
	"sync"

	"offtrail/ingest/cloudtrail"
)

// maxSiblings bounds what is tried in search of AWSLogs/: user prefixes are few, and a folder with more children than
// this is data.
const maxSiblings = 1000

// roots finds AWSLogs/ directly below a prefix and one level down, since a bucket may hold both (Control Tower's
// o-…/AWSLogs/ beside another service's AWSLogs/), and two levels down when neither has it. It asks for one page of
// each folder only, and otherwise by name, so that a million loose objects beside AWSLogs/ cost nothing.
func (w *walk) roots(ctx context.Context, prefix string) ([]string, error) {
	beside, err := w.siblings(ctx, prefix)
	if err != nil {
		return nil, err
	}
	found, err := w.probe(ctx, slices.Concat([]string{prefix}, beside))
	if err != nil || len(found) > 0 {
		return found, err
	}
	var below []string
	for _, s := range beside {
		if len(below) >= maxSiblings {
			break
		}
		more, err := w.siblings(ctx, s)
		if err != nil {
			return nil, err
		}
		below = append(below, more...)
	}
	return w.probe(ctx, below[:min(len(below), maxSiblings)])
}

// siblings are the first folders below a prefix.
func (w *walk) siblings(ctx context.Context, prefix string) ([]string, error) {
	p, err := w.list(ctx, request{prefix: prefix, folders: true})
	logs := prefix + cloudtrail.LogsFolder + "/"
	return slices.DeleteFunc(p.folders, func(f string) bool { return f == logs }), err
}

// probe returns those AWSLogs/ below the prefixes that hold anything.
func (w *walk) probe(ctx context.Context, prefixes []string) ([]string, error) {
	var mu sync.Mutex
	var found []string
	tasks := make([]task, len(prefixes))
	for i, prefix := range prefixes {
		logs := prefix + cloudtrail.LogsFolder + "/"
		tasks[i] = func(ctx context.Context) ([]task, error) {
			p, err := w.list(ctx, request{prefix: logs, folders: true, max: 1})
			if len(p.folders) > 0 {
				mu.Lock()
				defer mu.Unlock()
				found = append(found, logs)
			}
			return nil, err
		}
	}
	err := runAll(ctx, w.workers, tasks...)
	return found, err
}
