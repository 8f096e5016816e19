package s3source

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5; it is a checksum here
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"offtrail/ingest/cloudtrail"
)

// body reads an object to its verified end.
//
// When a connection breaks, it gets the object again from the start and passes over what the caller has, instead of
// asking for the rest: S3's checksum holds for whole objects only, and CloudTrail's are small. The part passed over
// is compared with what was handed on, so that the caller never sees one object's head and another's tail.
type body struct {
	ctx    context.Context //nolint:containedctx // a reader has no other way to be told
	object cloudtrail.Object
	in     io.ReadCloser
	again  func() (io.ReadCloser, error)
	tries  int // how often again may be called

	n     int64
	newFn func() hash.Hash
	sum   hash.Hash // of the n bytes handed on
	etag  string    // what sum must be in the end, in hexadecimal; empty when it need not
	err   error     // what every further Read returns
}

func newBody(ctx context.Context, o cloudtrail.Object, r response, again func() (io.ReadCloser, error), tries int) *body {
	b := &body{ctx: ctx, object: o, in: r.body, again: again, tries: tries, newFn: newCRC}
	if r.md5 {
		b.newFn, b.etag = md5.New, r.fetched.ETag
	}
	b.sum = b.newFn()
	return b
}

func newCRC() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

func (b *body) Read(p []byte) (int, error) {
	for b.err == nil {
		n, err := b.in.Read(p)
		_, _ = b.sum.Write(p[:n]) // a hash takes everything
		b.n += int64(n)
		if err != nil {
			b.err = b.ended(err)
		}
		if n > 0 || len(p) == 0 {
			return n, nil // an error waits for the next call
		}
	}
	return 0, b.err
}

func (b *body) Close() error {
	if b.err == nil {
		b.err = io.ErrClosedPipe
	}
	return b.in.Close()
}

// ended decides what the end of a body means; nil means that there is more after all.
func (b *body) ended(err error) error {
	whole := b.object.Size < 0 || b.n >= b.object.Size
	switch {
	case b.ctx.Err() != nil:
		return context.Cause(b.ctx)
	case errors.Is(err, io.EOF) && whole:
		return b.verify()
	case whole: // all bytes are here, so it is the SDK that found the checksum wrong
		return b.failure(fmt.Errorf("%w: %w", ErrCorrupt, err))
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return b.resume(err)
}

// verify returns io.EOF when the body is what was listed.
func (b *body) verify() error {
	if b.object.Size >= 0 && b.n != b.object.Size {
		return sizeError(b.object, b.n)
	}
	if got := hex.EncodeToString(b.sum.Sum(nil)); b.etag != "" && got != b.etag {
		return b.failure(fmt.Errorf("%w: its MD5 is %s, and its ETag %s", ErrCorrupt, got, b.etag))
	}
	return io.EOF
}

// resume puts a new body in the place of the broken one.
func (b *body) resume(cause error) error {
	for b.tries--; b.tries > 0; b.tries-- {
		_ = b.in.Close() // it is broken: its error says nothing new
		in, err := b.again()
		if err != nil {
			b.in = io.NopCloser(nil)
			return err
		}
		b.in = in
		sum := b.newFn()
		switch _, err := io.CopyN(sum, in, b.n); {
		case b.ctx.Err() != nil:
			return context.Cause(b.ctx)
		case err != nil:
			cause = err
		case !bytes.Equal(sum.Sum(nil), b.sum.Sum(nil)):
			return b.failure(fmt.Errorf("%w: its first %d bytes differ when read again", ErrCorrupt, b.n))
		default:
			return nil
		}
	}
	return b.failure(fmt.Errorf("read stopped at byte %d of %d: %w", b.n, b.object.Size, cause))
}

func (b *body) failure(err error) error {
	return &Error{Op: "get", Target: b.object.URI, Err: err}
}
