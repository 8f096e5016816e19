package s3source

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"offtrail/ingest/cloudtrail"
)

// fakeBucket answers listings as S3 documents them, a few keys a page, and remembers what it was asked.
type fakeBucket struct {
	keys []string // sorted
	page int

	mu    sync.Mutex
	asked []request
}

func newFake(pageSize int, keys ...string) *fakeBucket {
	return &fakeBucket{keys: slices.Compact(slices.Sorted(slices.Values(keys))), page: pageSize}
}

func (f *fakeBucket) list(ctx context.Context, r request) (page, error) {
	f.mu.Lock()
	f.asked = append(f.asked, r)
	f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return page{}, err
	}
	start, _ := slices.BinarySearch(f.keys, max(r.prefix, r.after))
	if r.token != "" {
		start, _ = strconv.Atoi(r.token)
	}
	limit := f.page
	if r.max > 0 {
		limit = min(limit, int(r.max))
	}
	var p page
	for i := start; i < len(f.keys); i++ {
		key := f.keys[i]
		if !strings.HasPrefix(key, r.prefix) {
			break
		}
		if r.token == "" && key == r.after {
			continue
		}
		if rest := key[len(r.prefix):]; r.folders && strings.Contains(rest, "/") {
			dir := r.prefix + rest[:strings.Index(rest, "/")+1]
			if n := len(p.folders); n > 0 && p.folders[n-1] == dir {
				continue
			}
			if len(p.objects)+len(p.folders) == limit {
				p.next = strconv.Itoa(i)
				return p, nil
			}
			p.folders = append(p.folders, dir)
			continue
		}
		if len(p.objects)+len(p.folders) == limit {
			p.next = strconv.Itoa(i)
			return p, nil
		}
		p.objects = append(p.objects, cloudtrail.Object{URI: "s3://b/" + key, Key: key, Name: cloudtrail.ParseKey(key)})
	}
	return p, nil
}

// prefixes are the prefixes asked for, in order of arrival.
func (f *fakeBucket) prefixes() []string {
	var all []string
	for _, r := range f.asked {
		all = append(all, r.prefix)
	}
	return all
}
