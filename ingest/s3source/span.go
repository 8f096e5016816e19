package s3source

import (
	"context"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// span is the days of one Region folder that one task lists.
//
// A request brings up to 1000 keys, whatever days they belong to, so a Region is listed flat, in key order, and not day
// by day: a quiet Region's whole year is one request instead of 365. Settled days are left out by seeking past
// them, at page ends only, where the seek replaces a request that is due anyway. (A seek within one listing is safe. A key
// remembered from an earlier run is not: CloudTrail delivers late, into days and minutes that lie behind it.)
// Pages come one after another, which is slow where days are full; so as soon as a page shows that, the rest is split,
// first into months, then into days, and these are listed in parallel. A split costs at most one request more per part
// than reading on.
type span struct {
	region   string // prefix, with its trailing slash
	from, to string // both inclusive; empty means open

	day     string // the day that settled was last asked about
	settled bool   // and its answer
}

// A page that covers less than this many days is worth a split into months, or within a month into days.
const (
	fewForMonths = 28
	fewForDays   = 2
)

func (w *walk) enterRegion(ctx context.Context, p place) ([]task, error) {
	s := span{region: p.prefix, from: later(p.from, w.scope.From), to: earlier(p.to, w.scope.To)}
	if s.to != "" && s.from > s.to {
		return nil, nil
	}
	return w.span(s)(ctx)
}

func (w *walk) span(s span) task {
	return func(ctx context.Context) ([]task, error) {
		if s.from != "" {
			if s.from = w.unsettled(&s, s.from); s.from == "" {
				return nil, nil
			}
		}
		var split []task
		for r := s.request(); ; {
			p, err := w.list(ctx, r)
			if err != nil {
				return nil, err
			}
			first, last := s.ends(p.objects)
			if err := w.deliver(ctx, w.fresh(&s, p.objects)); err != nil {
				return nil, err
			}
			if p.next == "" || s.to != "" && last > s.to {
				return split, nil
			}
			if r.token = p.next; last == "" {
				continue
			}
			more, err := w.split(ctx, &s, first, last)
			if err != nil {
				return nil, err
			}
			split = append(split, more...)
			next := w.unsettled(&s, last)
			if next == "" {
				return split, nil
			}
			if next != last {
				r.token, r.after = "", s.region+slashed(next)
			}
		}
	}
}

// request asks for the shortest prefix that holds the span, from its first day on.
func (s *span) request() request {
	r := request{prefix: s.region}
	switch {
	case s.from != "" && s.from == s.to:
		r.prefix += slashed(s.from) + "/"
		return r
	case s.from != "" && s.to != "":
		r.prefix += common(slashed(s.from), slashed(s.to))
	}
	if s.from != "" {
		r.after = s.region + slashed(s.from) // without the slash it sorts before all keys of the day
	}
	return r
}

// fresh keeps, in place, what the manifest may not know.
func (w *walk) fresh(s *span, objects []cloudtrail.Object) []cloudtrail.Object {
	kept := objects[:0]
	for _, o := range objects {
		if day := s.dayOf(o); day != "" && s.holds(day) && !w.isSettled(s, day) {
			kept = append(kept, o)
		}
	}
	return kept
}

// dayOf is the date of the object's folder. An object in a Region's folder but in none of its days' is not delivery:
// nothing but its name, which anybody chose, would place it in the order that the listing relies on.
func (s *span) dayOf(o cloudtrail.Object) string {
	const layout = "YYYY/MM/DD/"
	rest, day := o.Key[len(s.region):], o.Name.Day
	if len(rest) < len(layout) || day == "" || rest[:4] != day[:4] || rest[5:7] != day[5:7] || rest[8:10] != day[8:] ||
		rest[4] != '/' || rest[7] != '/' || rest[10] != '/' {
		return ""
	}
	return day
}

func (s *span) holds(day string) bool { return day >= s.from && (s.to == "" || day <= s.to) }

func (w *walk) isSettled(s *span, day string) bool {
	if w.settled == nil {
		return false
	}
	if s.day != day {
		w.mu.Lock()
		defer w.mu.Unlock()
		s.day = day
		s.settled = w.settled(ingest.Day{Prefix: w.base + s.region + slashed(day) + "/", Date: day})
	}
	return s.settled
}

// unsettled returns the first day from day on that is to be listed, or "".
func (w *walk) unsettled(s *span, day string) string {
	for ; day != "" && (s.to == "" || day <= s.to); day = dayAfter(day) {
		if !w.isSettled(s, day) {
			return day
		}
	}
	return ""
}

// ends are the first and the last date of a page, or "" where the page begins or ends with something else.
func (s *span) ends(objects []cloudtrail.Object) (first, last string) {
	if len(objects) == 0 {
		return "", ""
	}
	return s.dayOf(objects[0]), s.dayOf(objects[len(objects)-1])
}
