package archivesource

import (
	"context"
	"io"
	"time"
)

// container is one opened archive format over random access.
type container interface {
	// members calls yield for everything the archive holds, in archive order, and returns yield's error as it is.
	members(ctx context.Context, yield func(member) error) error
	// open returns the content of a member. The reader checks what the format can check.
	open(e entry) (io.ReadCloser, error)
}

// member is one entry of an archive.
type member struct {
	number   int    // its place in the archive, from 1
	name     string // as the archive spells it: hostile
	handle   int64  // how the container finds it again; unlike that of any other member
	size     int64
	modified time.Time
	skip     string // why it holds no bytes to read, or ""
	folder   bool
}
