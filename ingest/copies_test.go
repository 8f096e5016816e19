package ingest_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// named is how CloudTrail's file names begin.
const named = "111122223333_CloudTrail_eu-west-1_20240501T0005Z_"

// TestCopies says which of two objects is a copy of the other.
func TestCopies(t *testing.T) {
	t.Parallel()
	two := plain(0, 2)
	gz := zipped(two)
	twice := slices.Concat(gz, zipped(plain(5, 1)))
	for _, c := range []struct {
		name          string
		first, second []byte
		rename        string // the second one's file name, if another
		want          cloudtrail.Status
		encoding      string
	}{
		{"same bytes", gz, gz, "", cloudtrail.StatusCopy, "gzip"},
		{"same bytes, without compression", two, two, "", cloudtrail.StatusCopy, "none"},
		{"unpacked", gz, two, "1.json", cloudtrail.StatusCopy, "none"},
		{"packed", two, gz, "", cloudtrail.StatusCopy, "gzip"},
		{"packed otherwise", gz, zippedAt(gzip.NoCompression, two), "", cloudtrail.StatusCopy, "gzip"},
		{"packed with zstd", gz, zstandard(t, two), "1.json.zst", cloudtrail.StatusCopy, "zstd"},
		{"other records under the same name", gz, delivery(3, 4), "", cloudtrail.StatusIngested, "gzip"},
		{"same records under another name", gz, gz, "2.json.gz", cloudtrail.StatusIngested, "gzip"},
		{"with something appended", gz, twice, "", cloudtrail.StatusQuarantined, "gzip"},
		{"without what was appended", twice, gz, "", cloudtrail.StatusCopy, "gzip"},
		{"with a broken checksum", gz, broken(gz), "", cloudtrail.StatusQuarantined, "gzip"},
		{"cut, where it is stored whole", gz, gz[:len(gz)-2], "", cloudtrail.StatusQuarantined, "gzip"},
		{"no records, twice", zipped([]byte(`{"Records":[]}`)), zipped([]byte(`{"Records":[]}`)), "", cloudtrail.StatusCopy, "gzip"},
		{"damaged, twice", broken(gz), broken(gz), "", cloudtrail.StatusCopy, "gzip"},
		{"packed twice over", gz, zipped(gz), "", cloudtrail.StatusQuarantined, "gzip"},
		{"packed once, where it is stored packed twice over", zipped(gz), gz, "", cloudtrail.StatusIngested, "gzip"},
	} {
		for _, size := range []int64{0, -1} {
			name := c.name
			if size < 0 {
				name += ", streamed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				file := named + cmp.Or(c.rename, "1.json.gz")
				sink := new(recorder)
				// A single fetcher and loader keep the order.
				res := run(t, sink, ingest.Options{Loaders: 1, Fetchers: 1},
					newTrail(item{key: "a/" + named + "1.json.gz", body: c.first, size: size}, item{key: "b/" + file, body: c.second, size: size}))
				sink.whole(t)
				if res.err != nil || len(res.Failures) > 0 {
					t.Fatalf("run: %v, failures %v", res.err, res.Failures)
				}
				d := sink.of(t, "b/"+file)
				if d.Status != c.want || d.Encoding != c.encoding {
					t.Errorf("the second is %s (%s), want %s (%s)", d.Status, d.Encoding, c.want, c.encoding)
				}
				if got := res.counters.Copies.Load(); got != int64(sink.count(cloudtrail.StatusCopy)) {
					t.Errorf("%d copies are counted, %d committed", got, sink.count(cloudtrail.StatusCopy))
				}
			})
		}
	}
}

// broken is gz with a wrong checksum.
func broken(gz []byte) []byte {
	b := bytes.Clone(gz)
	b[len(b)-8] ^= 0xff
	return b
}

// TestCopiesRace stores each content once, whichever of many workers gets to which of its places first, and in whatever form.
func TestCopiesRace(t *testing.T) {
	t.Parallel()
	const contents, places = 40, 12
	source := newTrail()
	for p := range places {
		for c := range contents {
			body, form := plain(3*c, 3), p%3
			k := fmt.Sprintf("copy%d/%s", p, key(c))
			switch form {
			case 0:
				body = zipped(body)
			case 1:
				body = zippedAt(gzip.BestSpeed, body)
			default:
				k = strings.TrimSuffix(k, ".gz")
			}
			it := item{key: k, body: body}
			if p == 7 {
				it.size = -1
			}
			source.items = append(source.items, it)
		}
	}
	sink := new(recorder)
	res := run(t, sink, ingest.Options{Loaders: 6, Fetchers: 16, CommitRows: 20}, source)
	sink.whole(t)
	res.want(t, contents, contents*(places-1), 0, 0)
	events := map[string]int{}
	for _, rows := range sink.rows {
		for _, r := range rows {
			events[r.event]++
		}
	}
	for event, n := range events {
		if n != 1 {
			t.Errorf("event %s is stored %d times", event, n)
		}
	}
	if len(events) != 3*contents || res.counters.Records.Load() != 3*contents {
		t.Errorf("%d events, %d records, want %d", len(events), res.counters.Records.Load(), 3*contents)
	}
}

// TestCopyOfFailed wants an object stored from its second place when it cannot be read from the first.
func TestCopyOfFailed(t *testing.T) {
	t.Parallel()
	cut := func(context.Context) (io.Reader, error) {
		return io.LimitReader(bytes.NewReader(delivery(0, 2)), 20), nil
	}
	source := newTrail(
		item{key: "a/1.json.gz", body: delivery(0, 2), read: cut},
		item{key: "b/1.json.gz", body: delivery(0, 2)},
	)
	sink := new(recorder)
	res := run(t, sink, ingest.Options{Loaders: 1, Fetchers: 1}, source)
	sink.whole(t)
	res.want(t, 1, 0, 0, 1)
}
