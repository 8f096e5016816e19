package archivesource_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"offtrail/ingest/archivesource"
)

func TestStdin(t *testing.T) {
	t.Parallel()
	one := file{name: "a b.json", body: "a"}
	log := packGzip(t, []byte(`{"Records":[]}`))
	for _, test := range []struct {
		name  string
		piped []byte
		want  map[string]string // by what follows stdin: and the sum
	}{
		{"tar", packTar(t, one), map[string]string{"!/a%20b.json": "a"}},
		{"tar.gz", packGzip(t, packTar(t, one)), map[string]string{"!/a%20b.json": "a"}},
		{"tar.zst", packZstd(t, packTar(t, one)), map[string]string{"!/a%20b.json": "a"}},
		{"zip", packZip(t, one), map[string]string{"!/a%20b.json": "a"}},
		{"log", []byte(`{"Records":[]}`), map[string]string{"": `{"Records":[]}`}},
		{"gzipped log", log, map[string]string{"": string(log)}},
		{"one byte", []byte("{"), map[string]string{"": "{"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// Pipes deliver in pieces: the parts must not change what is seen.
			src, err := archivesource.Stdin(t.Context(), iotest.OneByteReader(bytes.NewReader(test.piped)), t.TempDir())
			must(t, err)
			defer src.Close()
			sum := sha256.Sum256(test.piped)
			if want := "stdin:" + hex.EncodeToString(sum[:]); src.URI() != want {
				t.Errorf("URI = %q, want %q", src.URI(), want)
			}
			got := list(t.Context(), src)
			must(t, got.err)
			expectMap(t, "bodies", bodies(t.Context(), src, got.objects), test.want)
		})
	}
}

func TestStdinNamesAllBytes(t *testing.T) {
	t.Parallel()
	piped := append(packGzip(t, packTar(t, file{name: "a.json", body: "a"})), random(1<<20)...)
	src, err := archivesource.Stdin(t.Context(), bytes.NewReader(piped), t.TempDir())
	must(t, err)
	defer src.Close()
	sum := sha256.Sum256(piped)
	if want := "stdin:" + hex.EncodeToString(sum[:]); src.URI() != want {
		t.Errorf("URI = %q, want the sum of all that was piped, %q", src.URI(), want)
	}
	if got := list(t.Context(), src); got.err == nil || len(got.objects) != 1 {
		t.Errorf("List yields %d objects and %v, want 1 and an error about the garbage", len(got.objects), got.err)
	}
}

func TestStdinFails(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	notFolder := save(t, "file", nil)
	for _, test := range []struct {
		name    string
		ctx     context.Context
		piped   io.Reader
		spool   string
		message string
	}{
		{"nothing piped", t.Context(), strings.NewReader(""), "", "empty"},
		{"pipe breaks at once", t.Context(), iotest.ErrReader(errors.New("broken pipe")), "", "broken pipe"},
		{"cut zip", t.Context(), strings.NewReader("PK\x03\x04 and no more"), "", "cut short"},
		{"cancelled", cancelled, strings.NewReader("{}"), "", "context canceled"},
		{"spool folder is a file", t.Context(), strings.NewReader("{}"), notFolder, "spool folder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := test.spool
			if dir == "" {
				dir = t.TempDir()
			}
			_, err := archivesource.Stdin(test.ctx, test.piped, dir)
			if err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("Stdin = %v, want an error with %q", err, test.message)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
				t.Errorf("the spool folder still holds %q", left)
			}
		})
	}
}

func TestPipeBreaksLater(t *testing.T) {
	t.Parallel()
	whole := packTar(t, file{name: "a.json", body: "a"}, file{name: "b.json", body: random(400_000)})
	piped := io.MultiReader(bytes.NewReader(whole[:300_000]), iotest.ErrReader(errors.New("broken pipe")))
	src, err := archivesource.Stdin(t.Context(), piped, t.TempDir())
	if err == nil {
		defer src.Close()
		got := list(t.Context(), src)
		err = got.err
		expectMap(t, "bodies", bodies(t.Context(), src, got.objects), map[string]string{"!/a.json": "a", "!/b.json": "error"})
	}
	if err == nil || !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("a broken pipe ends in %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		path    string
		message string
	}{
		{"nothing there", filepath.Join(t.TempDir(), "gone.zip"), "no such file"},
		{"a folder", t.TempDir(), "neither tar"},
		{"a gzipped log", save(t, "x.json.gz", packGzip(t, []byte("{}"))), "neither tar"},
		{"a cut zip", save(t, "x.zip", packZip(t, file{name: "a", body: random(1000)})[:900]), "cut short"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := archivesource.Open(t.Context(), test.path, t.TempDir())
			if err == nil || !strings.Contains(err.Error(), test.message) || !strings.Contains(err.Error(), filepath.Base(test.path)) {
				t.Errorf("Open = %v, want an error with %q that names the file", err, test.message)
			}
		})
	}
}
