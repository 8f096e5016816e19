package s3source

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// credentialsOp is the operation that an Error names when there are none.
const credentialsOp = "find AWS credentials"

// connect returns a client that has credentials and knows the bucket's Region, so that what is wrong with either is
// told before the work begins, and in one place.
func connect(ctx context.Context, o Options) (*s3.Client, error) {
	cfg, err := configure(ctx, o)
	if err != nil {
		return nil, o.explain(ctx, "read AWS settings", "", err)
	}
	if err := sign(ctx, &cfg, o); err != nil {
		return nil, err
	}
	client := newClient(cfg, o)
	// An endpoint of the user's own has no Regions to choose from.
	if o.Region != "" || client.Options().BaseEndpoint != nil {
		return client, nil
	}
	cfg.Region, err = bucketRegion(ctx, client, o)
	if err != nil {
		return nil, o.explain(ctx, "find the Region of", scheme+o.Bucket, err)
	}
	return newClient(cfg, o), nil
}

func configure(ctx context.Context, o Options) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx,
		config.WithSharedConfigProfile(o.Profile),
		config.WithRegion(o.Region),
		config.WithLogger(logging.Nop{}), // errors come back as errors; the SDK would also write to stderr
		config.WithDefaultRegion("us-east-1"),
		config.WithCredentialsProvider(o.Credentials),
		config.WithHTTPClient(newHTTPClient(o)),
		config.WithRetryer(func() aws.Retryer { return newRetryer(o) }),
		config.WithAssumeRoleCredentialOptions(func(a *stscreds.AssumeRoleOptions) { a.TokenProvider = o.MFAToken }),
	)
}

// newHTTPClient keeps a connection for every listing and fetch under way; the SDK's default of ten would open a new one
// for most requests. It does not wait for an answer for ever either.
func newHTTPClient(o Options) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = max(64, 2*o.Concurrency)
		t.MaxIdleConns = 2 * t.MaxIdleConnsPerHost
		t.ResponseHeaderTimeout = o.Stall
	})
}

// newRetryer slows all requests down together when S3 throttles one.
func newRetryer(o Options) aws.Retryer {
	return retry.NewAdaptiveMode(func(a *retry.AdaptiveModeOptions) {
		a.StandardOptions = append(a.StandardOptions, func(s *retry.StandardOptions) {
			s.MaxAttempts = o.Retries
			s.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(nobodyThere)}, s.Retryables...)
		})
	})
}

// nobodyThere keeps a wrong endpoint from being tried for a minute: a host that does not exist or refuses will do so again.
func nobodyThere(err error) aws.Ternary {
	var name *net.DNSError
	if errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &name) && name.IsNotFound {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

func newClient(cfg aws.Config, o Options) *s3.Client {
	return s3.NewFromConfig(cfg, func(c *s3.Options) {
		if o.EndpointURL != "" {
			c.BaseEndpoint = &o.EndpointURL
		}
		c.UsePathStyle = o.PathStyle || foreign(c.BaseEndpoint)
		c.DisableLogOutputChecksumValidationSkipped = true // old objects have no checksum; the reader does without
	})
}

// foreign reports whether an endpoint is not AWS's own; few of those give each bucket a host name.
func foreign(endpoint *string) bool {
	if endpoint == nil {
		return false
	}
	u, err := url.Parse(*endpoint)
	return err == nil && !strings.Contains(u.Hostname(), ".amazonaws.")
}

// sign settles who asks. Credentials are retrieved here once, although the client would do so by itself: an error then is
// known to be about credentials, which its type would not tell.
func sign(ctx context.Context, cfg *aws.Config, o Options) error {
	if o.Anonymous {
		cfg.Credentials = aws.AnonymousCredentials{}
		return nil
	}
	op, target := credentialsOp, ""
	if o.RoleARN != "" {
		op, target = "assume role", o.RoleARN
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), o.RoleARN, o.assume))
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return o.explain(ctx, op, target, err)
	}
	return nil
}

func (o Options) assume(a *stscreds.AssumeRoleOptions) {
	a.RoleSessionName = "offtrail"
	if o.ExternalID != "" {
		a.ExternalID = &o.ExternalID
	}
	if o.MFASerial != "" {
		a.SerialNumber = &o.MFASerial
	}
	a.TokenProvider = o.MFAToken
}
