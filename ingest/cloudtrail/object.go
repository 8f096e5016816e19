package cloudtrail

import "time"

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
