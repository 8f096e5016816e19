package ingest

import (
	"errors"
	"fmt"
	"strings"
)

// ListError says that a source could not be listed, or not wholly. What it did list was taken in.
type ListError struct {
	Source string
	Err    error
}

func (e *ListError) Error() string {
	if text := e.Err.Error(); strings.Contains(text, e.Source) {
		return text // it says itself what it is about
	}
	return fmt.Sprintf("list %s: %v", e.Source, e.Err)
}

func (e *ListError) Unwrap() error { return e.Err }

type listErrors []error

func (l listErrors) join() error { return errors.Join(l...) }
