package cloudtrail

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// Object is one stored thing that may hold CloudTrail records: an S3 object, a file, or a member of an archive.
// A source's listing fills all fields that it knows; the rest stay zero.
type Object struct {
	// URI names the object where it is now, and is the same in every run: s3://bucket/key, file:///abs/path, or
	// file:///abs/case.zip!/member. It is the manifest's key.
	URI string
	// Key is the object's key as delivered: the S3 key, or the path below the folder or archive, with slashes.
	Key string
	// Bucket is the S3 bucket; empty for other sources.
	Bucket string
	// Size is the stored size in bytes as listed, or -1 when a source cannot tell before reading.
	Size int64
	// ETag is S3's, without quotes; empty for other sources.
	ETag string
	// LastModified is the store's own time of the last write; zero when unknown.
	LastModified time.Time
	// Name is what the key says about the content.
	Name Key
}

// Fetched is an object's body as it was delivered, and what only reading it could tell.
type Fetched struct {
	// VersionID is S3's, when the bucket keeps versions.
	VersionID string
	// ETag is S3's, without quotes, of the body that was read.
	ETag string
	// LastModified is the store's own time of the last write.
	LastModified time.Time
	// Metadata is the user metadata (x-amz-meta-*), names in lower case without the prefix. CloudTrail keeps the
	// signature of a digest here and nowhere else.
	Metadata map[string]string
	// Size is the number of bytes delivered.
	Size int64
}

// Status is how an object ended.
type Status string

// The statuses of an object in the manifest. One that could not be read is not in it, and is tried again.
const (
	StatusIngested    Status = "ingested"    // every byte is in rows
	StatusEmpty       Status = "empty"       // CloudTrail, and no records in it
	StatusCopy        Status = "copy"        // the same bytes are stored already, from another place
	StatusQuarantined Status = "quarantined" // something in it is no record; the good records are stored
	StatusSuperseded  Status = "superseded"  // its place holds other bytes now
)

// Delivery is one object taken in: the manifest's row about it.
type Delivery struct {
	Object
	Fetched
	Provenance    *Provenance
	ContentID     int32 // the object that holds the records: this one's ID, unless it is a copy
	Replaces      int32 // the ID of the object that was at this URI before; 0 when there was none
	Status        Status
	Encoding      string // gzip, zstd or none
	SHA256        [32]byte
	ContentSHA256 [32]byte // of the inflated bytes
	ContentSize   int64
	Records       int
	Bad           []Bad
	Digest        []byte
}

// Stem is the object's file name without the endings of its compression: what stays of an object's name when it is
// copied, unpacked or moved to another folder. CloudTrail's file names are unique.
func (o Object) Stem() string {
	name := o.Key[strings.LastIndexByte(o.Key, '/')+1:]
	name = strings.TrimSuffix(name, ".gz")
	return strings.TrimSuffix(name, ".zst")
}

// Fingerprint condenses what a listing says about an object's state: when it differs from the manifest's, the object has
// changed. S3's ETag tells states apart; for files it is size and time.
func (o Object) Fingerprint() uint64 {
	if o.ETag != "" {
		return Hash(fmt.Sprintf("%d\x00%s", o.Size, o.ETag))
	}
	return Hash(fmt.Sprintf("%d\x00%d", o.Size, o.LastModified.UnixNano()))
}

// Hash is FNV-1a with 64 bits: the manifest stores it, so it never changes.
func Hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// Known is what the manifest remembers of an object, as far as a sync needs it.
type Known struct {
	ID, ContentID         int32
	URI                   string
	Stem, Fingerprint     uint64 // as Hash and Object.Fingerprint make them
	Status                Status
	Records               int32
	SHA256, ContentSHA256 [32]byte
	ContentSize           int64
}
