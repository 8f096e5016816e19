//go:build unix

package main_test

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"offtrail/fixtures/faultproxy"
	"offtrail/fixtures/s3test"
)

// TestInterruptSync interrupts a sync that waits for its objects. What was complete is in, and the next sync brings the
// rest.
func TestInterruptSync(t *testing.T) {
	t.Parallel()
	s3 := s3test.Start(t)
	trail := deliver(t, 7, 1500, 80)
	for key := range trail.objects { // an object of two names may wait for its twin: how many are in would be a matter of luck
		if strings.HasPrefix(key, "second/") {
			delete(trail.objects, key)
		}
	}
	trail.copies = 0
	s3.CreateBucket("trail")
	s3.PutTree("trail", func(yield func(string, []byte) bool) {
		for key, body := range trail.objects {
			if !yield(key, body) {
				return
			}
		}
	})
	const pass, fetchers = 30, 4
	interrupted := regexp.MustCompile(`\b90 objects listed = (\d+) ingested \+ 0 already there \+ 0 quarantined \+ 0 failed \+ (\d+) not reached\n`)
	for _, tt := range []struct {
		name   string
		signal os.Signal
	}{{"ctrl-c", os.Interrupt}, {"terminated", syscall.SIGTERM}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			held := make(chan struct{}, len(trail.objects))
			proxy := s3.Proxy(t, faultproxy.Rule{Op: faultproxy.Get, Skip: pass, Times: fetchers, Fault: hold(held, nil)})
			s := newSession(t, s3.Env()...)
			args := []string{"sync", "s3://trail", "--endpoint-url", proxy.Endpoint(), "--db", "case.duckdb", "--concurrency", "4"}
			cmd, wait := s.start(args...)
			for range fetchers { // when all of them wait, what passed is fetched
				<-held
			}
			e := interrupt(t, cmd.Process, tt.signal, wait)
			said := interrupted.FindStringSubmatch(e.stderr)
			if said == nil {
				t.Fatalf("it says %s", e.stderr)
			}
			ingested, rest := atoi(t, said[1]), atoi(t, said[2])
			// What was fetched and not yet decoded is given up.
			if ingested+rest != len(trail.objects) || ingested == 0 || ingested > pass {
				t.Errorf("after %d fetched objects it says %s", pass, e.stderr)
			}
			if !strings.HasSuffix(e.stderr, "offtrail: error: interrupted\nofftrail: hint: run the same command again to go on from here\n") {
				t.Errorf("it says %s", e.stderr)
			}
			d := inspect(t, s.path("case.duckdb"))
			d.consistent()
			if n := d.number("SELECT count(*) FROM objects"); n != ingested {
				t.Errorf("%d objects are in, and it said %d", n, ingested)
			}
			if n := d.number("SELECT count(*) FROM syncs WHERE outcome = 'interrupted' AND ingested > 0 AND ended IS NOT NULL"); n != 1 {
				t.Error("the sync is not noted as interrupted")
			}
			d.close()

			s.run(0, args...)
			d = inspect(t, s.path("case.duckdb"))
			defer d.close()
			d.complete(trail)
		})
	}
}

// TestInterruptList interrupts a sync before it knows what there is.
func TestInterruptList(t *testing.T) {
	t.Parallel()
	s3 := s3test.Start(t)
	s3.CreateBucket("trail")
	s3.Put("trail", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/01/a.json.gz", nil, nil)
	held := make(chan struct{}, 100)
	proxy := s3.Proxy(t, faultproxy.Rule{Op: faultproxy.List, Fault: hold(held, nil)})
	s := newSession(t, s3.Env()...)
	cmd, wait := s.start("sync", "s3://trail", "--endpoint-url", proxy.Endpoint(), "--db", "case.duckdb")
	<-held
	e := interrupt(t, cmd.Process, os.Interrupt, wait)
	if !strings.Contains(e.stderr, "offtrail: error: interrupted\n") {
		t.Errorf("it says %s", e.stderr)
	}
}

// TestInterruptQuery interrupts a SELECT that would take years.
func TestInterruptQuery(t *testing.T) {
	t.Parallel()
	trail := deliver(t, 8, 100, 5)
	for _, tt := range []struct{ name, text string }{
		{"cross join", "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7"},
		{"sort", "SELECT a.range FROM range(1000000) a, range(1000000) b ORDER BY a.range * b.range % 1000003"},
		{"recursion", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n > 0) SELECT max(n) FROM r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			s.writeTree("trail", trail.objects)
			s.run(0, "sync", "trail", "--db", "case.duckdb")
			cmd, wait := s.start("sql", "--db", "case.duckdb", tt.text)
			awaitReader(t, s.path("case.duckdb"))
			e := interrupt(t, cmd.Process, os.Interrupt, wait)
			if e.stdout != "" || e.stderr != "offtrail: error: interrupted\n" {
				t.Errorf("it says %s%s", e.stdout, e.stderr)
			}
		})
	}
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// interrupt sends a signal, and the process must end soon with code 130.
func interrupt(t *testing.T, p *os.Process, signal os.Signal, wait func() ended) ended {
	t.Helper()
	began := time.Now()
	if err := p.Signal(signal); err != nil {
		t.Fatal(err)
	}
	e := wait()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if e.code != 130 {
		t.Errorf("exit code %d, want 130\n%s", e.code, e.stderr)
	}
	return e
}

// awaitReader waits until some process has the database open, which its lock on the file tells.
func awaitReader(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); ; {
		lock := syscall.Flock_t{Type: syscall.F_WRLCK}
		if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil && !errors.Is(err, syscall.EINTR) {
			t.Fatal(err)
		}
		if lock.Type != syscall.F_UNLCK { // of several readers the system names one: any will do
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nobody has opened the database")
		}
	}
}
