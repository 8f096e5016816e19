package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

var errDisk = errors.New("no space left on device")

// mixed is a trail of all that can befall an object, in random order.
func mixed(random *rand.Rand, n int) *trail {
	source := newTrail()
	for i := range n {
		it := item{key: key(i), body: plain(10*i, 1+random.IntN(5))}
		if random.IntN(3) == 0 {
			it.body = zipped(it.body)
		}
		switch random.IntN(10) {
		case 0: // a copy of another, packed otherwise or not
			of := random.IntN(i + 1)
			it.key, it.body = fmt.Sprintf("copy%d/%s", i, key(of)), delivery(10*of, 2)
		case 1:
			it.body = it.body[:len(it.body)/2]
		case 2:
			it.body = []byte("<html>")
		case 3:
			it.read = gone
		case 4: // it shrank, grew, or broke off
			body := it.body
			it.read = []func(context.Context) (io.Reader, error){
				func(context.Context) (io.Reader, error) { return bytes.NewReader(body[1:]), nil },
				func(context.Context) (io.Reader, error) { return bytes.NewReader(append(bytes.Clone(body), 0)), nil },
				func(context.Context) (io.Reader, error) {
					return io.MultiReader(bytes.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), nil
				},
			}[random.IntN(3)]
		case 5:
			if i > 0 {
				source.items = append(source.items, source.items[i-1]) // listed twice
				continue
			}
		case 6:
			it.body, it.size = []byte{}, 0
		}
		if it.read == nil && random.IntN(6) == 0 {
			it.size = -1
		}
		source.items = append(source.items, it)
	}
	return source
}

// TestMixes runs random mixes of objects; rerun and whole check what is owed. A sink that fails now and then ends the run with its
// error; what it had taken stays whole, and the next run, with what is committed for a manifest, brings the rest.
func TestMixes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			opts := ingest.Options{Loaders: 1 + random.IntN(4), Fetchers: 1 + random.IntN(8), CommitRows: 1 + random.IntN(60)}
			source, sink := mixed(random, 20+random.IntN(100)), new(recorder)
			var calls atomic.Int64
			if seed%3 == 0 {
				limit := int64(random.IntN(12))
				sink.onCommit = func(context.Context, []cloudtrail.Delivery) error {
					if calls.Add(1) > limit {
						return errDisk
					}
					return nil
				}
			}
			res := run(t, sink, opts, source)
			if failed := calls.Load() > 0 && errors.Is(res.err, errDisk); res.err != nil && !failed {
				t.Errorf("run: %v", res.err)
			}
			sink.whole(t)
			if res.err != nil && len(res.Days) > 0 {
				t.Errorf("days %v are vouched for by a run that ended with %v", res.Days, res.err)
			}

			again := &recorder{deliveries: sink.deliveries, rows: sink.rows}
			second := rerun(t.Context(), t, again, manifestOf(t, sink.deliveries), opts, source)
			again.whole(t)
			if second.err != nil {
				t.Errorf("second run: %v", second.err)
			}
			once(t, again)
			if c := &second.counters; res.err == nil && c.Ingested.Load()+c.Quarantined.Load() > 0 {
				t.Errorf("the second run took in %d and %d objects again", c.Ingested.Load(), c.Quarantined.Load())
			}
		})
	}
}

// manifestOf is the manifest of a database that holds the deliveries.
func manifestOf(t *testing.T, deliveries []cloudtrail.Delivery) *ingest.Manifest {
	t.Helper()
	var c catalog
	for _, d := range deliveries {
		c.known = append(c.known, cloudtrail.Known{
			ID: d.Provenance.ID, ContentID: d.ContentID, URI: d.URI, Stem: cloudtrail.Hash(d.Stem()), Fingerprint: d.Fingerprint(),
			Status: d.Status, Records: int32(d.Records), SHA256: d.SHA256, ContentSHA256: d.ContentSHA256, ContentSize: d.ContentSize,
		})
	}
	return c.manifest(t)
}

// once wants each object committed once, and each content under its name.
func once(t *testing.T, s *recorder) {
	t.Helper()
	uris, bytes := map[string]bool{}, map[string]bool{}
	for _, d := range s.deliveries {
		if uris[d.URI] {
			t.Errorf("%s is committed twice", d.URI)
		}
		uris[d.URI] = true
		if content := fmt.Sprintf("%s %x", d.Stem(), d.SHA256); d.Status != cloudtrail.StatusCopy {
			if bytes[content] {
				t.Errorf("%s is stored twice", content)
			}
			bytes[content] = true
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	body := delivery(0, 2)
	reads := func(b []byte) func(context.Context) (io.Reader, error) {
		return func(context.Context) (io.Reader, error) { return bytes.NewReader(b), nil }
	}
	for _, c := range []struct {
		name string
		item item
		fate [4]int64 // ingested, already, quarantined, failed
	}{
		{"as listed", item{body: body}, [4]int64{1, 0, 0, 0}},
		{"unknown", item{body: body, size: -1}, [4]int64{1, 0, 0, 0}},
		{"nothing", item{body: []byte{}}, [4]int64{0, 0, 1, 0}},
		{"shrank", item{body: body, read: reads(body[:len(body)-1])}, [4]int64{0, 0, 0, 1}},
		{"shrank to nothing", item{body: body, read: reads(nil)}, [4]int64{0, 0, 0, 1}},
		{"grew", item{body: body, read: reads(append(bytes.Clone(body), 0))}, [4]int64{0, 0, 0, 1}},
		{"grew from nothing", item{body: []byte{}, read: reads(body)}, [4]int64{0, 0, 0, 1}},
		{"all there, but the source does not vouch for it", item{body: body, read: func(context.Context) (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), nil
		}}, [4]int64{0, 0, 0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.item.key = key(1)
			sink := new(recorder)
			res := run(t, sink, ingest.Options{}, newTrail(c.item))
			sink.whole(t)
			res.want(t, c.fate[0], c.fate[1], c.fate[2], c.fate[3])
		})
	}
}

// TestSinkErrors wants each error of the sink to end the run, and none to be laid on an object.
func TestSinkErrors(t *testing.T) {
	t.Parallel()
	append := func(bool) error { return errDisk }
	commit := func(context.Context, []cloudtrail.Delivery) error { return errDisk }
	// More than a batch, so that rows are appended while the object is decoded.
	large := delivery(0, 2*cloudtrail.BatchRows)
	for _, c := range []struct {
		name string
		sink *recorder
		item item
	}{
		{"append, within an object", &recorder{onAppend: append}, item{body: large}},
		{"append, within a stream", &recorder{onAppend: append}, item{body: large, size: -1}},
		{"append, at the end", &recorder{onAppend: append}, item{body: delivery(0, 1)}},
		{"commit", &recorder{onCommit: commit}, item{body: delivery(0, 1)}},
		{"commit of a stream", &recorder{onCommit: commit}, item{body: delivery(0, 1), size: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.item.key = key(1)
			res := run(t, c.sink, ingest.Options{}, newTrail(c.item, item{key: key(2), body: delivery(9, 1)}))
			c.sink.whole(t)
			if !errors.Is(res.err, errDisk) || len(res.Failures) > 0 || len(c.sink.deliveries) > 0 {
				t.Errorf("run: %v, failures %v, %d committed", res.err, res.Failures, len(c.sink.deliveries))
			}
		})
	}
}

// TestSinkErrorAfterCancel wants the sink's error told even when the run was cancelled before.
func TestSinkErrorAfterCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	sink := &recorder{onAppend: func(bool) error { cancel(); return errDisk }}
	res := rerun(ctx, t, sink, ingest.EmptyManifest(), ingest.Options{}, newTrail(item{key: key(1), body: delivery(0, 2*cloudtrail.BatchRows), size: -1}))
	if !errors.Is(res.err, errDisk) {
		t.Errorf("run: %v, want the sink's error", res.err)
	}
}
