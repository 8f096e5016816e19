package archivesource_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"offtrail/ingest/archivesource"
	"offtrail/ingest/cloudtrail"
)

// written is when every packed member says it was written.
var written = time.Date(2024, 5, 1, 10, 20, 30, 0, time.UTC)

// file is a member to pack; kind is a tar type flag, a regular file when zero.
type file struct {
	name string
	body string
	kind byte
	link string
}

func packTar(t *testing.T, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Size: int64(len(f.body)), Mode: 0o644, ModTime: written}
		if f.kind != 0 {
			h.Typeflag, h.Linkname = f.kind, f.link
		}
		must(t, w.WriteHeader(h))
		_, err := io.WriteString(w, f.body)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func packZip(t *testing.T, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		member, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: written})
		must(t, err)
		_, err = io.WriteString(member, f.body)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func packGzip(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(body)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

func packZstd(t *testing.T, body []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	must(t, err)
	defer w.Close()
	return w.EncodeAll(body, nil)
}

// filesOf orders a tree, so that an archive of it is the same every time.
func filesOf(tree map[string][]byte) (files []file) {
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		files = append(files, file{name: key, body: string(tree[key])})
	}
	return files
}

func save(t *testing.T, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, body, 0o644))
	return path
}

func open(t *testing.T, path string) *archivesource.Source {
	t.Helper()
	src, err := archivesource.Open(t.Context(), path, t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, src.Close()) })
	return src
}

// openBytes opens an archive that lies in a file of its own.
func openBytes(t *testing.T, body []byte) *archivesource.Source {
	t.Helper()
	return open(t, save(t, "case.bin", body))
}

// report is what a listing told.
type report struct {
	objects []cloudtrail.Object
	skipped map[string]string // by what follows the source's URI
	err     error
}

func list(ctx context.Context, src *archivesource.Source) report {
	r := report{skipped: make(map[string]string)}
	src.Skipped = func(uri, reason string) { r.skipped[uri[len(src.URI()):]] = reason }
	r.err = src.List(ctx, cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		r.objects = append(r.objects, o)
		return nil
	})
	return r
}

// bodies reads what was listed, by what follows the source's URI; an error stands in for a body.
func bodies(ctx context.Context, src *archivesource.Source, objects []cloudtrail.Object) map[string]string {
	got := make(map[string]string)
	for _, o := range objects {
		name := o.URI[len(src.URI()):]
		r, _, err := src.Open(ctx, o)
		if err != nil {
			got[name] = "error"
			continue
		}
		body, err := io.ReadAll(r)
		if cerr := r.Close(); err != nil || cerr != nil {
			got[name] = "error"
			continue
		}
		got[name] = string(body)
	}
	return got
}

func expectMap(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
