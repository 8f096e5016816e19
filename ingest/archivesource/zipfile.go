package archivesource

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// zipfile reads a zip. Its directory, which the format puts at the end, is held in memory.
type zipfile struct {
	reader *zip.Reader
}

func openZip(data io.ReaderAt, size int64) (*zipfile, error) {
	r, err := zip.NewReader(data, size)
	switch {
	case errors.Is(err, zip.ErrFormat):
		return nil, fmt.Errorf("read the directory at the end of the zip (cut short, or one of several parts?): %w", err)
	// The reader may refuse hostile names, but is usable; names are cleaned later.
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, fmt.Errorf("read the directory of the zip: %w", err)
	}
	r.RegisterDecompressor(zip.Deflate, flate.NewReader)
	r.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow)))
	return &zipfile{reader: r}, nil
}

func (z *zipfile) members(ctx context.Context, yield func(member) error) error {
	for i, f := range z.reader.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(zipMember(f, i)); err != nil {
			return err
		}
	}
	return nil
}

func zipMember(f *zip.File, i int) member {
	m := member{number: i + 1, name: f.Name, handle: int64(i), modified: f.Modified.UTC(), size: -1}
	if f.UncompressedSize64 <= math.MaxInt64 {
		m.size = int64(f.UncompressedSize64)
	}
	switch mode := f.Mode(); {
	// Old Windows tools write "folder\" where the format wants a slash.
	case m.size == 0 && mode.IsDir(), m.size == 0 && strings.HasSuffix(f.Name, `\`):
		m.folder = true
	case mode&fs.ModeSymlink != 0:
		m.skip = "symbolic link"
	case !mode.IsRegular():
		m.skip = "not a regular file"
	}
	return m
}

func (z *zipfile) open(e entry) (io.ReadCloser, error) {
	f := z.reader.File[e.handle]
	const encrypted = 0x1
	if f.Flags&encrypted != 0 {
		return nil, errors.New("the member is encrypted: unpack the archive with its password and read the folder")
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, fmt.Errorf("compression method %d (unpack the archive and read the folder): %w", f.Method, err)
	}
	return r, err
}
