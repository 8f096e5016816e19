package store

import (
	"bytes"
	"io"
	"os"
)

// headers is how many bytes a DuckDB file begins with before anything is stored in it.
const headers = 3 * 4096

// clearStillborn removes a file in which nothing was ever stored: an empty one, or one whose making was cut short by a
// kill between the writes of its headers. DuckDB refuses both for ever.
func clearStillborn(path string) error {
	if !stillborn(path) {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return &Error{Op: "create database", Path: path, Err: err, Hint: "remove the empty file, or give another path with --db"}
	}
	return nil
}

// stillborn leaves whatever cannot be looked into for checkFile to judge.
func stillborn(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() >= headers {
		return false
	}
	head := make([]byte, 12)
	n, err := io.ReadFull(f, head)
	return n == 0 && err == io.EOF || bytes.Equal(head[8:], duckMagic)
}
