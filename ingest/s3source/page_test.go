package s3source_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/s3source"
)

// answering returns a source whose server gives every listing the same answer.
func answering(t *testing.T, inner string) *s3source.Source {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("encoding-type"); got != "url" {
			t.Errorf("encoding-type %q, want url", got)
		}
		_, _ = io.WriteString(w, "<ListBucketResult>"+inner+"</ListBucketResult>")
	}))
	t.Cleanup(server.Close)
	src, err := s3source.New(t.Context(), s3source.Options{
		Bucket: bucket, Prefix: day, EndpointURL: server.URL, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

const day = "AWSLogs/111111111111/CloudTrail/eu-west-1/2024/05/01/"

func TestKeysAreDecodedAsTheAnswerSays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ inner, want string }{
		"as S3 encodes":   {"<EncodingType>url</EncodingType><Contents><Key>" + day + "a%01+b%2B%2541</Key></Contents>", "a\x01 b+%41"},
		"not encoded":     {"<Contents><Key>" + day + "a+b%41</Key></Contents>", "a+b%41"},
		"a folder marker": {"<Contents><Key>" + day + "</Key></Contents><Contents><Key>" + day + "x</Key></Contents>", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := answering(t, test.inner).List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
				got = append(got, strings.TrimPrefix(o.Key, day))
				return nil
			})
			if err != nil || !slices.Equal(got, []string{test.want}) {
				t.Errorf("listed %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestListingsThatCannotBeReadAreErrors(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]string{
		"bad escape":            "<EncodingType>url</EncodingType><Contents><Key>a%zz</Key></Contents>",
		"cut short, no way on":  "<IsTruncated>true</IsTruncated>",
		"another prefix's keys": "<Contents><Key>a</Key></Contents>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := answering(t, inner).List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
				t.Errorf("listed %q", o.Key)
				return nil
			})
			if err == nil {
				t.Error("List = nil")
			}
		})
	}
}
