package archivesource

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// format is what an archive's first bytes say that it is.
type format uint8

const (
	formatNone format = iota
	formatZip
	formatTar
	formatTarGzip
	formatTarZstd
)

// maxWindow is what the zstd program accepts unasked: a frame may not claim memory without end.
const maxWindow = 128 << 20

// magicBytes is how far into a file the formats are told apart: one tar header.
const magicBytes = 512

// Is reports whether the file at path is an archive that Open reads. Its content decides, not its name:
// a gzipped file is an archive only when a tar is inside.
func Is(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("inspect file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, fmt.Errorf("inspect file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return false, nil
	}
	got, err := detect(bufio.NewReaderSize(f, peekSize))
	if err != nil {
		return false, fmt.Errorf("inspect file %q: %w", path, err)
	}
	return got != formatNone, nil
}

// peekSize is enough compressed input to inflate one tar header from: a first block of either format may be 128 KB.
const peekSize = 256 << 10

// detect tells the format of what r is about to deliver, without consuming any of it.
func detect(r *bufio.Reader) (format, error) {
	head, err := r.Peek(magicBytes)
	if err != nil && err != io.EOF {
		return formatNone, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return formatZip, nil
	case isTar(head):
		return formatTar, nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return detectInside(r, formatTarGzip)
	case isZstd(head):
		return detectInside(r, formatTarZstd)
	}
	return formatNone, nil
}

// detectInside inflates the first bytes to see whether they are a tar. Damage is for the reading to report.
func detectInside(r *bufio.Reader, as format) (format, error) {
	head, err := r.Peek(peekSize)
	if err != nil && err != io.EOF {
		return formatNone, err
	}
	z, err := inflate(bytes.NewReader(head), as)
	if err != nil {
		return formatNone, nil
	}
	defer z.Close()
	block := make([]byte, magicBytes)
	n, _ := io.ReadFull(z, block)
	if isTar(block[:n]) {
		return as, nil
	}
	return formatNone, nil
}

// inflate undoes the compression of a format; a format without any passes through.
func inflate(r io.Reader, f format) (io.ReadCloser, error) {
	switch f {
	case formatTarGzip:
		return gzip.NewReader(r)
	case formatTarZstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(r), nil
}

func isTar(head []byte) bool {
	return len(head) >= 262 && string(head[257:262]) == "ustar"
}

// isZstd accepts skippable frames too: parallel compressors put one first.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	frame := bytes.Equal(head[:4], []byte{0x28, 0xb5, 0x2f, 0xfd})
	skippable := head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
	return frame || skippable
}
