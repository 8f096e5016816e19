package main

import (
	"fmt"
	"time"

	"offtrail/cmd/internal/term"
	"offtrail/store"
)

// summary is the end of a sync, in numbers that add up. A run that could not even list has none.
func (j *syncJob) summary(r store.Run, elapsed time.Duration) []string {
	if r.Listed == 0 && r.Outcome != "ok" {
		return nil
	}
	into := ", into " + j.path
	if r.Records == 0 {
		into = ""
	}
	lines := []string{ends(r), yield(r, elapsed) + into}
	c := &j.counters
	if r.Quarantined > 0 {
		lines = append(lines, "what is bad was kept, good records beside it are in: "+j.statusOf("quarantine"))
	}
	if r.Failed > 0 {
		lines = append(lines, "the next sync tries again what failed: "+j.statusOf("failures"))
	}
	if n := c.SettledDays.Load(); n > 0 {
		lines = append(lines, count(n, "settled day")+" not listed again; --full lists them, too")
	}
	if n := c.Copies.Load(); n > 0 {
		lines = append(lines, count(n, "object")+" already there under another name")
	}
	return lines
}

// statusOf is the command that lists a section of this database's status.
func (j *syncJob) statusOf(section string) string {
	db := ""
	if j.path != defaultDB {
		db = " --db " + j.path
	}
	return "offtrail status" + db + " --section " + section
}

// ends adds up what became of the objects.
func ends(r store.Run) string {
	line := fmt.Sprintf("%s listed = %s ingested + %s already there + %s quarantined + %s failed",
		count(r.Listed, "object"), term.Count(r.Ingested), term.Count(r.Already), term.Count(r.Quarantined), term.Count(r.Failed))
	if rest := r.Listed - r.Ingested - r.Already - r.Quarantined - r.Failed; rest > 0 {
		line += fmt.Sprintf(" + %s not reached", term.Count(rest))
	}
	return line
}

// yield is what a run brought and how fast.
func yield(r store.Run, elapsed time.Duration) string {
	if r.Bytes == 0 && r.Records == 0 {
		return "nothing fetched, in " + took(elapsed)
	}
	line := fmt.Sprintf("%s from %s in %s", count(r.Records, "new record"), term.Size(float64(r.Bytes)), took(elapsed))
	if rate := float64(r.Records) / elapsed.Seconds(); elapsed > 0 && rate >= 1 {
		line += fmt.Sprintf(" (%s records/s)", term.Count(int64(rate)))
	}
	return line
}

// took writes a duration, a short one with a decimal.
func took(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return term.Span(d)
}

// count writes a number of things.
func count(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return term.Count(n) + " " + thing
}
