package s3source_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"offtrail/fixtures/faultproxy"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/s3source"
)

func TestListRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		region string
		fault  faultproxy.Fault
		hint   string
	}{
		{"denied", "us-east-1", faultproxy.AccessDenied(), `s3:ListBucket on arn:aws:s3:::central-trail with the prefix "AWSLogs/"`},
		{"denied in China", "cn-north-1", faultproxy.AccessDenied(), "s3:ListBucket on arn:aws-cn:s3:::central-trail"},
		{"denied in GovCloud", "us-gov-west-1", faultproxy.AccessDenied(), "arn:aws-us-gov:s3:::"},
		{"wrong Region", "us-east-1", faultproxy.WrongRegion("eu-south-2"), "use --region eu-south-2"},
		{"redirect", "us-east-1", faultproxy.Redirect("eu-south-2"), "use --region eu-south-2"},
		{"no bucket", "us-east-1", faultproxy.Answer(404, "NoSuchBucket", "no"), "check the bucket's name"},
		{"expired", "us-east-1", faultproxy.Answer(400, "ExpiredToken", "no"), "aws sso login"},
		{"clock", "us-east-1", faultproxy.Answer(403, "RequestTimeTooSkewed", "no"), "clock"},
		{"bad key", "us-east-1", faultproxy.Answer(403, "InvalidAccessKeyId", "no"), "not valid here"},
		{"throttled to the end", "us-east-1", faultproxy.SlowDown(), "lower --concurrency"},
		{"not XML at all", "us-east-1", faultproxy.Raw("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), "s3:ListBucket"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			proxy, err := faultproxy.Start("http://127.0.0.1:1", faultproxy.Rule{Fault: test.fault})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = proxy.Close() })
			err = listAt(t, s3source.Options{EndpointURL: proxy.Endpoint(), Region: test.region, Prefix: "AWSLogs", Retries: 2})
			var e *s3source.Error
			if !errors.As(err, &e) || e.Op != "list" || e.Target != "s3://central-trail/AWSLogs/" {
				t.Fatalf("List = %v, want an *Error about the prefix", err)
			}
			if !strings.Contains(e.Hint, test.hint) {
				t.Errorf("%v: hint %q, want %q in it", err, e.Hint, test.hint)
			}
			if strings.Contains(err.Error(), "https response error") {
				t.Errorf("%v: the SDK's layers show", err)
			}
		})
	}
}

func TestUnreachableEndpoints(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for endpoint, hint := range map[string]string{
		closed:                        "nothing listens there",
		"http://no-such-host.invalid": "no-such-host.invalid has no address",
	} {
		err := listAt(t, s3source.Options{EndpointURL: endpoint, Prefix: "AWSLogs", Retries: 1})
		var e *s3source.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint, hint) {
			t.Errorf("List at %s = %v, want the hint %q", endpoint, err, hint)
		}
	}
}

// listAt lists a bucket that no server has.
func listAt(t *testing.T, o s3source.Options) error {
	t.Helper()
	o.Bucket, o.Credentials = bucket, credentials.NewStaticCredentialsProvider("AKIA", "secret", "")
	src, err := s3source.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return src.List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		t.Errorf("List yields %q", o.Key)
		return nil
	})
}

func TestCredentialsAreLookedForFirst(t *testing.T) {
	t.Parallel()
	none := errors.New("none found")
	_, err := s3source.New(t.Context(), s3source.Options{
		Bucket: bucket, Region: "us-east-1", Profile: "",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, none }),
	})
	var e *s3source.Error
	if !errors.As(err, &e) || !errors.Is(err, none) || !strings.Contains(e.Hint, "--profile") {
		t.Errorf("New = %v; want an *Error that advises --profile", err)
	}
}

func TestWhoAsks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		anonymous, signed bool
	}{"anonymous": {anonymous: true}, "with credentials": {signed: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if signed := r.Header.Get("Authorization") != ""; signed != test.signed {
					t.Errorf("signed is %v, want %v", signed, test.signed)
				}
				if got := r.Header.Get("X-Amz-Request-Payer"); got != "requester" {
					t.Errorf("request payer %q", got)
				}
				_, _ = io.WriteString(w, "<ListBucketResult></ListBucketResult>")
			}))
			t.Cleanup(server.Close)
			o := s3source.Options{EndpointURL: server.URL, Prefix: "AWSLogs", Anonymous: test.anonymous, RequesterPays: true}
			if err := listAt(t, o); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"s3://abc":              {"abc", ""},
		"s3://abc/":             {"abc", ""},
		"s3://abc/AWSLogs":      {"abc", "AWSLogs"},
		"s3://a.b-c/x y/%41?#/": {"a.b-c", "x y/%41?#/"},
		"s3://Old_Bucket//lead": {"Old_Bucket", "/lead"},
	} {
		if b, p, err := s3source.ParseURL(text); err != nil || [2]string{b, p} != want {
			t.Errorf("ParseURL(%q) = %q, %q, %v; want %q", text, b, p, err, want)
		}
	}
	for _, text := range []string{"", "abc", "s3:/abc", "S3://abc", "s3://", "s3:///x", "s3://a?b/x", "s3://user@host/x", "s3://.../x", "https://abc/x"} {
		if b, p, err := s3source.ParseURL(text); err == nil {
			t.Errorf("ParseURL(%q) = %q, %q; want an error", text, b, p)
		}
	}
}
