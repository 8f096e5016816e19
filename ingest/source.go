package ingest

import (
	"context"
	"io"

	"offtrail/ingest/cloudtrail"
)

// Source is a place that holds objects. Implementations are safe for concurrent use.
type Source interface {
	// URI names the source; every object's URI starts with it.
	URI() string

	// List calls yield for every object in scope, in any order, from one goroutine at a time. It asks its store for no
	// more than the scope needs. settled, when not nil, reports whether a day prefix (a Day) is complete in
	// the manifest and need not be listed again. An error from yield ends the listing and is returned as it is.
	List(ctx context.Context, scope cloudtrail.Scope, settled func(Day) bool, yield func(cloudtrail.Object) error) error

	// Open returns the body of an object that List yielded. The reader must fail, with an error that says why, when what
	// it delivered differs from what was listed or from a checksum that the store gave; io.EOF is therefore a promise.
	// Fetched is complete when Open returns, except Size, which the caller counts.
	Open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error)

	// Close releases what the source holds (open archives, temporary files).
	Close() error
}

// Settler is a Source in which a day's objects come by CloudTrail's delivery, so that the day is final some time after its
// end. Others, such as a folder that somebody fills by hand, are listed whole each time.
type Settler interface {
	Source
	Settles()
}

// Day is one day's prefix of one source: the unit of listing and of being settled.
type Day struct {
	// Prefix is the full URI prefix, with its trailing slash: s3://bucket/AWSLogs/…/CloudTrail/eu-west-1/2024/05/01/.
	Prefix string
	// Date is the prefix's date as YYYY-MM-DD (UTC, time of delivery).
	Date string
}
