package main

import (
	"fmt"

	"offtrail/ingest"
	"offtrail/store"
)

// summary prints the end of a sync, in numbers that add up.
func (j *syncJob) summary(r store.Run, o *ingest.Outcome) {
	c := &j.counters
	for _, more := range []struct {
		count int
		what  string
	}{
		{j.warnings.skips, "skipped"}, {j.warnings.fails, "failed"}, {j.warnings.quarantines, "quarantined"}, {j.warnings.changes, "changed"},
	} {
		if more.count > shown {
			j.printer.Message("warning", fmt.Sprintf("… and %d more %s; offtrail status lists them", more.count-shown, more.what))
		}
	}
	line := fmt.Sprintf("%s listed = %s ingested + %s already there + %s quarantined + %s failed",
		count(r.Listed, "object"), thousands(r.Ingested), thousands(r.Already), thousands(r.Quarantined), thousands(r.Failed))
	if rest := r.Listed - r.Ingested - r.Already - r.Quarantined - r.Failed; rest > 0 {
		line += fmt.Sprintf(" + %s not reached", thousands(rest))
	}
	j.printer.Message("info", line)
	j.printer.Message("info", fmt.Sprintf("%s from %s fetched, into %s", count(r.Records, "new record"), bytes(r.Bytes), j.path))
	if n := c.Quarantined.Load(); n > 0 {
		j.printer.Message("info", fmt.Sprintf("of %s the good records are in, and the rest is kept: offtrail status --section quarantine", count(n, "quarantined object")))
	}
	if n := c.SettledDays.Load(); n > 0 {
		j.printer.Message("info", fmt.Sprintf("%s not listed again; --full lists them, too", count(n, "settled day")))
	}
	if n := c.Copies.Load(); n > 0 {
		j.printer.Message("info", fmt.Sprintf("%s already there under another name", count(n, "object")))
	}
}

// count writes a number of things.
func count(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return thousands(n) + " " + thing
}

// thousands writes a number with separators.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// bytes writes a size in the unit that suits it.
func bytes(n int64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1024, 0
	for value >= 1024 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}
