package archivesource

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/filesource"
)

var (
	errClosed  = errors.New("the archive is closed")
	errChanged = errors.New("the archive changed while it was read; sync again")
)

// ident stands for a URI in the index: a listing of a million members must not hold a million names.
type ident [16]byte

func identOf(uri string) ident {
	sum := sha256.Sum256([]byte(uri))
	return ident(sum[:16])
}

// entry is where a listed member lies.
type entry struct {
	handle, size int64
}

func (s *Source) memberURI(key string) string {
	if _, ok := s.box.(solo); ok {
		return s.uri
	}
	return s.stem + filesource.Escape(key)
}

// register notes where a member lies and returns its URI. A name that came before is told apart by the member's number,
// which is the same in every run; so a second listing finds every member under the URI of the first.
func (s *Source) register(uri string, m member) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index == nil {
		s.index = make(map[ident]entry)
	}
	e := entry{handle: m.handle, size: m.size}
	if was, ok := s.index[identOf(uri)]; ok && was.handle != m.handle {
		uri += "#" + strconv.Itoa(m.number)
	}
	s.index[identOf(uri)] = e
	return uri
}

func (s *Source) innerAt(uri string) *Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inner[uri]
}

func (s *Source) adopt(in *Source) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.inner == nil {
		s.inner = make(map[string]*Source)
	}
	s.inner[in.uri] = in
	return true
}

// Open reads one listed member. The reader fails when the member is not as the archive describes it.
func (s *Source) Open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	if i := strings.LastIndex(o.URI, "!/"); i >= 0 {
		if in := s.innerAt(o.URI[:i]); in != nil {
			return in.Open(ctx, o)
		}
	}
	r, err := s.open(ctx, o)
	if err != nil {
		return nil, cloudtrail.Fetched{}, fmt.Errorf("open object %s: %w", o.URI, err)
	}
	return r, cloudtrail.Fetched{LastModified: o.LastModified}, nil
}

func (s *Source) open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, error) {
	e, err := s.entryOf(o)
	if err != nil {
		return nil, err
	}
	return s.body(ctx, o.URI, e)
}

func (s *Source) entryOf(o cloudtrail.Object) (entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.index[identOf(o.URI)]
	switch {
	case s.closed:
		return entry{}, errClosed
	case !ok:
		return entry{}, errors.New("no such member has been listed")
	case o.Size != e.size:
		return entry{}, fmt.Errorf("the member has %d bytes, not %d", e.size, o.Size)
	}
	return e, nil
}

func (s *Source) body(ctx context.Context, uri string, e entry) (io.ReadCloser, error) {
	if err := errors.Join(ctx.Err(), s.unchanged()); err != nil {
		return nil, err
	}
	r, err := s.box.open(e)
	if err != nil {
		return nil, err
	}
	return &body{ctx: ctx, source: s, uri: uri, size: e.size, ReadCloser: r}, nil
}

// unchanged says whether the archive that is read in place is still the one that was opened.
func (s *Source) unchanged() error {
	if s.file == nil {
		return nil
	}
	now, err := s.file.Stat()
	if err != nil {
		return err
	}
	if now.Size() != s.opened.Size() || !now.ModTime().Equal(s.opened.ModTime()) {
		return errChanged
	}
	return nil
}

// body reads a member and answers io.EOF only when it delivered what the archive promised.
type body struct {
	io.ReadCloser
	ctx    context.Context
	source *Source
	uri    string
	size   int64 // -1 when the archive does not say
	read   int64
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read object %s: %w", b.uri, err)
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if errors.Is(err, io.EOF) {
		if err = b.complete(); err == nil {
			return n, io.EOF
		}
	}
	if err != nil {
		return n, fmt.Errorf("read object %s after %d bytes: %w", b.uri, b.read, err)
	}
	return n, nil
}

func (b *body) complete() error {
	if b.size >= 0 && b.read != b.size {
		return fmt.Errorf("the archive promised %d bytes: %w", b.size, io.ErrUnexpectedEOF)
	}
	return b.source.unchanged()
}
