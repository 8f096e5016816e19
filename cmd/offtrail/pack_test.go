package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pack FILE DIR")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	files := os.DirFS(ts.MkAbs(args[1]))
	if strings.HasSuffix(args[0], ".zip") {
		w := zip.NewWriter(f)
		ts.Check(errors.Join(w.AddFS(files), w.Close(), f.Close()))
		return
	}
	var out io.WriteCloser = f
	if strings.HasSuffix(args[0], ".gz") {
		out = gzip.NewWriter(f)
	}
	w := tar.NewWriter(out)
	ts.Check(errors.Join(w.AddFS(files), w.Close()))
	if out != io.WriteCloser(f) {
		ts.Check(out.Close())
	}
	ts.Check(f.Close())
}

// heap copies a tree's files into one folder.
func heap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: heap DIR FOLDER")
	}
	folder := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(folder, 0o755))
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		return errors.Join(err, os.WriteFile(filepath.Join(folder, filepath.Base(path)), body, 0o644))
	}))
}
