package s3source

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

// advise returns what to do about an error, or "".
func (o Options) advise(e *Error) string {
	if hint := o.adviseLocal(e.Err); hint != "" {
		return hint
	}
	code, status := codeOf(e.Err)
	switch code {
	case "AccessDenied", "Forbidden", "AllAccessDisabled":
		return o.adviseDenied(e)
	case "NoSuchBucket", "NotFound":
		return "check the bucket's name, and --endpoint-url if it is not on AWS"
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return adviseRegion(e.Err)
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidToken":
		return "the credentials have expired or were withdrawn: get new ones, for instance with " + o.login()
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "UnrecognizedClientException":
		return "the credentials are not valid here: check --profile, the AWS_* variables and --endpoint-url"
	case "RequestTimeTooSkewed":
		return "this computer's clock is off: set it, S3 allows fifteen minutes"
	case "SlowDown", "ServiceUnavailable", "RequestLimitExceeded", "ThrottlingException":
		return "S3 keeps throttling: lower --concurrency, or try again later"
	case "InvalidObjectState":
		return "the object is in an archive storage class: restore it first"
	}
	switch {
	case strings.HasPrefix(code, "KMS."):
		return "the KMS key that the object is encrypted with is disabled, deleted or out of reach"
	case status == http.StatusMovedPermanently:
		return adviseRegion(e.Err)
	case status == http.StatusForbidden:
		return o.adviseDenied(e)
	case status == http.StatusNotFound:
		return "check the bucket's name, and --endpoint-url if it is not on AWS"
	case e.Op == credentialsOp:
		return "name a profile with --profile, set AWS_ACCESS_KEY_ID, log in with " + o.login() +
			", or read a public bucket with --no-sign-request"
	}
	return ""
}

// adviseLocal is about what happens before AWS answers.
func (o Options) adviseLocal(err error) string {
	var (
		noProfile   config.SharedConfigProfileNotExistError
		sso         *ssocreds.InvalidTokenError
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		unreached   net.Error
	)
	switch {
	case errors.As(err, &noProfile):
		return "`aws configure list-profiles` shows the profiles there are"
	case errors.As(err, &sso):
		return "the SSO session has expired: run " + o.login()
	case errors.As(err, &dns):
		return fmt.Sprintf("%s has no address: check the network, --endpoint-url and --region", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: check --endpoint-url"
	case errors.As(err, &certificate):
		return "the server's certificate is not trusted: set AWS_CA_BUNDLE to the authority's certificates"
	case errors.As(err, &unreached) && unreached.Timeout():
		return "no answer in time: check the network, proxies and --endpoint-url"
	}
	return ""
}

func (o Options) login() string {
	if o.Profile == "" {
		return "`aws sso login`"
	}
	return fmt.Sprintf("`aws sso login --profile %s`", o.Profile)
}

func adviseRegion(err error) string {
	if r := answer(err); r != nil && r.Header.Get(regionHeader) != "" {
		return fmt.Sprintf("the bucket is in %[1]s: use --region %[1]s", r.Header.Get(regionHeader))
	}
	return "the bucket is in another Region: leave --region out to have it found"
}

// adviseDenied names the permission. S3's message tells which one is missing only to callers from the bucket's own account.
func (o Options) adviseDenied(e *Error) string {
	var operation *smithy.OperationError
	if errors.As(e.Err, &operation) && operation.ServiceID == "STS" {
		return "you need sts:AssumeRole on the role, and its trust policy must name you and the --external-id, if any"
	}
	var api smithy.APIError
	if errors.As(e.Err, &api) && strings.Contains(api.ErrorMessage(), "kms:Decrypt") {
		return "you need kms:Decrypt on " + kmsKey(api.ErrorMessage()) + o.elsewise()
	}
	bucket := fmt.Sprintf("arn:%s:s3:::%s", partition(o.Region), o.Bucket)
	key := strings.TrimPrefix(e.Target, scheme+o.Bucket+"/")
	if e.Op == "get" {
		return "you need s3:GetObject on " + bucket + "/" + key +
			", and kms:Decrypt on the key if the object is encrypted with KMS" + o.elsewise()
	}
	return "you need s3:ListBucket on " + bucket + " with the prefix " + fmt.Sprintf("%q", key) + o.elsewise() +
		"; if you may list a part only, name it in the URL"
}

// kmsKey finds the key in S3's message, which names it to some callers.
func kmsKey(message string) string {
	if arn := regexp.MustCompile(`arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+`).FindString(message); arn != "" {
		return arn
	}
	return "the KMS key that the object is encrypted with"
}

// elsewise lists the ways round a refusal.
func (o Options) elsewise() string {
	ways := "; try another --profile"
	if !o.RequesterPays {
		ways += ", or --requester-pays if readers pay for this bucket"
	}
	return ways
}
