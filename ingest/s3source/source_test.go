package s3source_test

import (
	"maps"
	"testing"

	"offtrail/fixtures/s3test"
	"offtrail/ingest"
	"offtrail/ingest/s3source"
	"offtrail/ingest/sourcetest"
)

const bucket = "central-trail"

// open returns a source over the server's bucket; endpoint is the server's or a proxy's.
func open(t *testing.T, server *s3test.Server, endpoint string, with ...func(*s3source.Options)) *s3source.Source {
	t.Helper()
	o := s3source.Options{
		Bucket: bucket, EndpointURL: endpoint, Region: "us-east-1", SpoolDir: t.TempDir(),
		Credentials: server.Client().Options().Credentials,
	}
	for _, f := range with {
		f(&o)
	}
	src, err := s3source.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func prefix(p string) func(*s3source.Options) {
	return func(o *s3source.Options) { o.Prefix = p }
}

func serve(t *testing.T, tree map[string][]byte) *s3test.Server {
	t.Helper()
	server := s3test.Start(t)
	server.CreateBucket(bucket)
	server.PutTree(bucket, maps.All(tree))
	return server
}

func TestContract(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T, tree map[string][]byte) ingest.Source {
		server := serve(t, tree)
		return open(t, server, server.Endpoint())
	})
}
