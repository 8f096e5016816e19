// Package archivesource reads CloudTrail objects from tar and zip archives, tar also compressed with gzip or zstd, and
// from standard input.
//
// An archive is hostile: nothing in it is ever written under a name that it gives, members are streamed and never held
// whole, and what cannot be read is reported. An archive inside the archive is opened too, one level deep. What a file
// is, its content decides; a gzipped log on its own is no archive and belongs to filesource.
package archivesource

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"offtrail/ingest"
	"offtrail/ingest/filesource"
)

var _ ingest.Source = (*Source)(nil)

var errNotArchive = errors.New("neither tar, tar.gz, tar.zst nor zip")

// Source is an opened archive, or a single object from standard input.
type Source struct {
	// Skipped, when not nil, hears of every member that List passes over though the scope does not clearly exclude it
	// (links, devices, hidden files, archives nested too deep, names that do not say what the scope asks for), and of
	// members that are read under a cleaned name. Set it before the first List, which calls it from its own goroutine.
	Skipped func(uri, reason string)

	uri      string
	stem     string // what the URIs of the members begin with
	box      container
	file     *os.File    // the archive as given, when it is read in place
	opened   fs.FileInfo // of file
	spool    *spool      // when it is not
	damage   error       // why the spool ends early
	spoolDir string
	nested   bool

	mu     sync.Mutex
	index  map[ident]entry
	inner  map[string]*Source // by their URI
	closed bool

	unpacking sync.Mutex // one nested archive at a time
}

// Open opens the archive at path. A compressed tar is inflated into a temporary file in spoolDir, so that its members can
// be read in any order; Close removes it.
func Open(ctx context.Context, path, spoolDir string) (*Source, error) {
	abs, _, err := filesource.Locate(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(abs)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	s, err := openFile(ctx, f, spoolDir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open archive %q: %w", path, err), f.Close())
	}
	s.name(filesource.URI(abs))
	return s, nil
}

// openFile takes over f unless it fails.
func openFile(ctx context.Context, f *os.File, spoolDir string) (*Source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotArchive
	}
	r := bufio.NewReaderSize(f, peekSize)
	form, err := detect(r)
	if err != nil {
		return nil, err
	}
	switch form {
	case formatNone:
		return nil, errNotArchive
	case formatTarGzip, formatTarZstd:
		s, err := openStream(ctx, r, form, spoolDir)
		if err != nil {
			return nil, err
		}
		return s, f.Close()
	}
	s := &Source{file: f, opened: info, spoolDir: spoolDir}
	return s, s.unbox(form, f, info.Size())
}

// Stdin reads r to its end into spoolDir. What it delivers is named by its SHA-256, so that the same bytes, piped again,
// are the same source. Bytes that are no archive are a single object.
func Stdin(ctx context.Context, r io.Reader, spoolDir string) (*Source, error) {
	s, sum, err := openPipe(ctx, r, spoolDir)
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	s.name("stdin:" + sum)
	return s, nil
}

func openPipe(ctx context.Context, r io.Reader, spoolDir string) (*Source, string, error) {
	sum := sha256.New()
	in := &tracked{ctx: ctx, reader: io.TeeReader(r, sum)}
	b := bufio.NewReaderSize(in, peekSize)
	form, err := detect(b)
	if err != nil {
		return nil, "", err
	}
	if _, err := b.Peek(1); errors.Is(err, io.EOF) {
		return nil, "", errors.New("it is empty")
	}
	s, err := openStream(ctx, b, form, spoolDir)
	if err != nil {
		return nil, "", err
	}
	// Damage stops the inflating early; the name covers every byte all the same.
	if _, err := io.Copy(io.Discard, b); err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	return s, hex.EncodeToString(sum.Sum(nil)), nil
}

// openStream spools r, inflated if the format asks for it, and opens the spool.
func openStream(ctx context.Context, r io.Reader, form format, spoolDir string) (*Source, error) {
	z, err := inflate(r, form)
	if err != nil {
		return nil, fmt.Errorf("inflate: %w", err)
	}
	defer z.Close()
	sp, damage, err := fill(ctx, spoolDir, z)
	if err != nil {
		return nil, err
	}
	s := &Source{spool: sp, damage: damage, spoolDir: spoolDir}
	if err := s.unbox(form, sp.file, sp.size); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Source) unbox(form format, data io.ReaderAt, size int64) (err error) {
	switch form {
	case formatNone:
		s.box = solo{data: data, size: size}
	case formatZip:
		s.box, err = openZip(data, size)
	default:
		s.box = &tarball{data: data, size: size}
	}
	return err
}

func (s *Source) name(uri string) {
	s.uri, s.stem = uri, uri+"!/"
}

// URI names the archive; its members' URIs go on with "!/" and the member's path.
func (s *Source) URI() string { return s.uri }

// Close removes the spools and closes the archive. It may be called again.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	for _, in := range s.inner {
		errs = append(errs, in.Close())
	}
	if s.spool != nil {
		errs = append(errs, s.spool.close())
	}
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}

func (s *Source) skip(uri, reason string) {
	if s.Skipped != nil {
		s.Skipped(uri, reason)
	}
}
