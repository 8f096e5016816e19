package main_test

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offtrail/fixtures/faultproxy"
	"offtrail/fixtures/s3test"
)

// rounds is how many syncs are to be killed; some end before it happens.
const rounds = 50

// TestKill kills syncs at random moments. After each, what is in the file is consistent; when one is let run to its
// end, the file holds the bucket: nothing is lost and nothing is doubled. OFFTRAIL_TEST_SEED repeats a run, as far as
// moments can be repeated.
func TestKill(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("OFFTRAIL_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("OFFTRAIL_TEST_SEED=%d", seed)
	k := newKiller(t, seed)
	for range rounds {
		if t.Failed() {
			t.Fatalf("after %d kills: %v", k.kills, k.seen)
		}
		k.round()
	}
	k.finish()
	t.Logf("%d kills: %v", k.kills, k.seen)
	if k.seen["some objects"] == 0 || k.seen["all objects"] == 0 || k.ends == 0 {
		t.Errorf("no kill hit the middle of a sync, or none its end: %v, %d", k.seen, k.ends)
	}
}

// killer kills the syncs of one bucket into one database after another.
type killer struct {
	*session
	random *rand.Rand
	trail  *delivered
	url    string

	gets atomic.Pointer[countdown] // of this round

	lives, kills, ends int            // databases done, kills, and kills meant for the end of a sync
	span, tail         time.Duration  // how long a sync takes, and how much of it its end
	seen               map[string]int // what the kills left
}

func newKiller(t *testing.T, seed uint64) *killer {
	s3 := s3test.Start(t)
	k := &killer{
		session: newSession(t, s3.Env()...), random: rand.New(rand.NewPCG(seed, 0)), trail: deliver(t, seed, 3000, 120),
		span: time.Second, tail: 60 * time.Millisecond, seen: map[string]int{},
	}
	k.gets.Store(newCountdown(0))
	s3.CreateBucket("trail")
	s3.PutTree("trail", func(yield func(string, []byte) bool) {
		for key, body := range k.trail.objects {
			if !yield(key, body) {
				return
			}
		}
	})
	proxy := s3.Proxy(t,
		faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.Before(func(faultproxy.Request) {
			k.gets.Load().tick()
		})},
		faultproxy.Rule{Op: faultproxy.Get, Fault: faultproxy.Latency(15 * time.Millisecond)},
		faultproxy.Rule{Op: faultproxy.List, Fault: faultproxy.Latency(2 * time.Millisecond)},
	)
	k.url = proxy.Endpoint()
	return k
}

func (k *killer) db() string { return k.path("life" + strconv.Itoa(k.lives) + ".duckdb") }

// round starts a sync and kills it. If that comes too late, the database is complete, and the next round has a new one.
func (k *killer) round() {
	k.t.Helper()
	began := time.Now()
	late := func(within time.Duration) <-chan time.Time {
		return time.After(time.Duration(k.random.Int64N(int64(within))))
	}
	var moment func(<-chan struct{}) // waits for the moment to kill, or the end
	gets := newCountdown(1 + k.random.Int64N(int64(len(k.trail.objects))))
	k.gets.Store(gets)
	switch k.random.IntN(3) {
	case 0: // any time
		at := time.After(time.Duration(k.random.Int64N(int64(k.span))))
		moment = func(end <-chan struct{}) { await(end, at) }
	case 1: // while objects come in
		moment = func(end <-chan struct{}) {
			select {
			case <-gets.done:
				await(end, late(30*time.Millisecond))
			case <-end:
			}
		}
	default: // while rows are moved, repeats are marked and the end is noted
		moment = nil
	}
	cmd := k.command("sync", "s3://trail", "--endpoint-url", k.url, "--db", k.db(), "--progress", "json",
		"--commit-rows", "150", "--commit-after", "40ms", "--concurrency", "8")
	phases := k.follow(cmd)
	if moment == nil {
		moment = func(end <-chan struct{}) {
			select {
			case <-phases.finishing:
				k.ends++
				await(end, late(k.tail))
			case <-end:
			}
		}
	}
	moment(phases.end)
	_ = cmd.Process.Kill() // it may have ended by itself
	<-phases.end
	k.wait(cmd)
	if cmd.ProcessState.ExitCode() == 0 {
		now := time.Now()
		k.span = now.Sub(began)
		if !phases.began.IsZero() {
			k.tail = now.Sub(phases.began)
		}
		k.finished()
		return
	}
	if cmd.ProcessState.Exited() {
		k.t.Fatalf("the sync failed: %s", phases.text.String())
	}
	k.killed()
}

// countdown closes done at the nth tick.
type countdown struct {
	left atomic.Int64
	done chan struct{}
}

func newCountdown(n int64) *countdown {
	c := &countdown{done: make(chan struct{})}
	c.left.Store(n)
	return c
}

func (c *countdown) tick() {
	if c.left.Add(-1) == 0 {
		close(c.done)
	}
}

func await(end <-chan struct{}, at <-chan time.Time) {
	select {
	case <-at:
	case <-end:
	}
}

// phases are the events that a sync reports.
type phases struct {
	finishing, end chan struct{} // closed when objects are in, and when the process has closed its stderr
	began          time.Time     // of finishing
	text           strings.Builder
}

// follow starts a sync and reads its progress.
func (k *killer) follow(cmd *exec.Cmd) *phases {
	k.t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	p := &phases{finishing: make(chan struct{}), end: make(chan struct{})}
	go func() {
		defer close(p.end)
		finishing := false
		lines := bufio.NewScanner(io.TeeReader(stderr, &p.text))
		for lines.Scan() {
			if !finishing && strings.Contains(lines.Text(), `"phase":"finishing"`) {
				finishing = true
				p.began = time.Now()
				close(p.finishing)
			}
		}
	}()
	return p
}

// killed checks what a killed sync left.
func (k *killer) killed() {
	k.t.Helper()
	k.kills++
	if !exists(k.t, k.db()) {
		k.seen["no file"]++
		return
	}
	raw := inspectRaw(k.t, k.db(), "read_only")
	made := raw.number("SELECT count(*) FROM duckdb_views() WHERE view_name = 'events'") == 1
	raw.close()
	if !made {
		k.seen["no tables"]++
		return
	}
	d := inspect(k.t, k.db())
	defer d.close()
	d.consistent()
	switch n := d.number("SELECT count(*) FROM objects"); n {
	case 0:
		k.seen["no objects"]++
	case len(k.trail.objects):
		k.seen["all objects"]++
		if d.number("SELECT count(*) FROM repeats_through") == 0 {
			k.seen["repeats not marked"]++
		}
	default:
		k.seen["some objects"]++
	}
}

// finished checks a database whose sync ended.
func (k *killer) finished() {
	k.t.Helper()
	d := inspect(k.t, k.db())
	defer d.close()
	d.complete(k.trail)
	if n := d.number("SELECT count(*) FROM syncs WHERE outcome = 'ok'"); n == 0 {
		k.t.Error("no sync is noted as ok")
	}
	k.seen["complete"]++
	k.lives++
}

// finish lets the last database's sync run to its end.
func (k *killer) finish() {
	k.t.Helper()
	k.run(0, "sync", "s3://trail", "--endpoint-url", k.url, "--db", k.db(), "--progress", "none")
	k.finished()
}
