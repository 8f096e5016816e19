// Package filesource reads CloudTrail objects from a folder or from one file.
//
// A folder may be a copy of a bucket, a flat heap of files, or both mixed. Listing opens no file and follows no link, so
// nothing outside the folder is read and nothing inside is read twice. The package does not look into archives:
// archivesource does, and shares the naming rules that are exported here.
package filesource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

var _ ingest.Source = (*Source)(nil)

// Source is a folder or a single file.
type Source struct {
	// Skipped, when not nil, hears of everything that List passes over though the scope does not clearly exclude it:
	// links, devices, hidden files, offtrail's own files, folders that cannot be read, files whose path does not say what
	// the scope asks for. Set it before the first List, which calls it from its own goroutine.
	Skipped func(uri, reason string)

	dir  string // the folder, absolute and without links
	file string // the single file's name in dir; empty when the source is the folder
	lead string // dir from its last AWSLogs on, with a trailing slash: what the path above says about the objects
	base string // dir's URI, with a trailing slash
}

// New opens the folder or file at path.
func New(path string) (*Source, error) {
	dir, info, err := Locate(path)
	if err != nil {
		return nil, err
	}
	s := &Source{dir: dir}
	switch {
	case info.Mode().IsRegular():
		s.dir, s.file = filepath.Dir(dir), filepath.Base(dir)
	case !info.IsDir():
		return nil, fmt.Errorf("open source %q: %s, want a folder or a regular file", path, irregular(info.Mode()))
	}
	s.lead = leadOf(filepath.ToSlash(s.dir))
	s.base = strings.TrimSuffix(URI(s.dir), "/") + "/"
	return s, nil
}

// Locate makes a path absolute and resolves its links, so that a file reached by two names is one source.
func Locate(path string) (string, fs.FileInfo, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", nil, fmt.Errorf("locate source %q: %w", path, err)
	}
	info, err := os.Stat(abs)
	if err != nil {
		return "", nil, fmt.Errorf("locate source: %w", err)
	}
	// Some Windows volumes cannot be resolved though they can be read: keep the name given.
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		abs = resolved
	}
	return abs, info, nil
}

// URI names the source: a folder's ends in a slash.
func (s *Source) URI() string { return s.base + Escape(s.file) }

// List yields the regular files in scope, in no particular order. It prunes the folders of a bucket layout that the
// scope leaves out. What cannot be read does not stop it: it lists the rest and then returns what went wrong.
func (s *Source) List(ctx context.Context, scope cloudtrail.Scope, settled func(ingest.Day) bool,
	yield func(cloudtrail.Object) error) error {
	w := &walk{source: s, ctx: ctx, scope: scope, settled: settled, yield: yield}
	if s.file != "" {
		return w.single()
	}
	if err := w.folder(folder{path: s.dir, uri: s.base, place: placeOf(s.lead)}); err != nil {
		return err
	}
	return w.setbacks.join()
}

// Close does nothing: the source holds no open file between calls.
func (s *Source) Close() error { return nil }

func (s *Source) skip(uri, reason string) {
	if s.Skipped != nil {
		s.Skipped(uri, reason)
	}
}

// object describes the file called name below the source; an entry that is gone by now is reported and not an error.
func (s *Source) object(uri, key string, name cloudtrail.Key, stat func() (fs.FileInfo, error)) (cloudtrail.Object, bool, error) {
	info, err := stat()
	if errors.Is(err, fs.ErrNotExist) {
		s.skip(uri, "gone since its folder was read")
		return cloudtrail.Object{}, false, nil
	}
	if err != nil {
		s.skip(uri, "unreadable: "+err.Error())
		return cloudtrail.Object{}, false, fmt.Errorf("inspect %s: %w", uri, err)
	}
	return cloudtrail.Object{
		URI: uri, Key: key, Size: info.Size(), LastModified: info.ModTime().UTC(), Name: name,
	}, true, nil
}
