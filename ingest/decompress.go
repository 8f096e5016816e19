package ingest

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"offtrail/ingest/cloudtrail"
)

// A compressed stream that inflates to more than bombBytes at more than bombRatio to one is a bomb. Real CloudTrail
// reaches 20 to 1, the most repetitive generated files 100 to 1.
const (
	bombBytes = 256 << 20
	bombRatio = 400
)

// inflater reads an object's content, whatever its compression, and hashes it on the way. It is made for reuse.
type inflater struct {
	gz     *gzip.Reader
	zst    *zstd.Decoder
	source *bufio.Reader // gzip must not read past its member: what follows it is looked at afterwards

	from     io.Reader
	encoding string
	members  bool // a loose file may be several gzip members, one after another; CloudTrail writes one
	sum      hash.Hash
	in       *counter
	size     int64
}

// counter counts the compressed bytes read.
type counter struct {
	r io.Reader
	n int64
	h hash.Hash // nil when the bytes were hashed before
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.h != nil {
		c.h.Write(p[:n])
	}
	return n, err
}

func newInflater() *inflater {
	return &inflater{source: bufio.NewReaderSize(nil, 64<<10), sum: sha256.New()}
}

// reset starts on a new object. It looks at the first bytes, not at the name, to know the compression.
func (f *inflater) reset(in *counter, members bool) error {
	f.in, f.members, f.size = in, members, 0
	f.sum.Reset()
	f.source.Reset(in)
	head, err := f.source.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	f.encoding, f.from = "none", f.source
	switch {
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		f.encoding = "gzip"
		return f.member()
	case len(head) == 4 && string(head) == "\x28\xb5\x2f\xfd":
		f.encoding = "zstd"
		return f.zstandard()
	}
	return nil
}

func (f *inflater) zstandard() (err error) {
	f.from = nil
	if f.zst == nil {
		f.zst, err = zstd.NewReader(f.source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20))
	} else {
		err = f.zst.Reset(f.source)
	}
	if err != nil {
		return fmt.Errorf("start zstd: %w", err)
	}
	f.from = f.zst
	return nil
}

// member starts on a gzip member.
func (f *inflater) member() (err error) {
	f.from = f
	if f.gz == nil {
		f.gz, err = gzip.NewReader(f.source)
	} else {
		err = f.gz.Reset(f.source)
	}
	if err != nil {
		f.from = errorReader{f.damage(err)}
		return nil
	}
	f.gz.Multistream(false)
	f.from = f.gz
	return nil
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// Read reads inflated bytes. Damage in the compressed stream is a *cloudtrail.Damage; any other error comes from
// the source.
func (f *inflater) Read(p []byte) (int, error) {
	for {
		n, err := f.from.Read(p)
		f.sum.Write(p[:n])
		f.size += int64(n)
		if f.size > bombBytes && f.size > bombRatio*f.in.n {
			return 0, &cloudtrail.Damage{Reason: fmt.Sprintf("decompression bomb: %d bytes became more than %d", f.in.n, f.size)}
		}
		if err == io.EOF && f.encoding == "gzip" && f.members && f.another() {
			if err := f.member(); err != nil {
				return n, err
			}
			if n == 0 {
				continue
			}
			return n, nil
		}
		if err != nil && err != io.EOF {
			err = f.damage(err)
		}
		return n, err
	}
}

// another reports whether a further gzip member follows.
func (f *inflater) another() bool {
	head, _ := f.source.Peek(2)
	return len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b
}

// damage tells errors of the format from errors of reading.
func (f *inflater) damage(err error) error {
	var known *cloudtrail.Damage
	switch {
	case f.encoding == "none", errors.As(err, &known):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &cloudtrail.Damage{Reason: "truncated " + f.encoding + " stream"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return &cloudtrail.Damage{Reason: f.encoding + " checksum does not match"}
	}
	var source *sourceError
	if errors.As(err, &source) {
		return source.err
	}
	return &cloudtrail.Damage{Reason: "damaged " + f.encoding + " stream: " + err.Error()}
}

// sourceError marks an error of reading as such through the decompressor.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

// marked wraps a reader so that its errors are sourceErrors.
type marked struct{ r io.Reader }

func (m marked) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		err = &sourceError{err}
	}
	return n, err
}

// trailing returns what follows the end of the compressed stream: at most max bytes of it, and how many there are.
// Nothing may: an attacker can append a second gzip member, which readers that take several would believe while the
// hash that CloudTrail signed still fits the first (aws-cli issue 10324).
func (f *inflater) trailing(max int) (text []byte, n int64, err error) {
	if f.encoding != "gzip" {
		return nil, 0, nil
	}
	text, err = io.ReadAll(io.LimitReader(f.source, int64(max)))
	if err != nil {
		return nil, 0, err
	}
	more, err := io.Copy(io.Discard, f.source)
	return text, int64(len(text)) + more, err
}
