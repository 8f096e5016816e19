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

	Records int64 // committed
	Elapsed time.Duration
}

// Printer shows progress. Its methods may be called from several goroutines, as often as the caller likes: the printer
// decides what is worth showing. A write that fails is ignored, since progress is not what the user asked for.
type Printer interface {
	// Update shows where things stand.
	Update(Snapshot)
	// Message says something that must not be missed, in one line. level is info, warning or error.
	Message(level, text string)
	// Done shows the final state. Nothing may follow it but messages.
	Done(Snapshot)
}

// pace lets through the first update, every update that begins a new phase, and otherwise one per interval.
type pace struct {
	every time.Duration

	started bool
	phase   string
	last    time.Duration
}

func (p *pace) due(at time.Duration, phase string) bool {
	if p.started && phase == p.phase && at-p.last < p.every {
		return false
	}
	p.started, p.phase, p.last = true, phase, at
	return true
}
