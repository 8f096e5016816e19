package archivesource

import (
	"context"
	"io"
)

// solo is a stream that is no archive: one object.
type solo struct {
	data io.ReaderAt
	size int64
}

func (s solo) members(ctx context.Context, yield func(member) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return yield(member{number: 1, name: "stdin", size: s.size})
}

func (s solo) open(entry) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.data, 0, s.size)), nil
}
