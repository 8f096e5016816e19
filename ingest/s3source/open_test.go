package s3source_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"offtrail/fixtures/faultproxy"
	"offtrail/fixtures/s3test"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/s3source"
)

const logKey = "AWSLogs/111111111111/CloudTrail/eu-west-1/2024/05/01/a.json.gz"

// content is larger than the buffers on the way, and no two parts of it are alike.
func content() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < 600_000; i++ {
		b.WriteString(strings.Repeat(string(rune('a'+i%26)), i%97))
	}
	return b.Bytes()
}

// listed returns a source that reads through a proxy without faults so far, and the one object that it lists.
func listed(t *testing.T, with ...func(*s3source.Options)) (*s3test.Server, *faultproxy.Server, *s3source.Source, cloudtrail.Object) {
	t.Helper()
	server := serve(t, nil)
	server.Put(bucket, logKey, content(), map[string]string{"Signature": "abc"})
	proxy := server.Proxy(t)
	src := open(t, server, proxy.Endpoint(), with...)
	var got []cloudtrail.Object
	err := src.List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		got = append(got, o)
		return nil
	})
	if err != nil || len(got) != 1 {
		t.Fatalf("List = %v, %v; want one object", got, err)
	}
	return server, proxy, src, got[0]
}

func read(ctx context.Context, src *s3source.Source, o cloudtrail.Object) ([]byte, cloudtrail.Fetched, error) {
	body, fetched, err := src.Open(ctx, o)
	if err != nil {
		return nil, fetched, err
	}
	data, err := io.ReadAll(body)
	return data, fetched, errors.Join(err, body.Close())
}

func TestOpenSurvivesFaults(t *testing.T) {
	t.Parallel()
	quick := func(o *s3source.Options) { o.Stall = 500 * time.Millisecond }
	tests := []struct {
		name string
		rule faultproxy.Rule
		gets int
	}{
		{"none", faultproxy.Rule{Op: "none"}, 1},
		{"throttled twice", faultproxy.Rule{Op: faultproxy.Get, Times: 2, Fault: faultproxy.SlowDown()}, 3},
		{"internal error", faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.InternalError()}, 2},
		{"cut at once", faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Cut(0)}, 2},
		{"cut once", faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Cut(300_000)}, 2},
		{"reset three times", faultproxy.Rule{Op: faultproxy.Get, Times: 3, Fault: faultproxy.Reset(200_000)}, 4},
		{"stalled", faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: stall}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, proxy, src, o := listed(t, quick)
			proxy.Add(test.rule)
			data, fetched, err := read(t.Context(), src, o)
			if err != nil || !bytes.Equal(data, content()) {
				t.Fatalf("read %d bytes, %v; want %d", len(data), err, len(content()))
			}
			if fetched.Metadata["signature"] != "abc" || fetched.ETag != o.ETag || fetched.LastModified.IsZero() {
				t.Errorf("fetched %+v", fetched)
			}
			if n := proxy.Log().Count(faultproxy.Get); n != test.gets {
				t.Errorf("%d GETs, want %d", n, test.gets)
			}
		})
	}
}

// stall sends some of the body, and then nothing for as long as the client waits.
func stall(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(&stalling{ResponseWriter: w, until: r.Context().Done()}, r)
}

type stalling struct {
	http.ResponseWriter
	until <-chan struct{}
}

func (s *stalling) Write(p []byte) (int, error) {
	_, err := s.ResponseWriter.Write(p[:len(p)/2])
	if err := errors.Join(err, http.NewResponseController(s.ResponseWriter).Flush()); err != nil {
		return 0, err
	}
	<-s.until
	return 0, io.ErrClosedPipe
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	always := func(f faultproxy.Fault) func(*s3test.Server, *faultproxy.Server) {
		return func(_ *s3test.Server, p *faultproxy.Server) { p.Add(faultproxy.Rule{Op: faultproxy.Get, Fault: f}) }
	}
	tests := []struct {
		name  string
		spoil func(*s3test.Server, *faultproxy.Server)
		is    error  // nil: any *Error
		hint  string // part of it
	}{
		{"vanished", func(s *s3test.Server, _ *faultproxy.Server) { s.Delete(bucket, logKey) }, s3source.ErrGone, "again"},
		{
			"replaced by another of the same size",
			func(s *s3test.Server, _ *faultproxy.Server) {
				s.Put(bucket, logKey, bytes.ToUpper(content()), nil)
			}, s3source.ErrChanged, "again",
		},
		{
			"replaced while it was read",
			func(s *s3test.Server, p *faultproxy.Server) {
				p.Add(faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Cut(100_000)},
					faultproxy.Rule{Op: faultproxy.Get, Skip: 1, Fault: faultproxy.Before(func(faultproxy.Request) {
						s.Put(bucket, logKey, bytes.ToUpper(content()), nil)
					})})
			}, s3source.ErrChanged, "again",
		},
		{
			"damaged, and cut before the checksum tells",
			func(_ *s3test.Server, p *faultproxy.Server) {
				p.Add(faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Cut(300_000)},
					faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Corrupt(1000)})
			}, s3source.ErrCorrupt, "",
		},
		{"damaged, found by the checksum", always(faultproxy.Corrupt(1000)), s3source.ErrCorrupt, ""},
		{
			"damaged, found by the ETag",
			func(_ *s3test.Server, p *faultproxy.Server) {
				for _, sum := range []string{"Crc32", "Crc32c", "Crc64nvme", "Sha1", "Sha256"} {
					p.Add(faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.SetHeader("X-Amz-Checksum-" + sum)})
				}
				p.Add(faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.Corrupt(1000)})
			}, s3source.ErrCorrupt, "",
		},
		{"shortened by something that adjusts the length", always(faultproxy.Truncate(1000)), s3source.ErrChanged, ""},
		{"always cut", always(faultproxy.Cut(1000)), io.ErrUnexpectedEOF, ""},
		{"denied", always(faultproxy.AccessDenied()), nil, "s3:GetObject on arn:aws:s3:::" + bucket + "/" + logKey},
		{"key denied", always(faultproxy.KMSDenied()), nil, "kms:Decrypt on the KMS key"},
		{"archived", always(faultproxy.Answer(403, "InvalidObjectState", "no")), nil, "restore it first"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, proxy, src, o := listed(t, func(o *s3source.Options) { o.Retries = 3 })
			test.spoil(server, proxy)
			data, _, err := read(t.Context(), src, o)
			var e *s3source.Error
			if !errors.As(err, &e) || e.Target != o.URI || test.is != nil && !errors.Is(err, test.is) {
				t.Fatalf("read %d bytes, %v; want %v about the object", len(data), err, test.is)
			}
			if !strings.Contains(e.Hint, test.hint) {
				t.Errorf("hint %q, want %q in it", e.Hint, test.hint)
			}
		})
	}
}

// TestEncodedBodyStaysAsDelivered: a Content-Encoding is a label; whoever undoes it hands on bytes that match no hash.
func TestEncodedBodyStaysAsDelivered(t *testing.T) {
	t.Parallel()
	_, proxy, src, o := listed(t)
	proxy.Add(faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.SetHeader("Content-Encoding", "gzip")})
	if data, _, err := read(t.Context(), src, o); err != nil || !bytes.Equal(data, content()) {
		t.Errorf("read %d bytes, %v; want %d", len(data), err, len(content()))
	}
}

func TestLargeObjectsAreSpooled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, proxy, src, o := listed(t, func(o *s3source.Options) { o.SpoolAbove, o.SpoolDir = 1000, dir })
	proxy.Add(faultproxy.Rule{Op: faultproxy.Get, Times: 1, Fault: faultproxy.Cut(1000)})
	body, fetched, err := src.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	expectFiles(t, dir, 1)
	data, err := io.ReadAll(body)
	if err != nil || !bytes.Equal(data, content()) || fetched.ETag != o.ETag || fetched.Metadata["signature"] != "abc" {
		t.Errorf("read %d bytes, %+v, %v; want %d", len(data), fetched, err, len(content()))
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	expectFiles(t, dir, 0)

	proxy.Add(faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.Corrupt(1000)})
	if _, _, err := read(t.Context(), src, o); err == nil {
		t.Error("a damaged object is read")
	}
	proxy.Reset()
	server.Put(bucket, logKey, bytes.ToUpper(content()), nil)
	if _, _, err := read(t.Context(), src, o); !errors.Is(err, s3source.ErrChanged) {
		t.Errorf("read a replaced object: %v", err)
	}
	server.Delete(bucket, logKey)
	if _, _, err := read(t.Context(), src, o); !errors.Is(err, s3source.ErrGone) {
		t.Errorf("read a deleted object: %v", err)
	}
	expectFiles(t, dir, 0)
}

func expectFiles(t *testing.T, dir string, want int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != want {
		t.Errorf("%d files in the spool folder, %v; want %d", len(files), err, want)
	}
}
