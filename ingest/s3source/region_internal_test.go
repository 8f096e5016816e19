package s3source

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestBucketRegion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		header string
		want   string // empty: an error
	}{
		{"at hand", 200, "us-east-1", "us-east-1"},
		{"elsewhere", 301, "eu-south-2", "eu-south-2"},
		{"elsewhere, signed wrongly", 400, "eu-south-2", "eu-south-2"},
		{"forbidden", 403, "cn-north-1", "cn-north-1"},
		{"forbidden by a server without Regions", 403, "", "us-east-1"},
		{"no such bucket", 404, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodHead || r.Header.Get("Authorization") != "" {
					t.Errorf("%s with Authorization %q, want HEAD without", r.Method, r.Header.Get("Authorization"))
				}
				if test.header != "" {
					w.Header().Set(regionHeader, test.header)
				}
				w.WriteHeader(test.status)
			}))
			t.Cleanup(server.Close)
			client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, Retryer: aws.NopRetryer{},
				Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")})
			got, err := bucketRegion(t.Context(), client, Options{Bucket: "abc"})
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("bucketRegion = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestPartition(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "eusc-de-east-1": "aws-eusc", "": "aws",
	} {
		if got := partition(region); got != want {
			t.Errorf("partition(%q) = %q, want %q", region, got, want)
		}
	}
}
