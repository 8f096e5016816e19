package term_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"offtrail/cmd/internal/term"
)

// clock is moved by hand; start is any fixed moment.
type clock struct{ at time.Time }

func newClock() *clock             { return &clock{at: time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time    { return c.at }
func (c *clock) pass(s float64)    { c.at = c.at.Add(time.Duration(s * float64(time.Second))) }
func terminal(width int) term.Info { return term.Info{IsTerminal: true, Width: width, Repaints: true} }
func listing(n int64) term.Snapshot {
	return term.Snapshot{Phase: "listing", Listed: n}
}

func fetching(objects int64, seconds int) term.Snapshot {
	return term.Snapshot{
		Phase: "fetching", Listed: 1200, ListingDone: true,
		ToFetch: 1000, ToFetchBytes: 50_000_000, Fetched: objects, FetchedBytes: objects * 50_000,
		Committed: objects, AlreadyThere: 200, Records: objects * 150,
		Elapsed: time.Duration(seconds) * time.Second,
	}
}

func TestTextOnTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newClock()
	p := term.NewText(&out, terminal(80), c.now)

	expect := func(step, want string) {
		t.Helper()
		if got := out.String(); got != want {
			t.Errorf("%s:\n got %q\nwant %q", step, got, want)
		}
		out.Reset()
	}

	p.Update(listing(1000))
	expect("a phase that may be over at once", "")
	c.pass(0.5)
	p.Update(listing(1100))
	expect("a phase that lasts", "\rlisting  1,100 listed")
	c.pass(0.05)
	p.Update(listing(1200))
	expect("too soon", "")
	p.Update(fetching(0, 0))
	expect("the next phase", "")
	c.pass(0.5)
	p.Update(fetching(0, 0))
	first := "fetching  0/1,000 objects  0 B/50.0 MB"
	expect("the next phase, which lasts", "\r"+first)
	p.Message("warning", "object \x1b[2Jkey: throttled\nretrying")
	expect("message", "\r"+strings.Repeat(" ", len(first))+"\r"+
		`warning: object \x1b[2Jkey: throttled\nretrying`+"\n\r"+first)
	c.pass(4)
	p.Update(fetching(400, 5))
	// 400 objects of 50 kB in the 5.05 s that the run is old; 30 MB remain: 7.6 s.
	// The records at the end would not fit into the 79 columns that may be used.
	second := "fetching  400/1,000 objects  8s left  20.0 MB/50.0 MB  4.0 MB/s"
	expect("under way", "\r"+second)
	p.Update(fetching(401, 5))
	expect("too soon again", "")
	p.Done(fetching(1000, 10), "1,200 = 1,000 + 200", "150,000 in \x1b[2J.duckdb")
	expect("done", "\r"+strings.Repeat(" ", len(second))+"\r1,200 = 1,000 + 200\n"+`150,000 in \x1b[2J.duckdb`+"\n")
	p.Message("error", "last words")
	expect("after the end", "error: last words\n")
}

func TestTextNeverWraps(t *testing.T) {
	t.Parallel()
	for width := 1; width < 130; width++ {
		var out bytes.Buffer
		c := newClock()
		p := term.NewText(&out, terminal(width), c.now)
		for i := range 20 {
			s := fetching(int64(i)*40, i)
			s.Phase, s.Failed, s.Quarantined = "取得 fetching", 3, 4
			p.Update(s)
			c.pass(1)
		}
		for line := range strings.SplitSeq(out.String(), "\r") {
			if w := term.Width(line); w >= width && w > 0 {
				t.Errorf("width %d: %q takes %d columns", width, line, w)
			}
		}
	}
}

func TestTextColorsLevels(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	info := terminal(80)
	info.Color = true
	p := term.NewText(&out, info, newClock().now)
	p.Message("error", "a\x1b[31m")
	p.Message("warning", "b")
	p.Message("hint", "c")
	want := "\x1b[31merror\x1b[0m: a\\x1b[31m\n\x1b[33mwarning\x1b[0m: b\nhint: c\n"
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextElsewhere(t *testing.T) {
	t.Parallel()
	for _, info := range []term.Info{{}, {IsTerminal: true, Width: 20}} {
		var out bytes.Buffer
		c := newClock()
		p := term.NewText(&out, info, c.now)
		p.Update(listing(10)) // too early to say anything
		c.pass(10)
		p.Update(listing(30))
		c.pass(9.9)
		p.Update(listing(40)) // too soon
		p.Update(fetching(0, 0))
		p.Message("warning", "slow down")
		c.pass(10.1)
		p.Update(fetching(500, 10))
		c.pass(5)
		p.Update(term.Snapshot{Phase: "marking repeats"}) // over before it is worth a word
		p.Done(fetching(1000, 15), "1,200 = 1,000 + 200")
		// In the 10.1 s until the last update: 25 MB; 25 MB remain.
		want := `listing  30 listed
warning: slow down
fetching  500/1,000 objects  10s left  25.0 MB/50.0 MB  2.5 MB/s  75,000 records stored
1,200 = 1,000 + 200
`
		if got := out.String(); got != want {
			t.Errorf("%+v:\n got %s\nwant %s", info, got, want)
		}
	}
}

func TestAbout(t *testing.T) {
	t.Parallel()
	const (
		long  = "s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/12/111122223333_CloudTrail_x.json.gz"
		plain = "warning: quarantined " + long + ": gzip stream ends early\n"
	)
	tests := []struct {
		name   string
		info   term.Info
		object string
		want   string
	}{
		{"fits", terminal(80), "a.json", "warning: quarantined a.json: gzip stream ends early\n"},
		{"fits just so", terminal(len(plain)), long, plain},
		{"a column short", terminal(len(plain) - 1), long, "warning: quarantined: gzip stream ends early\n  " + long + "\n"},
		{"narrow", terminal(60), long, "warning: quarantined: gzip stream ends early\n" +
			"  s3://trail/AWS…26/05/12/111122223333_CloudTrail_x.json.gz\n"},
		{"not a terminal", term.Info{}, long, plain},
		{"hostile", terminal(80), "a\x1b[2J\n", `warning: quarantined a\x1b[2J\n: gzip stream ends early` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			term.NewText(&out, tt.info, newClock().now).About("warning", "quarantined", tt.object, "gzip stream ends early")
			if got := out.String(); got != tt.want {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestNoTimeLeftWhileListing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newClock()
	p := term.NewText(&out, term.Info{}, c.now)
	for i := range 4 {
		s := fetching(int64(i)*100, i*10)
		s.ListingDone = false
		p.Update(s)
		c.pass(10)
	}
	if out.Len() == 0 || strings.Contains(out.String(), "left") {
		t.Errorf("an estimate from an unfinished listing:\n%s", out.String())
	}
}

func TestRateForgets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newClock()
	p := term.NewText(&out, term.Info{}, c.now)
	for range 3 {
		p.Update(fetching(500, 0)) // nothing moves for 30 s
		c.pass(10)
	}
	for i := range 3 {
		out.Reset()
		p.Update(fetching(500+int64(i)*200, 0))
		c.pass(10)
	}
	// 200 objects in the last 10 s: the stall before is forgotten.
	if got := out.String(); !strings.Contains(got, "  1.0 MB/s") {
		t.Errorf("got %q", got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := term.NewJSON(&out)
	s := fetching(0, 0)
	s.Phase = "fetch\u202eing"
	p.Update(s)
	p.Update(s) // same second, same phase
	p.Message("warning", "bad \x1b[2J <key>\n\u009b")
	s = fetching(400, 4)
	s.Quarantined, s.Failed, s.Copies, s.SettledDays, s.ListedBytes = 2, 1, 7, 3, 60_000_000
	p.Update(s)
	p.About("warning", "quarantined", "s3://b/\u202ek", "no gzip")
	p.Done(fetching(1000, 10), "1,200 = 1,000 + 200")
	want := `{"event":"progress","phase":"fetch\\u202eing","listed":1200,"listed_bytes":0,"listing_done":true,"to_fetch":1000,"to_fetch_bytes":50000000,"fetched":0,"fetched_bytes":0,"committed":0,"already_there":200,"quarantined":0,"failed":0,"copies":0,"settled_days":0,"records":0,"elapsed_seconds":0,"records_per_second":null,"bytes_per_second":null,"seconds_left":null}
{"event":"message","level":"warning","text":"bad \\x1b[2J \u003ckey\u003e\\n\\u009b","object":""}
{"event":"progress","phase":"fetching","listed":1200,"listed_bytes":60000000,"listing_done":true,"to_fetch":1000,"to_fetch_bytes":50000000,"fetched":400,"fetched_bytes":20000000,"committed":400,"already_there":200,"quarantined":2,"failed":1,"copies":7,"settled_days":3,"records":60000,"elapsed_seconds":4,"records_per_second":15000,"bytes_per_second":5000000,"seconds_left":6}
{"event":"message","level":"warning","text":"quarantined s3://b/\\u202ek: no gzip","object":"s3://b/\\u202ek"}
{"event":"done","phase":"fetching","listed":1200,"listed_bytes":0,"listing_done":true,"to_fetch":1000,"to_fetch_bytes":50000000,"fetched":1000,"fetched_bytes":50000000,"committed":1000,"already_there":200,"quarantined":0,"failed":0,"copies":0,"settled_days":0,"records":150000,"elapsed_seconds":10,"records_per_second":15000,"bytes_per_second":5000000,"seconds_left":null}
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := term.NewQuiet(&out)
	p.Update(fetching(1, 1))
	p.Message("error", "key \u202e")
	p.About("warning", "quarantined", "a\n", "no gzip")
	p.Done(fetching(1, 1), "1 = 1")
	if got, want := out.String(), "error: key \\u202e\nwarning: quarantined a\\n: no gzip\n1 = 1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrintersAreConcurrent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newClock()
	for _, p := range []term.Printer{term.NewText(&out, terminal(80), c.now), term.NewJSON(&out), term.NewQuiet(&out)} {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				p.Update(fetching(1, 1))
				p.Message("hint", "x")
			})
		}
		wg.Wait()
		p.Done(fetching(1, 1))
	}
	if n := strings.Count(out.String(), "hint: x\n"); n != 8 {
		t.Errorf("%d whole messages, want 8", n)
	}
}
