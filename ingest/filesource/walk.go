package filesource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// readAtOnce bounds how many entries of a folder are held: a flat heap may hold millions.
const readAtOnce = 1024

// walk is one listing under way.
type walk struct {
	source   *Source
	ctx      context.Context
	scope    cloudtrail.Scope
	settled  func(ingest.Day) bool
	yield    func(cloudtrail.Object) error
	setbacks setbacks
}

// folder is one folder of the walk.
type folder struct {
	path  string // in the file system
	name  string // below the source, with slashes and a trailing one; empty for the source itself
	uri   string // with a trailing slash
	place place
}

func (f folder) child(name string) folder {
	return folder{
		path:  filepath.Join(f.path, name),
		name:  f.name + name + "/",
		uri:   f.uri + Escape(name) + "/",
		place: f.place.child(name),
	}
}

// folder yields a folder's files as it reads them and descends afterwards, so that only names of folders pile up and
// one directory is open at a time. An error it returns is final.
func (w *walk) folder(f folder) error {
	if f.place.excluded(w.scope) || w.isSettled(f) {
		return w.ctx.Err()
	}
	below, err := w.entries(f)
	if err != nil {
		return err
	}
	for _, name := range below {
		if err := w.folder(f.child(name)); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) isSettled(f folder) bool {
	return w.settled != nil && f.place.part == partDay &&
		w.settled(ingest.Day{Prefix: f.uri, Date: f.place.date})
}

func (w *walk) entries(f folder) (below []string, err error) {
	dir, err := os.Open(f.path)
	if err != nil {
		return nil, w.unreadable(f, err)
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(readAtOnce)
		for _, d := range entries {
			if err := w.ctx.Err(); err != nil {
				return nil, err
			}
			isFolder, err := w.entry(f, d)
			if err != nil {
				return nil, err
			}
			if isFolder {
				below = append(below, d.Name())
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return below, w.ctx.Err()
		case err != nil:
			return below, w.unreadable(f, err)
		}
	}
}

// unreadable reports a folder and remembers the error for the end of the listing.
func (w *walk) unreadable(f folder, err error) error {
	w.source.skip(f.uri, "unreadable folder: "+err.Error())
	w.setbacks.add(fmt.Errorf("list folder %s: %w", f.uri, err))
	return w.ctx.Err()
}

// entry yields a file, reports what is neither a file nor a folder, and says whether to descend.
func (w *walk) entry(f folder, d fs.DirEntry) (isFolder bool, err error) {
	uri := f.uri + Escape(d.Name())
	litter := Litter
	if d.IsDir() {
		litter = LitterFolder
	}
	if reason := cmp.Or(irregular(d.Type()), litter(d.Name())); reason != "" {
		w.source.skip(uri, reason)
		return false, nil
	}
	if d.IsDir() {
		return true, nil
	}
	return false, w.file(uri, f.name+d.Name(), d.Info)
}

func (w *walk) file(uri, path string, stat func() (fs.FileInfo, error)) error {
	key := Key(path)
	name := w.source.nameOf(key)
	if !w.scope.Match(name) {
		if w.scope.Unplaced(name) {
			w.source.skip(uri, Unplaced)
		}
		return nil
	}
	o, ok, err := w.source.object(uri, key, name, stat)
	if err != nil {
		w.setbacks.add(err)
	}
	if !ok {
		return nil
	}
	return w.yield(o)
}

func (w *walk) single() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	s := w.source
	path := filepath.Join(s.dir, s.file)
	if err := w.file(s.URI(), s.file, func() (fs.FileInfo, error) { return os.Stat(path) }); err != nil {
		return err
	}
	return w.setbacks.join()
}

// setbacks are the errors that a listing survived. Only the first few are kept: a hostile tree may hold any number.
type setbacks struct {
	kept []error
	more int
}

func (s *setbacks) add(err error) {
	if len(s.kept) < 20 {
		s.kept = append(s.kept, err)
	} else {
		s.more++
	}
}

func (s *setbacks) join() error {
	if s.more == 0 {
		return errors.Join(s.kept...)
	}
	return errors.Join(append(s.kept, fmt.Errorf("and %d more folders or files could not be listed", s.more))...)
}
