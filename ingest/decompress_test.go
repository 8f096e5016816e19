package ingest_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"offtrail/fixtures/hostile"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// looseKey is a key of nobody's: the content decides.
const looseKey = "case/export.json"

// TestDecompress takes each body through memory and as a stream; both must come to the same.
func TestDecompress(t *testing.T) {
	t.Parallel()
	two, three := plain(0, 2), plain(2, 3)
	gz := zipped(two)
	changed := func(body []byte, fromEnd int) []byte {
		body = slices.Clone(body)
		body[len(body)-fromEnd] ^= 0xff
		return body
	}
	for _, c := range []struct {
		name, key string
		body      []byte
		status    cloudtrail.Status
		encoding  string
		records   int
		reason    string
		inflated  []byte // nil when damage leaves it open
	}{
		{"gzip", key(1), gz, cloudtrail.StatusIngested, "gzip", 2, "", two},
		{"plain under the name of gzip", key(1), two, cloudtrail.StatusIngested, "none", 2, "", two},
		{"zstd under the name of gzip", key(1), zstandard(t, two), cloudtrail.StatusIngested, "zstd", 2, "", two},
		{"zstd in several frames", looseKey, slices.Concat(zstandard(t, two), zstandard(t, three)), cloudtrail.StatusIngested, "zstd", 5, "", slices.Concat(two, three)},
		{"no records", key(1), zipped([]byte(`{"Records":[]}`)), cloudtrail.StatusEmpty, "gzip", 0, "", []byte(`{"Records":[]}`)},
		{"no bytes", key(1), []byte{}, cloudtrail.StatusQuarantined, "none", 0, "nothing in it", []byte{}},
		{"one byte", key(1), []byte{0x1f}, cloudtrail.StatusQuarantined, "none", 0, "not CloudTrail", []byte{0x1f}},
		{"magic alone", key(1), gz[:2], cloudtrail.StatusQuarantined, "gzip", 0, "truncated gzip stream", []byte{}},
		{"header that is none", key(1), append([]byte{0x1f, 0x8b, 9}, gz[3:]...), cloudtrail.StatusQuarantined, "gzip", 0, "damaged gzip stream", []byte{}},
		{"gzip cut in its trailer", key(1), gz[:len(gz)-3], cloudtrail.StatusQuarantined, "gzip", 2, "truncated gzip stream", two},
		{"gzip cut in its middle", key(1), gz[:len(gz)/2], cloudtrail.StatusQuarantined, "gzip", 0, "truncated gzip stream", nil},
		{"gzip with a wrong checksum", key(1), changed(gz, 8), cloudtrail.StatusQuarantined, "gzip", 2, "gzip checksum does not match", two},
		{"gzip with a wrong length", key(1), changed(gz, 1), cloudtrail.StatusQuarantined, "gzip", 2, "gzip checksum does not match", two},
		{"zstd cut", key(1), zstandard(t, two)[:60], cloudtrail.StatusQuarantined, "zstd", 0, "truncated zstd stream", nil},
		{"zstd with a wrong checksum", key(1), changed(zstandard(t, two), 1), cloudtrail.StatusQuarantined, "zstd", 0, "zstd checksum does not match", nil},
		{"junk behind zstd", key(1), slices.Concat(zstandard(t, two), []byte("junk")), cloudtrail.StatusQuarantined, "zstd", 2, "damaged zstd stream", two},
		{"second member of CloudTrail's", key(1), slices.Concat(gz, zipped(three)), cloudtrail.StatusQuarantined, "gzip", 2, "data after the end of the gzip stream", two},
		{"second member of a loose file", looseKey, slices.Concat(gz, zipped(three)), cloudtrail.StatusIngested, "gzip", 5, "", slices.Concat(two, three)},
		{"empty member between", looseKey, slices.Concat(gz, zipped(nil), zipped(three)), cloudtrail.StatusIngested, "gzip", 5, "", slices.Concat(two, three)},
		{"second member cut", looseKey, slices.Concat(gz, zipped(three)[:12]), cloudtrail.StatusQuarantined, "gzip", 2, "truncated gzip stream", two},
		{"junk behind gzip", key(1), slices.Concat(gz, []byte("junk")), cloudtrail.StatusQuarantined, "gzip", 2, "data after the end of the gzip stream", two},
		{"junk behind a loose gzip", looseKey, slices.Concat(gz, []byte{0x1f}), cloudtrail.StatusQuarantined, "gzip", 2, "data after the end of the gzip stream", two},
	} {
		for _, way := range []struct {
			name string
			size int64
		}{{"whole", 0}, {"streamed", -1}} {
			t.Run(c.name+", "+way.name, func(t *testing.T) {
				t.Parallel()
				sink := new(recorder)
				res := run(t, sink, ingest.Options{Loaders: 1}, newTrail(item{key: c.key, body: c.body, size: way.size}))
				sink.whole(t)
				if res.err != nil || len(res.Failures) > 0 {
					t.Fatalf("run: %v, failures %v", res.err, res.Failures)
				}
				d := sink.of(t, c.key)
				if d.Status != c.status || d.Encoding != c.encoding || d.Records != c.records {
					t.Errorf("%s, %s, %d records, want %s, %s, %d; bad: %s", d.Status, d.Encoding, d.Records, c.status, c.encoding, c.records, reasons(d))
				}
				if got := reasons(d); c.reason == "" && got != "" || !strings.Contains(got, c.reason) {
					t.Errorf("bad for %q, want %q", got, c.reason)
				}
				if d.SHA256 != sha256.Sum256(c.body) || d.Fetched.Size != int64(len(c.body)) {
					t.Errorf("hash or size (%d) of the delivered bytes is wrong", d.Fetched.Size)
				}
				if c.inflated != nil && (d.ContentSHA256 != sha256.Sum256(c.inflated) || d.ContentSize != int64(len(c.inflated))) {
					t.Errorf("hash or size (%d) of the %d inflated bytes is wrong", d.ContentSize, len(c.inflated))
				}
			})
		}
	}
}

// TestTrailingIsKept wants what an attacker appended in quarantine, byte for byte.
func TestTrailingIsKept(t *testing.T) {
	t.Parallel()
	forged := zipped(plain(7, 1))
	sink := new(recorder)
	run(t, sink, ingest.Options{}, newTrail(item{key: key(1), body: slices.Concat(delivery(0, 2), forged)}))
	d := sink.of(t, key(1))
	if len(d.Bad) != 1 || !bytes.Equal(d.Bad[0].Text, forged) || d.Bad[0].Length != int64(len(forged)) || d.Bad[0].Offset != int64(len(plain(0, 2))) {
		t.Errorf("bad: %+v", d.Bad)
	}
}

// TestBombs is not parallel: it measures what it allocates.
func TestBombs(t *testing.T) {
	const inflated = 1 << 30
	spaces, text := hostile.SpaceBomb(inflated), hostile.StringBomb(inflated)
	for _, c := range []struct {
		name   string
		body   []byte
		reason string
		most   uint64 // bytes allocated over all
	}{
		{"spaces", spaces.Body, "decompression bomb", 64 << 20},
		{"string", text.Body, "decompression bomb", 512 << 20},
		{"zstd", zstdRLE(7<<3, inflated), "decompression bomb", 128 << 20},
		{"zstd that asks for 2 TB", zstdRLE(31<<3, 1<<20), "damaged zstd stream: window size exceeded", 64 << 20},
		{"zstd that asks for 128 MB", zstdRLE(17<<3, 1<<20), "binary data", 192 << 20},
		{"zstd in one segment of 8 GB", zstdSegment(8 << 30), "damaged zstd stream: decompressed size exceeds", 64 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := new(recorder)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			run(t, sink, ingest.Options{Loaders: 1, Fetchers: 1}, newTrail(item{key: key(1), body: c.body}))
			runtime.ReadMemStats(&after)
			d := sink.of(t, key(1))
			if got := reasons(d); !strings.Contains(got, c.reason) {
				t.Errorf("bad for %q, want %q", got, c.reason)
			}
			if d.ContentSize > 300<<20 {
				t.Errorf("%d bytes were inflated", d.ContentSize)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > c.most {
				t.Errorf("%d MB were allocated, want at most %d", took>>20, c.most>>20)
			}
		})
	}
}

// zstdRLE is a frame that asks for a window and inflates to size zeros, in blocks of 128 KB that take 4 bytes each (RFC 8878).
func zstdRLE(window byte, size int) []byte {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, window}
	const block = 128 << 10
	for left := size; left > 0; left -= block {
		header := uint32(min(left, block))<<3 | 1<<1
		if left <= block {
			header |= 1
		}
		frame = append(frame, byte(header), byte(header>>8), byte(header>>16), 0)
	}
	return frame
}

// zstdSegment is the start of a frame that says that it inflates to size bytes, in one segment.
func zstdSegment(size uint64) []byte {
	frame := binary.LittleEndian.AppendUint64([]byte{0x28, 0xb5, 0x2f, 0xfd, 3<<6 | 1<<5}, size)
	return append(frame, 1, 0, 0)
}

// TestReadErrors breaks the source at every byte: whatever was read before, the object has failed and is not damaged.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	body := plain(0, 2)
	for _, c := range []struct {
		name, key string
		body      []byte
	}{
		{"gzip", key(1), zipped(body)},
		{"gzip of two members", looseKey, slices.Concat(zipped(body), zipped(body))},
		{"gzip with junk behind", key(1), slices.Concat(zipped(body), []byte("junk"))},
		{"damaged gzip", key(1), slices.Concat(zipped(body)[:40], bytes.Repeat([]byte{0xff}, 100))},
		{"zstd", key(1), zstandard(t, body)},
		{"plain", key(1), body},
	} {
		for _, size := range []int64{-1, int64(len(c.body))} {
			name := c.name + ", whole"
			if size < 0 {
				name = c.name + ", streamed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				sink, source := new(recorder), newTrail()
				for at := range c.body {
					k := strings.Replace(c.key, ".json", string(rune('a'+at%26))+strings.Repeat("x", at/26)+".json", 1)
					source.items = append(source.items, item{key: k, body: c.body, size: size, read: func(context.Context) (io.Reader, error) {
						return io.MultiReader(bytes.NewReader(c.body[:at]), &failing{broken}), nil
					}})
				}
				res := run(t, sink, ingest.Options{Loaders: 2}, source)
				sink.whole(t)
				res.want(t, 0, 0, 0, int64(len(c.body)))
				for _, f := range res.Failures {
					if !errors.Is(f.Err, broken) {
						t.Fatalf("%s failed for %v, want the source's error", f.URI, f.Err)
					}
				}
			})
		}
	}
}

// failing is a reader that says only once what is wrong.
type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) {
	err := cmp.Or(f.err, io.EOF)
	f.err = nil
	return 0, err
}

func zstandard(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
