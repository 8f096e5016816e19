package s3source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"offtrail/ingest/cloudtrail"
)

// What may have become of an object since it was listed, for errors.Is.
var (
	ErrGone    = errors.New("object is gone")
	ErrChanged = errors.New("object has changed")
	ErrCorrupt = errors.New("object arrived damaged")
)

// Open gets the object in the state in which it was listed, or not at all.
func (s *Source) Open(ctx context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	if o.Size > s.options.SpoolAbove {
		return s.openLarge(ctx, o)
	}
	first, err := s.get(ctx, o)
	if err != nil {
		return nil, cloudtrail.Fetched{}, err
	}
	again := func() (io.ReadCloser, error) {
		next, err := s.get(ctx, o)
		return next.body, err
	}
	return newBody(ctx, o, first, again, s.options.Retries), first.fetched, nil
}

// response is a body under way.
type response struct {
	body    io.ReadCloser
	fetched cloudtrail.Fetched
	md5     bool // the ETag is the body's MD5, and nothing better vouches for it
}

func (s *Source) get(ctx context.Context, o cloudtrail.Object) (response, error) {
	in := &s3.GetObjectInput{
		Bucket: &s.options.Bucket, Key: &o.Key, RequestPayer: s.payer(),
		IfMatch: quoted(o.ETag), ChecksumMode: types.ChecksumModeEnabled,
	}
	reading, watch := newWatch(ctx, s.options.Stall)
	out, err := s.client.GetObject(reading, in)
	if err != nil {
		watch.end(nil)
		return response{}, s.explain(ctx, "get", o.URI, err)
	}
	if length := aws.ToInt64(out.ContentLength); o.Size >= 0 && out.ContentLength != nil && length != o.Size {
		watch.end(nil)
		_ = out.Body.Close() // it was not read
		return response{}, sizeError(o, length)
	}
	sums, _ := s3.GetChecksumValidationMetadata(out.ResultMetadata)
	return response{
		body: &watched{body: out.Body, watch: watch},
		fetched: cloudtrail.Fetched{
			VersionID: aws.ToString(out.VersionId), ETag: strings.Trim(aws.ToString(out.ETag), `"`),
			LastModified: aws.ToTime(out.LastModified), Metadata: lowered(out.Metadata),
		},
		md5: len(sums.AlgorithmsUsed) == 0 &&
			isMD5(aws.ToString(out.ETag), string(out.ServerSideEncryption), aws.ToString(out.SSECustomerAlgorithm)),
	}, nil
}

func sizeError(o cloudtrail.Object, size int64) error {
	return &Error{Op: "get", Target: o.URI, Err: fmt.Errorf("%w: it has %d bytes, and was listed with %d", ErrChanged, size, o.Size)}
}

// quoted is the form of an ETag in a header, or nil when none was listed.
func quoted(etag string) *string {
	if etag == "" {
		return nil
	}
	return aws.String(`"` + etag + `"`)
}

// isMD5 reports whether an ETag is the MD5 of the object: not for one stored in parts, nor for one encrypted with a KMS
// or customer key.
func isMD5(etag, encryption, customer string) bool {
	etag = strings.Trim(etag, `"`)
	return len(etag) == 32 && strings.Trim(etag, "0123456789abcdef") == "" && customer == "" &&
		!strings.HasPrefix(encryption, "aws:kms")
}

func lowered(metadata map[string]string) map[string]string {
	m := make(map[string]string, len(metadata))
	for name, value := range metadata {
		m[strings.ToLower(name)] = value
	}
	return m
}
