package archivesource

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/filesource"
)

// List yields the members in scope, in archive order. Damage ends it with an error after what stands before the damage;
// damage inside a nested archive is told at the end.
func (s *Source) List(ctx context.Context, scope cloudtrail.Scope, settled func(ingest.Day) bool,
	yield func(cloudtrail.Object) error) error {
	l := &listing{source: s, ctx: ctx, scope: scope, settled: settled, yield: yield}
	err := s.box.members(ctx, l.member)
	if l.stopped || ctx.Err() != nil {
		return cmp.Or(err, ctx.Err())
	}
	// Why the spool ends early says more than what the tar reader makes of its end.
	if err = cmp.Or(s.damage, err, s.unchanged()); err != nil {
		l.setbacks = append(l.setbacks, fmt.Errorf("list archive %s (what stands before the damage was listed): %w", s.uri, err))
	}
	return errors.Join(l.setbacks...)
}

// listing is one List under way.
type listing struct {
	source   *Source
	ctx      context.Context
	scope    cloudtrail.Scope
	settled  func(ingest.Day) bool
	yield    func(cloudtrail.Object) error
	stopped  bool // yield has returned an error
	setbacks []error

	day      ingest.Day // the last one that settled was asked about
	dayKnown bool       // its answer
}

func (l *listing) member(m member) error {
	if m.folder {
		return nil
	}
	s := l.source
	key, wrong := cleanName(m.name)
	uri := s.memberURI(key)
	if reason := cmp.Or(m.skip, litter(key)); reason != "" {
		s.skip(uri, reason)
		return nil
	}
	uri = s.register(uri, m)
	if wrong != "" {
		s.skip(uri, fmt.Sprintf("read as %q: %s", key, wrong))
	}
	if looksLikeArchive(key) {
		if done, err := l.descend(uri, m); done {
			return err
		}
	}
	o := cloudtrail.Object{URI: uri, Key: key, Size: m.size, LastModified: m.modified, Name: cloudtrail.ParseKey(key)}
	switch {
	case l.scope.Unplaced(o.Name):
		s.skip(uri, filesource.Unplaced)
		return nil
	case !l.scope.Match(o.Name), l.isSettled(o):
		return nil
	}
	return l.pass(o)
}

// pass remembers that an error is the caller's own, which is returned as it is.
func (l *listing) pass(o cloudtrail.Object) error {
	err := l.yield(o)
	l.stopped = err != nil
	return err
}

// isSettled asks about the member's day when its key is laid out as in a bucket. Members of a day mostly stand together,
// so the last answer is kept.
func (l *listing) isSettled(o cloudtrail.Object) bool {
	if l.settled == nil || o.Name.Day == "" || o.Name.Account == "" || o.Name.Region == "" ||
		o.Name.Kind == cloudtrail.KindUnknown || o.Name.Path() != o.Key {
		return false
	}
	folder := strings.TrimSuffix(o.Key, o.Name.File)
	day := ingest.Day{Prefix: l.source.stem + filesource.Escape(folder), Date: o.Name.Day}
	if day != l.day {
		l.day, l.dayKnown = day, l.settled(day)
	}
	return l.dayKnown
}

// descend lists a member that is an archive itself. done is false when it is an ordinary object after all.
func (l *listing) descend(uri string, m member) (done bool, err error) {
	s := l.source
	form, err := s.peek(m)
	if err != nil || form == formatNone {
		return false, nil // the member's own Open will say what is wrong
	}
	if s.nested {
		s.skip(uri, "archive nested too deep: unpack the archive around it first")
		return true, nil
	}
	in, err := s.unpack(l.ctx, uri, m, form)
	if l.ctx.Err() != nil {
		return true, l.ctx.Err()
	}
	if err != nil {
		s.skip(uri, "unreadable archive: "+err.Error())
		l.setbacks = append(l.setbacks, fmt.Errorf("open nested archive %s: %w", uri, err))
		return true, nil
	}
	err = in.List(l.ctx, l.scope, l.settled, l.pass)
	if l.stopped || l.ctx.Err() != nil {
		return true, err
	}
	if err != nil {
		l.setbacks = append(l.setbacks, err)
	}
	return true, nil
}

func (s *Source) peek(m member) (format, error) {
	r, err := s.box.open(entry{handle: m.handle, size: m.size})
	if err != nil {
		return formatNone, err
	}
	defer r.Close()
	return detect(bufio.NewReaderSize(r, peekSize))
}

// unpack spools a nested archive, once for the life of the source.
func (s *Source) unpack(ctx context.Context, uri string, m member, form format) (*Source, error) {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	if in := s.innerAt(uri); in != nil {
		return in, nil
	}
	r, err := s.body(ctx, uri, entry{handle: m.handle, size: m.size})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in, err := openStream(ctx, r, form, s.spoolDir)
	if err != nil {
		return nil, err
	}
	in.name(uri)
	in.nested, in.Skipped = true, s.skip
	if !s.adopt(in) {
		return nil, errors.Join(errClosed, in.Close())
	}
	return in, nil
}
