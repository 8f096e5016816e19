package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"offtrail/ingest/s3source"
	"offtrail/store"
)

// exitCode is one line of the published contract. A code that is not here is a failure.
type exitCode struct {
	Code    int
	Meaning string
	is      func(error) bool
}

// exitCodes is the contract: help, README and tests show this table. The first that fits counts.
var exitCodes = []exitCode{
	{0, "ok", func(err error) bool { return err == nil || errors.Is(err, syscall.EPIPE) }},
	{130, "interrupted; what was complete is committed", func(err error) bool {
		return errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled)
	}},
	{2, "usage: the command line is wrong", func(err error) bool { var u *usageError; return errors.As(err, &u) }},
	{6, "the database is locked, or was made by a newer version", func(err error) bool {
		return errors.Is(err, store.ErrLocked) || errors.Is(err, store.ErrTooNew)
	}},
	{3, "partial: some objects failed or are quarantined, the rest is committed", func(err error) bool { return errors.Is(err, errPartial) }},
	{4, "findings", func(error) bool { return false }},
	{5, "integrity failure", func(error) bool { return false }},
	{1, "error", func(error) bool { return true }},
}

var (
	errPartial     = errors.New("some objects failed or are quarantined")
	errInterrupted = errors.New("interrupted")
)

func codeOf(err error) int {
	if s, ok := errors.AsType[*silent](err); ok {
		return s.code
	}
	for _, c := range exitCodes {
		if c.is(err) {
			return c.Code
		}
	}
	return 1
}

// exitHelp is the table as help shows it.
func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, code := range []int{0, 1, 2, 3, 4, 5, 6, 130} {
		for _, c := range exitCodes {
			if c.Code == code {
				fmt.Fprintf(&b, "  %3d  %s\n", c.Code, c.Meaning)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// usageError is a command line that cannot be run.
type usageError struct{ text, hint string }

func (e *usageError) Error() string { return e.text }

func usage(text, hint string) error { return &usageError{text, hint} }

// hinted is an error with advice.
type hinted struct {
	err  error
	hint string
}

func (h *hinted) Error() string { return h.err.Error() }

func (h *hinted) Unwrap() error { return h.err }

// adviceOf is an error's advice, if it has any.
func adviceOf(err error) string {
	if h, ok := errors.AsType[*hinted](err); ok {
		return h.hint
	}
	return ""
}

// describe returns what to tell the user of an error, and what to do about it.
func describe(err error) (text, hint string) {
	if errors.Is(err, errPartial) && !errors.Is(err, errInterrupted) {
		return "", "" // the summary has said it
	}
	if errors.Is(err, errInterrupted) {
		return "interrupted", adviceOf(err)
	}
	if _, ok := errors.AsType[*silent](err); ok {
		return "", ""
	}
	var u *usageError
	var s *store.Error
	var remote *s3source.Error
	var h *hinted
	switch {
	case errors.As(err, &u):
		return u.text, u.hint
	case errors.As(err, &h):
		return h.Error(), h.hint
	case errors.As(err, &s):
		return err.Error(), s.Hint
	case errors.As(err, &remote):
		return err.Error(), remote.Hint
	}
	return err.Error(), ""
}
