package term

import "time"

// Snapshot is how far a sync has come. Counts are of objects unless their name says otherwise, and only grow.
type Snapshot struct {
	Phase string // what is being done, one word: listing, fetching …

	Listed, ListedBytes   int64
	ToFetch, ToFetchBytes int64 // what the plan says so far; final when ListingDone
	Fetched, FetchedBytes int64
	ListingDone           bool

	// The four ends that an object can have.
	Committed, AlreadyThere, Quarantined, Failed int64
	Copies                                       int64 // of AlreadyThere: read, and found to be stored from elsewhere

	SettledDays int64 // days that were not listed again

	Records int64 // committed
	Elapsed time.Duration
}

// Printer shows progress. Its methods may be called from several goroutines, as often as the caller likes: the printer
// decides what is worth showing. A write that fails is ignored, since progress is not what the user asked for.
type Printer interface {
	// Update shows where things stand.
	Update(Snapshot)
	// Message says something that must not be missed, in one line. level is warning, error or hint.
	Message(level, text string)
	// About is a Message about an object whose name may be long: what happened to it, and why.
	About(level, what, object, why string)
	// Done shows the final state, in the caller's words where people read. Nothing may follow it but messages.
	Done(s Snapshot, summary ...string)
}

// pace lets a phase through once it has lasted, since a glimpse of a word is only unrest, and from then on one update per
// interval.
type pace struct {
	settle, every time.Duration

	started, shown bool
	phase          string
	since, last    time.Duration // when the phase began, and when it was last shown
}

func (p *pace) due(at time.Duration, phase string) bool {
	if !p.started || phase != p.phase {
		p.started, p.shown, p.phase, p.since = true, false, phase, at
	}
	wait := at-p.last < p.every
	if !p.shown {
		wait = at-p.since < p.settle
	}
	if wait {
		return false
	}
	p.shown, p.last = true, at
	return true
}
