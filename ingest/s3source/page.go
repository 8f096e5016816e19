package s3source

import (
	"context"
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
	return s.read(out)
}

func (s *Source) read(out *s3.ListObjectsV2Output) (page, error) {
	decode := func(key *string) (string, error) { return aws.ToString(key), nil }
	if out.EncodingType == types.EncodingTypeUrl { // some servers ignore the wish
		decode = func(key *string) (string, error) { return url.QueryUnescape(aws.ToString(key)) }
	}
	p := page{objects: make([]cloudtrail.Object, 0, len(out.Contents))}
	for _, o := range out.Contents {
		key, err := decode(o.Key)
		if err != nil {
			return page{}, fmt.Errorf("list %q: read key: %w", s.base, err)
		}
		if !strings.HasSuffix(key, "/") {
			p.objects = append(p.objects, s.object(key, o))
		}
	}
	for _, f := range out.CommonPrefixes {
		prefix, err := decode(f.Prefix)
		if err != nil {
			return page{}, fmt.Errorf("list %q: read prefix: %w", s.base, err)
		}
		p.folders = append(p.folders, prefix)
	}
	if aws.ToBool(out.IsTruncated) {
		p.next = aws.ToString(out.NextContinuationToken)
		if p.next == "" {
			return page{}, fmt.Errorf("list %q: the answer is cut short and does not say how to go on", s.base)
		}
	}
	return p, nil
}

func (s *Source) object(key string, o types.Object) cloudtrail.Object {
	return cloudtrail.Object{
		URI: s.base + key, Key: key, Bucket: s.options.Bucket,
		Size: aws.ToInt64(o.Size), ETag: strings.Trim(aws.ToString(o.ETag), `"`), LastModified: aws.ToTime(o.LastModified),
		Name: cloudtrail.ParseKey(key),
	}
}
