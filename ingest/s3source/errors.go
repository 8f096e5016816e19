package s3source

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Error says what was being done to what, why it failed, and what to try.
type Error struct {
	Op     string // a verb: list, get, assume role
	Target string // an s3:// URI or an ARN; empty when there is none
	Err    error
	Hint   string // one sentence for the user; empty when there is nothing to advise
}

func (e *Error) Error() string {
	if e.Target == "" {
		return fmt.Sprintf("%s: %s", e.Op, reason(e.Err))
	}
	return fmt.Sprintf("%s %q: %s", e.Op, e.Target, reason(e.Err))
}

// Unwrap returns the cause, the SDK's own error for instance.
func (e *Error) Unwrap() error { return e.Err }

// reason leaves out the SDK's report of its own layers, and keeps the request's ID, which AWS support asks for.
func reason(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err.Error()
	}
	text := api.ErrorCode()
	if m := api.ErrorMessage(); m != "" {
		text += ": " + m
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.ServiceRequestID() != "" {
		text += " (request " + response.ServiceRequestID() + ")"
	}
	return text
}

// explain makes an Error. The end of the context is no failure of AWS's, and is returned bare.
func (o Options) explain(ctx context.Context, op, target string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s %q: %w", op, target, cause)
	}
	e := &Error{Op: op, Target: target, Err: err}
	code, status := codeOf(err)
	switch {
	case code == "PreconditionFailed" || status == http.StatusPreconditionFailed:
		e.Err = fmt.Errorf("%w since it was listed", ErrChanged)
		e.Hint = "run sync again to list it anew"
	case op == "get" && (code == "NoSuchKey" || code == "NotFound" || code == "NoSuchVersion"):
		e.Err = fmt.Errorf("%w: it was listed, and is not there any more", ErrGone)
		e.Hint = "a lifecycle rule or a person may have deleted it; run sync again to list anew"
	default:
		e.Hint = o.advise(e)
	}
	return e
}

// explain knows the bucket's Region, which the options need not.
func (s *Source) explain(ctx context.Context, op, target string, err error) error {
	o := s.options
	o.Region = s.Region()
	return o.explain(ctx, op, target, err)
}

// codeOf returns S3's error code and the HTTP status; a HEAD's answer has no body and so no code.
func codeOf(err error) (code string, status int) {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	if r := answer(err); r != nil {
		status = r.StatusCode
	}
	return code, status
}
