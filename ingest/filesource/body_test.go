package filesource_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/filesource"
)

func read(t *testing.T, src *filesource.Source, o cloudtrail.Object) string {
	t.Helper()
	r, _, err := src.Open(t.Context(), o)
	must(t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	must(t, err)
	return string(body)
}

func TestChangedFile(t *testing.T) {
	t.Parallel()
	appendTo := func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteString("more")
		must(t, err)
		must(t, f.Close())
	}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, path string)
	}{
		{"grown", appendTo},
		{"cut", func(t *testing.T, path string) { must(t, os.Truncate(path, 3)) }},
		{"rewritten at the same length", func(t *testing.T, path string) {
			later := time.Now().Add(time.Hour)
			must(t, os.Chtimes(path, later, later))
		}},
		{"grown under an old date", func(t *testing.T, path string) {
			info, err := os.Stat(path)
			must(t, err)
			appendTo(t, path)
			must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
		}},
	} {
		for _, when := range []string{"before it is opened", "while it is read"} {
			t.Run(test.name+" "+when, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "a.json")
				write(t, path, []byte("0123456789"))
				src := open(t, path)
				objects, _, err := list(t, src, cloudtrail.Scope{})
				must(t, err)
				if when == "before it is opened" {
					test.change(t, path)
				}
				r, _, err := src.Open(t.Context(), objects["a.json"])
				if err == nil {
					defer r.Close()
					_, err = io.ReadFull(r, make([]byte, 2))
					must(t, err)
					test.change(t, path)
					_, err = io.ReadAll(r)
				}
				if err == nil || !strings.Contains(err.Error(), "changed since it was listed") {
					t.Errorf("reading = %v, want an error that the file changed", err)
				}
			})
		}
	}
}

func TestReplacedByLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, []byte("x"))
	path := filepath.Join(dir, "sub", "a.json")
	write(t, path, []byte("x"))
	src := open(t, dir)
	objects, _, err := list(t, src, cloudtrail.Scope{})
	must(t, err)
	o := objects["sub/a.json"]

	must(t, os.Remove(path))
	must(t, os.Symlink(secret, path))
	if _, _, err := src.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("Open of a link = %v, want an error that says so", err)
	}

	must(t, os.RemoveAll(filepath.Dir(path)))
	must(t, os.Rename(secret, filepath.Join(filepath.Dir(secret), "a.json")))
	must(t, os.Symlink(filepath.Dir(secret), filepath.Dir(path)))
	if _, _, err := src.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("Open through a linked folder = %v, want an error that it escapes", err)
	}
}

func TestOpenStaysInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), []byte("x"))
	must(t, os.Mkdir(filepath.Join(dir, "root"), 0o755))
	src := open(t, filepath.Join(dir, "root"))
	for _, tail := range []string{"../secret", "%2e%2e/secret", "%2Fetc%2Fpasswd", "", "%zz"} {
		if _, _, err := src.Open(t.Context(), cloudtrail.Object{URI: src.URI() + tail}); err == nil {
			t.Errorf("Open of %q succeeds", tail)
		}
	}
	if _, _, err := src.Open(t.Context(), cloudtrail.Object{URI: "s3://bucket/secret"}); err == nil {
		t.Error("Open of another source's object succeeds")
	}
}
