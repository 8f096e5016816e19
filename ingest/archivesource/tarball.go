package archivesource

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

const blockSize = 512

// tarball reads a plain tar. It keeps no index: a listing reads headers and seeks over content.
type tarball struct {
	data io.ReaderAt
	size int64
}

// open needs no header: a member's handle is where its content begins.
func (t *tarball) open(e entry) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(t.data, e.handle, e.size)), nil
}

// members reads on after an end-of-archive marker: archives may be joined end to end, and what stands behind a marker
// must not go unnoticed.
func (t *tarball) members(ctx context.Context, yield func(member) error) error {
	number, from := 0, int64(0)
	for {
		end, err := t.part(ctx, from, &number, yield)
		if err != nil {
			return err
		}
		if !t.marked(end) {
			return errors.New("no end-of-archive marker: the archive may be cut short")
		}
		if from, err = t.nextPart(ctx, end); err != nil || from < 0 {
			return err
		}
	}
}

// part yields the members from one offset to the next end marker and returns the offset behind it.
func (t *tarball) part(ctx context.Context, from int64, number *int, yield func(member) error) (int64, error) {
	section := io.NewSectionReader(t.data, from, t.size-from)
	for r := tar.NewReader(section); ; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		h, err := r.Next()
		at, seekErr := section.Seek(0, io.SeekCurrent)
		switch {
		case seekErr != nil:
			return 0, seekErr
		case errors.Is(err, io.EOF):
			return from + at, nil
		// The reader may refuse a hostile name, but has read the header; names are cleaned later.
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return 0, fmt.Errorf("read the tar header before byte %d, after %d members: %w", from+at, *number, err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		*number++
		if err := yield(tarMember(h, *number, from+at)); err != nil {
			return 0, err
		}
	}
}

func tarMember(h *tar.Header, number int, content int64) member {
	m := member{number: number, name: h.Name, handle: content, size: h.Size}
	// A tar without times says 1970; a time that nobody wrote is unknown.
	if h.ModTime.Unix() != 0 {
		m.modified = h.ModTime.UTC()
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont:
		if isSparse(h) {
			m.skip = "sparse file"
		}
	case tar.TypeDir:
		m.folder = true
	case tar.TypeSymlink:
		m.skip = fmt.Sprintf("symbolic link to %q", h.Linkname)
	case tar.TypeLink:
		m.skip = fmt.Sprintf("hard link to %q", h.Linkname)
	case tar.TypeChar, tar.TypeBlock:
		m.skip = "device"
	case tar.TypeFifo:
		m.skip = "named pipe"
	case tar.TypeGNUSparse:
		m.skip = "sparse file"
	default:
		m.skip = fmt.Sprintf("unknown tar entry type %q", h.Typeflag)
	}
	return m
}

// isSparse tells files whose stored bytes are not their content. Reading those needs the map in between.
func isSparse(h *tar.Header) bool {
	for name := range h.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// marked says whether the block before end is zero, as an end marker is.
func (t *tarball) marked(end int64) bool {
	var block, zero [blockSize]byte
	if end < blockSize {
		return false
	}
	if _, err := t.data.ReadAt(block[:], end-blockSize); err != nil {
		return false
	}
	return block == zero
}

// nextPart skips the padding behind an end marker. It returns -1 at the end of the file.
func (t *tarball) nextPart(ctx context.Context, from int64) (int64, error) {
	chunk, zero := make([]byte, 128*blockSize), make([]byte, 128*blockSize)
	for from < t.size {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := t.data.ReadAt(chunk, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read behind the end of the tar: %w", err)
		}
		if n == 0 {
			break
		}
		if !bytes.Equal(chunk[:n], zero[:n]) {
			used := n - len(bytes.TrimLeft(chunk[:n], "\x00"))
			return from + int64(used/blockSize*blockSize), nil
		}
		from += int64(n)
	}
	return -1, nil
}
