package ingest

import (
	"sync"

	"offtrail/ingest/cloudtrail"
)

// dayTally follows which days were listed, and of those which had an object that failed.
type dayTally struct {
	mu   sync.Mutex
	seen map[Day]bool // whether all of it is well
}

func (t *dayTally) listed(o cloudtrail.Object) {
	day, is := dayOf(o)
	if !is {
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
		t.seen[day] = false
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

type failureList struct {
	mu   sync.Mutex
	list []Failure
}

func (l *failureList) add(f Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, f)
}

// deferredList holds objects whose name another worker was just loading: they are looked at when no worker runs.
type deferredList struct {
	mu   sync.Mutex
	list []planned
}

func (l *deferredList) add(o planned) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, o)
}
