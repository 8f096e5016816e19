package s3source

import (
	"fmt"
	"strings"
)

const scheme = "s3://"

// ParseURL splits s3://bucket[/prefix]. Nothing is decoded: S3 keys hold percent signs, question marks and whatever
// else, and stand in these URLs as they are.
func ParseURL(text string) (bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(text, scheme)
	if !ok {
		return "", "", fmt.Errorf("parse %q: want s3://bucket or s3://bucket/prefix", text)
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	if !validBucket(bucket) {
		return "", "", fmt.Errorf("parse %q: %q is not a bucket's name", text, bucket)
	}
	return bucket, prefix, nil
}

// validBucket is as lenient as the oldest buckets, but lets nothing through that would change a request's URL.
func validBucket(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	return len(name) >= 3 && len(name) <= 255 && strings.Trim(name, allowed) == "" && strings.Trim(name, ".") != ""
}
