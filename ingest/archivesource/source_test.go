package archivesource_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/archivesource"
	"offtrail/ingest/sourcetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	for _, format := range []struct {
		name string
		pack func(*testing.T, []file) []byte
	}{
		{"tar", func(t *testing.T, f []file) []byte { return packTar(t, f...) }},
		{"tar.gz", func(t *testing.T, f []file) []byte { return packGzip(t, packTar(t, f...)) }},
		{"tar.zst", func(t *testing.T, f []file) []byte { return packZstd(t, packTar(t, f...)) }},
		{"zip", func(t *testing.T, f []file) []byte { return packZip(t, f...) }},
	} {
		t.Run(format.name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T, tree map[string][]byte) ingest.Source {
				path := save(t, "case 42!."+format.name, format.pack(t, filesOf(tree)))
				src, err := archivesource.Open(t.Context(), path, t.TempDir())
				must(t, err)
				return src
			})
		})
		t.Run(format.name+" on standard input", func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T, tree map[string][]byte) ingest.Source {
				src, err := archivesource.Stdin(t.Context(), bytes.NewReader(format.pack(t, filesOf(tree))), t.TempDir())
				must(t, err)
				return src
			})
		})
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	one := file{name: "a.json", body: "{}"}
	long := file{name: "long", body: string(bytes.Repeat([]byte("x"), 300_000))}
	for _, test := range []struct {
		name string
		body []byte
		want bool
	}{
		{"tar", packTar(t, one), true},
		{"tar.gz", packGzip(t, packTar(t, one)), true},
		{"large tar.gz", packGzip(t, packTar(t, long)), true},
		{"tar.zst", packZstd(t, packTar(t, long)), true},
		{"tar.zst after a skippable frame", append([]byte("\x50\x2a\x4d\x18\x01\x00\x00\x00x"), packZstd(t, packTar(t, one))...), true},
		{"zip", packZip(t, one), true},
		{"zip of nothing", packZip(t), true},
		{"gzipped log", packGzip(t, []byte(`{"Records":[]}`)), false},
		{"zstandard log", packZstd(t, []byte(`{"Records":[]}`)), false},
		{"log", []byte(`{"Records":[]}`), false},
		{"nothing", nil, false},
		{"gzip cut in its header", []byte("\x1f\x8b\x08"), false},
		{"gzip of a gzipped tar", packGzip(t, packGzip(t, packTar(t, one))), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := archivesource.Is(save(t, "x.json.gz", test.body))
			must(t, err)
			if got != test.want {
				t.Errorf("Is = %v, want %v", got, test.want)
			}
		})
	}
	if got, err := archivesource.Is(t.TempDir()); got || err != nil {
		t.Errorf("Is of a folder = %v, %v, want false", got, err)
	}
	if _, err := archivesource.Is(filepath.Join(t.TempDir(), "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Is of nothing = %v, want an error that says so", err)
	}
}

func TestNoSpoolIsLeft(t *testing.T) {
	t.Parallel()
	inner := packGzip(t, packTar(t, file{name: "b.json", body: "{}"}))
	path := save(t, "case.tgz", packGzip(t, packTar(t, file{name: "inner.tgz", body: string(inner)})))
	spool := filepath.Join(t.TempDir(), "made", "on demand")
	src, err := archivesource.Open(t.Context(), path, spool)
	must(t, err)
	if got := list(t.Context(), src); got.err != nil || len(got.objects) != 1 {
		t.Fatalf("List yields %d objects and error %v, want 1 and none", len(got.objects), got.err)
	}
	must(t, src.Close())
	left, err := os.ReadDir(spool)
	must(t, err)
	if len(left) != 0 {
		t.Errorf("the spool folder still holds %v", left)
	}
}

func TestOpenAfterClose(t *testing.T) {
	t.Parallel()
	src := openBytes(t, packZip(t, file{name: "a.json", body: "a"}))
	got := list(t.Context(), src)
	must(t, got.err)
	must(t, src.Close())
	if _, _, err := src.Open(t.Context(), got.objects[0]); err == nil || !strings.Contains(err.Error(), "the archive is closed") {
		t.Errorf("Open after Close = %v, want an error that says so", err)
	}
}
