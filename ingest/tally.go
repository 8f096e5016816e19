package ingest

import (
	"strings"
	"sync"

	"offtrail/ingest/cloudtrail"
)

// dayTally follows which days were listed, and which of those had an object that failed.
type dayTally struct {
	mu   sync.Mutex
	seen map[Day]bool // whether all of it is well
}

// listed notes an object's day, unless the source is only a part of the day: an object's own key, say.
func (t *dayTally) listed(o planned) {
	day, is := dayOf(o.Object)
	if !is || !strings.HasPrefix(day.Prefix, o.source.URI()) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[Day]bool{}
	}
	if _, known := t.seen[day]; !known {
		t.seen[day] = true
	}
}

func (t *dayTally) failed(o cloudtrail.Object) {
	if day, is := dayOf(o); is {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.seen[day] {
			t.seen[day] = false
		}
	}
}

func (t *dayTally) whole() (days []Day) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for day, well := range t.seen {
		if well {
			days = append(days, day)
		}
	}
	return days
}

// dayOf returns the day prefix that an object lies under, if it lies in CloudTrail's layout.
func dayOf(o cloudtrail.Object) (Day, bool) {
	cut := strings.LastIndexByte(o.URI, '/')
	if o.Name.Day == "" || o.Name.Kind == cloudtrail.KindUnknown || cut < 0 {
		return Day{}, false
	}
	prefix := o.URI[:cut+1]
	if !strings.HasSuffix(prefix, "/"+strings.ReplaceAll(o.Name.Day, "-", "/")+"/") {
		return Day{}, false // a loose file: its folder is not a day
	}
	return Day{Prefix: prefix, Date: o.Name.Day}, true
}

type failureList struct {
	mu   sync.Mutex
	list []Failure
}

func (l *failureList) add(f Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, f)
}
