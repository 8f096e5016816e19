package term

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"
)

const unlimited = math.MaxInt // the width of a line that need not fit anything

// How often a line is painted over, and how often one is written that stays.
func repainted() pace { return pace{settle: 500 * time.Millisecond, every: 100 * time.Millisecond} }
func written() pace   { return pace{settle: 10 * time.Second, every: 10 * time.Second} }

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
	t := &text{w: w, info: info, now: now, start: now(), pace: written()}
	if info.Repaints {
		t.pace = repainted()
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
	t.say(t.label(level) + ": " + Safe(message))
}

// About puts a name that does not fit beside the rest on a line of its own, and cuts it only where a terminal would
// break it.
func (t *text) About(level, what, object, why string) {
	object = Safe(object)
	whole := Safe(sentence(what, object, why))
	if !t.info.IsTerminal || Width(Safe(level)+": "+whole) < t.info.Width {
		t.say(t.label(level) + ": " + whole)
		return
	}
	const indent = "  "
	t.say(t.label(level) + ": " + Safe(what+": "+why) + "\n" + indent + CutMiddle(object, t.info.Width-1-len(indent)))
}

func (t *text) Done(_ Snapshot, summary ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	t.line = ""
	for _, line := range summary {
		t.print(Safe(line))
	}
}

// say prints above the progress line.
func (t *text) say(lines string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	t.print(lines)
	if t.line != "" {
		t.paint(t.line)
	}
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
	if s.ToFetch == 0 {
		return append(append(parts, Count(s.Listed)+" listed"), troubles(s)...)
	}
	parts = append(parts, fmt.Sprintf("%s/%s objects", Count(s.Fetched), Count(s.ToFetch)))
	parts = append(parts, troubles(s)...)
	if left, ok := speed.left(s); ok && left >= time.Second {
		parts = append(parts, Span(left)+" left")
	}
	parts = append(parts, Size(float64(s.FetchedBytes))+"/"+Size(float64(s.ToFetchBytes)))
	if speed.known && speed.bytes > 0 && s.FetchedBytes < s.ToFetchBytes {
		parts = append(parts, Size(speed.bytes)+"/s")
	}
	if s.Records > 0 { // commits are far apart: before the first one there is nothing to say
		parts = append(parts, Count(s.Records)+" records stored")
	}
	return parts
}

func troubles(s Snapshot) []string {
	var parts []string
	if s.Failed > 0 {
		parts = append(parts, Count(s.Failed)+" failed")
	}
	if s.Quarantined > 0 {
		parts = append(parts, Count(s.Quarantined)+" quarantined")
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
