// Package s3source reads CloudTrail objects from an S3 bucket, or from any server that speaks S3.
//
// It lists no more than the scope needs, verifies every byte it hands on, and says of every refusal which permission or
// setting is missing. It does not write to the bucket, and it follows no redirect to another endpoint.
//
// Below AWSLogs/ only CloudTrail's own folders are listed. AWSLogs/ is looked for at the URL's prefix, one level
// below it, and if it is in neither place, two levels below. Objects beside it are not CloudTrail's delivery and are left
// alone; a prefix that has no AWSLogs/ above or below it is a heap of loose files, and all of it is listed.
package s3source

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

var _ ingest.Settler = (*Source)(nil)

// Options say which bucket to read, as whom, and how hard to try. Only Bucket is required.
type Options struct {
	Bucket string
	Prefix string // a folder, or a single object's key

	Profile     string
	Region      string // the bucket's; empty means ask S3
	EndpointURL string // nothing but this host is spoken to about the bucket
	// PathStyle puts the bucket in the URL's path. It is implied by an EndpointURL outside amazonaws.com.
	PathStyle     bool
	RequesterPays bool
	Anonymous     bool // sign nothing

	RoleARN    string // a role to assume with the credentials found
	ExternalID string
	MFASerial  string
	MFAToken   func() (string, error) // asks the user for a code
	// Credentials take the place of the SDK's default chain.
	Credentials aws.CredentialsProvider

	Concurrency int           // listing requests under way at once; 0 means 16
	Retries     int           // attempts at each request; 0 means 8
	Stall       time.Duration // how long a body may deliver nothing; 0 means a minute
	SpoolDir    string        // for large objects; empty means the system's temporary folder
	SpoolAbove  int64         // objects of more bytes are fetched in parallel parts; 0 means 64 MiB

	// Skipped, when not nil, hears of objects that List leaves out because their keys do not say whether they are in
	// scope: loose files, when the scope names accounts. It is called like yield, from one goroutine at a time.
	Skipped func(uri, reason string)
}

// Source is a bucket, or a part of one.
type Source struct {
	options Options
	client  *s3.Client
	base    string // s3://bucket/
}

// New finds credentials and the bucket's Region. It reads nothing from the bucket.
func New(ctx context.Context, o Options) (*Source, error) {
	o.Concurrency = cmp.Or(o.Concurrency, 16)
	o.Retries = cmp.Or(o.Retries, 8)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.SpoolAbove = cmp.Or(o.SpoolAbove, 64<<20)
	client, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Source{options: o, client: client, base: scheme + o.Bucket + "/"}, nil
}

// URI is s3://bucket/prefix, as the user wrote it.
func (s *Source) URI() string { return s.base + s.options.Prefix }

// Region is the bucket's Region, given or found.
func (s *Source) Region() string { return s.client.Options().Region }

// Settles implements ingest.Settler: CloudTrail delivers here.
func (s *Source) Settles() {}

// Close does nothing: large objects' files go when their readers are closed.
func (s *Source) Close() error { return nil }

// List yields the objects in scope. Folder markers (empty objects whose keys end in a slash) are none.
func (s *Source) List(ctx context.Context, scope cloudtrail.Scope, settled func(ingest.Day) bool,
	yield func(cloudtrail.Object) error) error {
	w := &walk{
		list: s.page, base: s.base, workers: s.options.Concurrency,
		scope: scope, settled: settled, yield: yield, skipped: s.options.Skipped,
	}
	return w.run(ctx, s.options.Prefix)
}

func (s *Source) payer() types.RequestPayer {
	if s.options.RequesterPays {
		return types.RequestPayerRequester
	}
	return ""
}

// folder gives a prefix its trailing slash; the bucket's root has none.
func folder(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}
