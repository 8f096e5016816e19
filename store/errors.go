package store

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Error says what was being done to which database, why it failed, and what to do next.
type Error struct {
	Op, Path string
	Err      error
	Hint     string
}

func (e *Error) Error() string { return fmt.Sprintf("%s %q: %v", e.Op, e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// The causes that a caller decides on.
var (
	ErrLocked   = errors.New("another process has it open")
	ErrTooNew   = errors.New("made by a newer version of offtrail")
	ErrDiskFull = errors.New("no space left")
)

// holder finds the process in DuckDB's message about a lock.
var holder = regexp.MustCompile(`Conflicting lock is held in ([^\n]*?)\s*\(PID (\d+)\)`)

// explain turns DuckDB's error into one that says what to do. DuckDB has no error codes for these causes, so this is
// the one place that reads its messages.
func (s *Store) explain(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	err = plain(err)
	text := err.Error()
	if duck, ok := errors.AsType[*duckdb.Error](err); ok {
		text = duck.Msg
	}
	e := &Error{Op: op, Path: s.path, Err: err}
	switch {
	case strings.Contains(text, "Could not set lock"), strings.Contains(text, "being used by another process"):
		e.Err = ErrLocked
		if m := holder.FindStringSubmatch(text); m != nil {
			e.Err = fmt.Errorf("%w: process %s (%s)", ErrLocked, m[2], m[1])
		}
		e.Hint = "wait for it to end, or close it; queries can share a file with each other, but not with a sync"
	case strings.Contains(text, "No space left"), strings.Contains(text, "There is not enough space"),
		strings.Contains(text, "failed to offload"):
		e.Err = fmt.Errorf("%w: %s", ErrDiskFull, firstLine(text))
		e.Hint = "free some space and run the same command again; what was committed is kept"
	case strings.Contains(text, "File too large"):
		e.Hint = "the file may not grow further here (a limit of the shell, or FAT32's 4 GB): copy it to another file system and go on there; what was committed is kept"
	case strings.Contains(text, "newer version of DuckDB"), strings.Contains(text, "storage version"), strings.Contains(text, "version number"):
		e.Err = fmt.Errorf("%w: %s", ErrTooNew, firstLine(text))
		e.Hint = "use the offtrail that made it, or a newer one"
	case strings.Contains(text, "Permission denied"), strings.Contains(text, "Read-only file system"):
		e.Hint = "check the permissions of the file and its folder"
	case strings.Contains(text, "corrupt"), strings.Contains(text, "checksum"):
		e.Hint = "the file is damaged; restore it from a copy, or sync into a new one"
	}
	return e
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
