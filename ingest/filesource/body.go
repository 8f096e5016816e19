package filesource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"offtrail/ingest/cloudtrail"
)

// errChanged is wrapped by every error about a file that is no longer what was listed.
var errChanged = errors.New("the file changed since it was listed; sync again to read its new content")

// Open reads one listed file. The reader fails when the file is not, or does not stay, the one that was listed.
func (s *Source) Open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	b, err := s.open(ctx, o)
	if err != nil {
		return nil, cloudtrail.Fetched{}, fmt.Errorf("open object %s: %w", o.URI, err)
	}
	return b, cloudtrail.Fetched{LastModified: o.LastModified}, nil
}

func (s *Source) open(ctx context.Context, o cloudtrail.Object) (*body, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name, err := unescape(s.base, o.URI)
	if err != nil {
		return nil, err
	}
	// A pipe that took the file's place would block the open for ever: look first.
	switch info, err := os.Lstat(filepath.Join(s.dir, name)); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: it is not a regular file", errChanged)
	}
	f, err := os.OpenInRoot(s.dir, name)
	if err != nil {
		return nil, err
	}
	b := &body{ctx: ctx, file: f, listed: o}
	if err := b.verify(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return b, nil
}

// body reads a file and answers io.EOF only when it delivered what was listed.
type body struct {
	ctx    context.Context
	file   *os.File
	listed cloudtrail.Object
	read   int64
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read object %s: %w", b.listed.URI, err)
	}
	n, err := b.file.Read(p)
	b.read += int64(n)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		if err = b.complete(); err == nil {
			return n, io.EOF
		}
	}
	return n, fmt.Errorf("read object %s: %w", b.listed.URI, err)
}

func (b *body) Close() error { return b.file.Close() }

func (b *body) complete() error {
	if b.read != b.listed.Size {
		return fmt.Errorf("%w: %d bytes read, %d listed", errChanged, b.read, b.listed.Size)
	}
	return b.verify()
}

// verify compares the open file with the listing.
func (b *body) verify() error {
	info, err := b.file.Stat()
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeType != 0:
		return fmt.Errorf("%w: it is not a regular file", errChanged)
	case info.Size() != b.listed.Size:
		return fmt.Errorf("%w: %d bytes now, %d listed", errChanged, info.Size(), b.listed.Size)
	case !info.ModTime().Equal(b.listed.LastModified):
		return fmt.Errorf("%w: written at %s, listed as %s", errChanged,
			info.ModTime().UTC().Format(timeFormat), b.listed.LastModified.Format(timeFormat))
	}
	return nil
}

const timeFormat = "2006-01-02T15:04:05.999999999Z07:00"
