package term

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"
)

const (
	repaintEvery = 100 * time.Millisecond
	lineEvery    = 5 * time.Second

	unlimited = math.MaxInt // the width of a line that need not fit anything
)

// text prints for people: one line that is painted over where that is possible, a line now and then where it is not.
type text struct {
	mu      sync.Mutex
	w       io.Writer
	info    Info
	now     func() time.Time
	start   time.Time
	pace    pace
	meter   meter
	line    string // the last painted line, without what overwrites the one before
	painted int    // columns that the line on the screen takes
}

var _ Printer = (*text)(nil)

// NewText returns a Printer for people.
func NewText(w io.Writer, info Info, now func() time.Time) Printer {
	t := &text{w: w, info: info, now: now, start: now(), pace: pace{every: lineEvery}}
	if info.Repaints {
		t.pace.every = repaintEvery
	}
	return t
}

func (t *text) Update(s Snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.now().Sub(t.start)
	speed := t.meter.add(at, s)
	if !t.pace.due(at, s.Phase) {
		return
	}
	if !t.info.Repaints {
		t.print(join(progress(s, speed), unlimited))
		return
	}
	// One column stays free: writing into the last one makes some terminals wrap.
	t.line = join(progress(s, speed), t.info.Width-1)
	t.paint(t.line)
}

func (t *text) Message(level, message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	t.print(t.label(level) + ": " + Safe(message))
	if t.line != "" {
		t.paint(t.line)
	}
}

func (t *text) Done(s Snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	t.line = ""
	t.print(join(total(s), unlimited))
}

func (t *text) print(line string) {
	_, _ = io.WriteString(t.w, line+"\n")
}

// paint writes a line over the one before. Blanks, not an erasing sequence: every terminal understands them.
func (t *text) paint(line string) {
	width := Width(line)
	blank := strings.Repeat(" ", max(t.painted-width, 0))
	_, _ = io.WriteString(t.w, "\r"+line+blank)
	t.painted = width
}

func (t *text) wipe() {
	if t.painted > 0 {
		t.paint("")
		_, _ = io.WriteString(t.w, "\r")
	}
}

func (t *text) label(level string) string {
	level = Safe(level)
	if !t.info.Color {
		return level
	}
	switch level {
	case "error":
		return "\x1b[31m" + level + "\x1b[0m"
	case "warning":
		return "\x1b[33m" + level + "\x1b[0m"
	default:
		return level
	}
}

// progress says where things stand, the most important first: what does not fit is left out from the end.
func progress(s Snapshot, speed rates) []string {
	parts := []string{Safe(s.Phase)}
	if s.ToFetch > 0 {
		parts = append(parts, fmt.Sprintf("%s/%s objects", count(s.Fetched), count(s.ToFetch)))
	} else {
		parts = append(parts, count(s.Listed)+" listed")
	}
	parts = append(parts, troubles(s)...)
	if left, ok := speed.left(s); ok {
		parts = append(parts, span(left)+" left")
	}
	if s.ToFetch > 0 {
		parts = append(parts, size(float64(s.FetchedBytes))+"/"+size(float64(s.ToFetchBytes)))
		parts = append(parts, count(s.Records)+" records")
	}
	if speed.known && s.ToFetch > 0 {
		parts = append(parts, count(int64(speed.records))+" records/s", size(speed.bytes)+"/s")
	}
	return parts
}

// total is the last line: what was listed, and the four ends that it adds up to.
func total(s Snapshot) []string {
	parts := []string{
		count(s.Listed) + " objects",
		count(s.Committed) + " committed",
		count(s.AlreadyThere) + " already there",
		count(s.Quarantined) + " quarantined",
		count(s.Failed) + " failed",
		count(s.Records) + " records",
		size(float64(s.FetchedBytes)) + " fetched",
		span(s.Elapsed),
	}
	if s.Elapsed >= time.Second && s.Records > 0 {
		parts = append(parts, count(int64(float64(s.Records)/s.Elapsed.Seconds()))+" records/s")
	}
	return parts
}

func troubles(s Snapshot) []string {
	var parts []string
	if s.Failed > 0 {
		parts = append(parts, count(s.Failed)+" failed")
	}
	if s.Quarantined > 0 {
		parts = append(parts, count(s.Quarantined)+" quarantined")
	}
	return parts
}

// join sets parts side by side, as many as fit.
func join(parts []string, width int) string {
	const gap = "  "
	line := Cut(parts[0], width)
	for _, part := range parts[1:] {
		longer := line + gap + part
		if Width(longer) > width {
			break
		}
		line = longer
	}
	return line
}
