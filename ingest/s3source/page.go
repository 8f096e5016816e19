package s3source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"offtrail/ingest/cloudtrail"
)

// request is one request for a page of a listing.
type request struct {
	prefix  string
	folders bool   // stop at the next slash
	after   string // list keys greater than this
	token   string // go on where a page ended
	max     int32  // 0 means as many as S3 gives, 1000
}

// page is its answer.
type page struct {
	objects []cloudtrail.Object // in the order of their keys, without folder markers
	folders []string            // prefixes, with their trailing slash
	next    string              // the token for the page after, or ""
}

// lister asks for a page.
type lister func(context.Context, request) (page, error)

func (s *Source) page(ctx context.Context, r request) (page, error) {
	in := &s3.ListObjectsV2Input{
		Bucket: &s.options.Bucket, Prefix: &r.prefix, RequestPayer: s.payer(),
		// Without it a key with a control character makes an answer that no XML parser takes.
		EncodingType: types.EncodingTypeUrl,
	}
	if r.folders {
		in.Delimiter = aws.String("/")
	}
	if r.token != "" {
		in.ContinuationToken = &r.token
	} else if r.after != "" {
		in.StartAfter = &r.after
	}
	if r.max > 0 {
		in.MaxKeys = &r.max
	}
	out, err := s.client.ListObjectsV2(ctx, in)
	if err != nil {
		return page{}, s.explain(ctx, "list", s.base+r.prefix, err)
	}
	p, err := s.read(out, r.prefix)
	if err != nil {
		return page{}, &Error{Op: "list", Target: s.base + r.prefix, Err: fmt.Errorf("read the answer: %w", err)}
	}
	return p, nil
}

// read believes nothing that the request did not ask for: what comes after relies on the prefix.
func (s *Source) read(out *s3.ListObjectsV2Output, prefix string) (page, error) {
	encoded := out.EncodingType == types.EncodingTypeUrl // some servers ignore the wish
	p := page{objects: make([]cloudtrail.Object, 0, len(out.Contents))}
	for _, o := range out.Contents {
		key, err := decode(o.Key, encoded, prefix)
		if err != nil {
			return page{}, err
		}
		if !strings.HasSuffix(key, "/") {
			p.objects = append(p.objects, s.object(key, o))
		}
	}
	for _, f := range out.CommonPrefixes {
		name, err := decode(f.Prefix, encoded, prefix)
		if err != nil {
			return page{}, err
		}
		p.folders = append(p.folders, name)
	}
	if aws.ToBool(out.IsTruncated) {
		p.next = aws.ToString(out.NextContinuationToken)
		if p.next == "" {
			return page{}, errors.New("it is cut short and does not say how to go on")
		}
	}
	return p, nil
}

func decode(text *string, encoded bool, prefix string) (key string, err error) {
	key = aws.ToString(text)
	if encoded {
		if key, err = url.QueryUnescape(key); err != nil {
			return "", fmt.Errorf("decode key: %w", err)
		}
	}
	if !strings.HasPrefix(key, prefix) {
		return "", fmt.Errorf("key %q is not below the prefix asked for", key)
	}
	return key, nil
}

func (s *Source) object(key string, o types.Object) cloudtrail.Object {
	return cloudtrail.Object{
		URI: s.base + key, Key: key, Bucket: s.options.Bucket,
		Size: aws.ToInt64(o.Size), ETag: strings.Trim(aws.ToString(o.ETag), `"`), LastModified: aws.ToTime(o.LastModified),
		Name: cloudtrail.ParseKey(key),
	}
}
