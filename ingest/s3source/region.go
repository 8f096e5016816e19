package s3source

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const regionHeader = "X-Amz-Bucket-Region"

// bucketRegion asks any Region of the partition. S3 names the bucket's Region also where it redirects or refuses, so the
// question is not signed and needs no permission.
func bucketRegion(ctx context.Context, client *s3.Client, o Options) (string, error) {
	anonymous := s3.New(client.Options(), func(c *s3.Options) { c.Credentials = aws.AnonymousCredentials{} })
	out, err := anonymous.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &o.Bucket})
	if err == nil {
		return regionOr(aws.ToString(out.BucketRegion), client), nil
	}
	response := answer(err)
	if response == nil || response.StatusCode == http.StatusNotFound {
		return "", err
	}
	return regionOr(response.Header.Get(regionHeader), client), nil
}

func regionOr(region string, client *s3.Client) string {
	if region == "" {
		return client.Options().Region
	}
	return region
}

// answer returns the HTTP answer behind an error, or nil when there was none.
func answer(err error) *http.Response {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return nil
	}
	return response.Response.Response
}

// partition names the part of AWS that a Region belongs to, as ARNs spell it.
func partition(region string) string {
	for _, p := range []struct{ lead, name string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-iso-", "aws-iso"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.lead) {
			return p.name
		}
	}
	return "aws"
}
