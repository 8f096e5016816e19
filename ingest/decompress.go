package ingest

import (
	"bufio"
	"bytes"
	"cmp"
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

// maxWindow is what a zstd frame may ask for: as much as zstd --long gives. Level 22 takes as much.
const maxWindow = 128 << 20

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
	head, err := f.source.Peek(len(zstdMagic))
	if err != nil && err != io.EOF {
		return err
	}
	f.encoding, f.from = encodingOf(head), f.source
	switch f.encoding {
	case "gzip":
		f.member()
	case "zstd":
		f.frames()
	}
	return nil
}

const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
)

// encodingOf tells the compression by the first bytes.
func encodingOf(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte(gzipMagic)):
		return "gzip"
	case bytes.HasPrefix(data, []byte(zstdMagic)):
		return "zstd"
	}
	return "none"
}

// frames starts on zstd frames.
func (f *inflater) frames() {
	var err error
	if f.zst == nil {
		f.zst, err = zstd.NewReader(f.source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxWindow))
	} else {
		err = f.zst.Reset(f.source)
	}
	if f.from = f.zst; err != nil {
		f.from = errorReader{err}
	}
}

// member starts on a gzip member.
func (f *inflater) member() {
	var err error
	if f.gz == nil {
		f.gz, err = gzip.NewReader(f.source)
	} else {
		err = f.gz.Reset(f.source)
	}
	if err != nil {
		f.from = errorReader{err}
		return
	}
	f.gz.Multistream(false)
	f.from = f.gz
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
			return n, &cloudtrail.Damage{Reason: fmt.Sprintf("decompression bomb: %d bytes became more than %d", f.in.n, f.size)}
		}
		if err == io.EOF && f.encoding == "gzip" && f.members {
			if err = f.another(); err == nil && n == 0 {
				continue
			}
		}
		if err != nil && err != io.EOF {
			err = f.damage(err)
		}
		return n, err
	}
}

// another starts on the gzip member that follows; io.EOF says that none does.
func (f *inflater) another() error {
	head, err := f.source.Peek(len(gzipMagic))
	if err == nil && string(head) == gzipMagic {
		f.member()
		return nil
	}
	return cmp.Or(err, io.EOF)
}

// damage tells errors of the format from errors of reading.
func (f *inflater) damage(err error) error {
	var source *sourceError
	switch {
	case f.encoding == "none", errors.As(err, &source):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &cloudtrail.Damage{Reason: "truncated " + f.encoding + " stream"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return &cloudtrail.Damage{Reason: f.encoding + " checksum does not match"}
	}
	return &cloudtrail.Damage{Reason: "damaged " + f.encoding + " stream: " + err.Error()}
}

// hash inflates an object to its end without decoding it. It is sound when it is nothing but a whole compressed stream.
func (f *inflater) hash(data []byte, members bool) (sum [32]byte, sound bool) {
	err := f.reset(&counter{r: bytes.NewReader(data)}, members)
	if err == nil {
		_, err = io.Copy(io.Discard, f)
	}
	if err != nil {
		return sum, false
	}
	_, trailing, _ := f.trailing(0)
	f.sum.Sum(sum[:0])
	return sum, trailing == 0
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
