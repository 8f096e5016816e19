package archivesource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// spool is a temporary file that holds what cannot be read twice: an inflated tar, or what came through a pipe.
// On systems that allow it the file has no name, so that a killed process leaves nothing behind.
type spool struct {
	file *os.File
	size int64
	name string // to be removed by close; empty when it already has been
}

// fill copies r into a new spool in dir. When r fails, the spool holds what came before and damage says why;
// err is about the spool itself.
func fill(ctx context.Context, dir string, r io.Reader) (s *spool, damage, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make spool folder: %w", err)
	}
	f, err := os.CreateTemp(dir, "offtrail-spool-*")
	if err != nil {
		return nil, nil, fmt.Errorf("make spool file: %w", err)
	}
	s = &spool{file: f, name: f.Name()}
	if unlinkEarly(s.name) {
		s.name = ""
	}
	from := &tracked{ctx: ctx, reader: r}
	s.size, err = io.Copy(f, from)
	switch {
	case ctx.Err() != nil:
		return nil, nil, errors.Join(ctx.Err(), s.close())
	case from.err != nil:
		return s, fmt.Errorf("input damaged or cut short: %w", from.err), nil
	case err != nil:
		return nil, nil, errors.Join(spoolError(dir, s.size, err), s.close())
	}
	return s, nil, nil
}

func spoolError(dir string, written int64, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("spool to %q: the disk is full after %d bytes; free some space, or choose another folder for temporary files: %w",
			dir, written, err)
	}
	return fmt.Errorf("spool to %q: %w", dir, err)
}

func (s *spool) close() error {
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	return err
}

// tracked tells errors of the reading side from those of the spool, and ends when its context does.
type tracked struct {
	ctx    context.Context
	reader io.Reader
	err    error
}

func (t *tracked) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.reader.Read(p)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}
