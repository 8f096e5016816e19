package main

import (
	"fmt"
	"sync"

	"offtrail/cmd/internal/term"
	"offtrail/ingest/cloudtrail"
)

// warnings passes on what a user must know, the first few of each kind in full.
type warnings struct {
	printer                            term.Printer
	mu                                 sync.Mutex
	skips, fails, quarantines, changes int
	hints                              map[string]bool
}

// shown is how many warnings of a kind are printed; the rest are counted, and in the database.
const shown = 5

func (w *warnings) say(count *int, level, what, uri, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*count++
	if *count <= shown {
		w.printer.About(level, what, uri, why)
	}
}

// rest says how many more there were of those that were shown.
func (w *warnings) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, more := range []struct {
		count int
		what  string
	}{
		{w.skips, "skipped"}, {w.fails, "failed"}, {w.quarantines, "quarantined"}, {w.changes, "changed"},
	} {
		if more.count > shown {
			w.printer.Message("warning", fmt.Sprintf("… and %s more %s", term.Count(int64(more.count-shown)), more.what))
		}
	}
}

func (w *warnings) skipped(uri, reason string) { w.say(&w.skips, "warning", "skipped", uri, reason) }

// Failed implements ingest.Progress.
func (w *warnings) Failed(o cloudtrail.Object, err error) {
	_, hint := describe(err)
	w.say(&w.fails, "error", "failed", o.URI, reasonOf(err))
	w.mu.Lock()
	defer w.mu.Unlock()
	if hint != "" && !w.hints[hint] && len(w.hints) < shown {
		if w.hints == nil {
			w.hints = map[string]bool{}
		}
		w.hints[hint] = true
		w.printer.Message("hint", hint)
	}
}

// Quarantined implements ingest.Progress.
func (w *warnings) Quarantined(o cloudtrail.Object, bad []cloudtrail.Bad) {
	more := ""
	if len(bad) > 1 {
		more = fmt.Sprintf(" (and %d more in it)", len(bad)-1)
	}
	w.say(&w.quarantines, "warning", "quarantined", o.URI, fmt.Sprintf("%s, at byte %s%s", bad[0].Reason, term.Count(bad[0].Offset), more))
}

// Changed implements ingest.Progress.
func (w *warnings) Changed(o cloudtrail.Object) {
	w.say(&w.changes, "warning", "changed", o.URI, "other bytes than when it was synced; the records of before are kept, in superseded_records")
}
