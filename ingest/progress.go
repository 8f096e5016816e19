package ingest

import (
	"sync/atomic"

	"offtrail/ingest/cloudtrail"
)

// Counters is a run's progress. The run adds to it; anyone may read it at any time.
type Counters struct {
	Listed, ListedBytes   atomic.Int64
	ToFetch, ToFetchBytes atomic.Int64 // of those listed, what is new or changed
	Fetched, FetchedBytes atomic.Int64
	Ingested, Already     atomic.Int64 // committed; already there, copies included
	Quarantined, Failed   atomic.Int64
	Records               atomic.Int64 // committed
	BadRecords            atomic.Int64 // stretches in quarantine
	Changed               atomic.Int64 // objects whose place held other bytes before
	Copies                atomic.Int64 // of Already: read, and found to be stored from elsewhere
	SettledDays           atomic.Int64 // not listed again
	ListingDone           atomic.Bool
}

// Progress hears of what a user must know at once. Calls come from several goroutines.
type Progress interface {
	Failed(o cloudtrail.Object, err error)
	Quarantined(o cloudtrail.Object, bad []cloudtrail.Bad)
	Changed(o cloudtrail.Object)
}

// Quiet is a Progress that says nothing.
type Quiet struct{}

// Failed implements Progress.
func (Quiet) Failed(cloudtrail.Object, error) {}

// Quarantined implements Progress.
func (Quiet) Quarantined(cloudtrail.Object, []cloudtrail.Bad) {}

// Changed implements Progress.
func (Quiet) Changed(cloudtrail.Object) {}
