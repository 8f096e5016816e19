package main_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"offtrail/fixtures/faultproxy"
	"offtrail/fixtures/s3test"
	"offtrail/sql/schema"
)

// TestLockSync has everybody else ask for a database while a sync has it.
func TestLockSync(t *testing.T) {
	t.Parallel()
	s3 := s3test.Start(t)
	trail := deliver(t, 11, 400, 20)
	s3.CreateBucket("trail")
	s3.PutTree("trail", func(yield func(string, []byte) bool) {
		for key, body := range trail.objects {
			if !yield(key, body) {
				return
			}
		}
	})
	held, release := make(chan struct{}, len(trail.objects)), make(chan struct{})
	proxy := s3.Proxy(t, faultproxy.Rule{Op: faultproxy.Get, Fault: hold(held, release)})
	s := newSession(t, s3.Env()...)
	cmd, wait := s.start("sync", "s3://trail", "--endpoint-url", proxy.Endpoint(), "--db", "case.duckdb")
	<-held
	for _, args := range [][]string{
		{"sync", "s3://trail", "--endpoint-url", s3.Endpoint(), "--db", "case.duckdb"},
		{"sync", "s3://trail", "--endpoint-url", s3.Endpoint(), "--db", "case.duckdb", "--dry-run"},
		{"query", "deletions", "--db", "case.duckdb"},
		{"sql", "--db", "case.duckdb", "SELECT 1"},
		{"status", "--db", "case.duckdb"},
		{"show", "00000000-0000-0000-0000-000000000000", "--db", "case.duckdb"},
	} {
		e := s.run(6, args...)
		holder := fmt.Sprintf("offtrail: error: open database \"case.duckdb\": another process has it open: process %d ", cmd.Process.Pid)
		if !strings.HasPrefix(e.stderr, holder) || !strings.Contains(e.stderr, "\nofftrail: hint: wait for it to end") || e.stdout != "" {
			t.Errorf("%s says %s%s", args[0], e.stdout, e.stderr)
		}
	}
	close(release)
	if e := wait(); e.code != 0 {
		t.Errorf("the first sync ended with %d: %s", e.code, e.stderr)
	}
	d := inspect(t, s.path("case.duckdb"))
	defer d.close()
	d.complete(trail)
}

// TestLockQuery has others ask while a query runs: they may read, and not write.
func TestLockQuery(t *testing.T) {
	t.Parallel()
	trail := deliver(t, 12, 200, 10)
	s := newSession(t)
	s.writeTree("trail", trail.objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")

	// Its answer is larger than a pipe, so it cannot end before it is read.
	cmd := s.command("sql", "--db", "case.duckdb", "-o", "csv", "SELECT range FROM range(1000000)")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rows := bufio.NewScanner(stdout)
	if !rows.Scan() {
		t.Fatal("no first row")
	}
	e := s.run(0, "sql", "--db", "case.duckdb", "-o", "csv", "SELECT count(*) AS n FROM cloudtrail_logs")
	if want := fmt.Sprintf("\"n\"\n\"%d\"\n", trail.records); strings.ReplaceAll(e.stdout, "\r", "") != want {
		t.Errorf("the second query says %q, want %q", e.stdout, want)
	}
	e = s.run(6, "sync", "trail", "--db", "case.duckdb")
	if !strings.Contains(e.stderr, fmt.Sprintf("process %d ", cmd.Process.Pid)) {
		t.Errorf("a sync says %s", e.stderr)
	}
	n := 1
	for rows.Scan() {
		n++
	}
	s.wait(cmd)
	if n != 1_000_001 || !cmd.ProcessState.Success() {
		t.Errorf("the first query gave %d lines, and %v", n, cmd.ProcessState)
	}
}

// TestRefused opens files that are not to be touched.
func TestRefused(t *testing.T) {
	t.Parallel()
	trail := deliver(t, 13, 100, 5)
	steps, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		make  func(t *testing.T, s *session)
		sync  int // exit code
		read  int
		says  string
		hints string
	}{
		{"newer offtrail's", func(t *testing.T, s *session) {
			s.run(0, "sync", "trail", "--db", "case.duckdb")
			d := inspectRaw(t, s.path("case.duckdb"), "read_write")
			defer d.close()
			d.exec("INSERT INTO migrations VALUES (9999, 'of_the_future', TIMESTAMP '2030-01-01')")
		}, 6, 6, "made by a newer version of offtrail", "use the offtrail that made it, or a newer one"},
		{"somebody else's", func(t *testing.T, s *session) {
			d := inspectRaw(t, s.path("case.duckdb"), "read_write")
			defer d.close()
			d.exec("CREATE TABLE accounts AS SELECT range AS id FROM range(1000)")
		}, 1, 1, "not ", ""},
		{"no database", func(t *testing.T, s *session) {
			if err := os.WriteFile(s.path("case.duckdb"), []byte("notes of the case, which nobody may lose"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, 1, 1, "not a DuckDB database", "the file is unchanged"},
		{"older offtrail's", func(t *testing.T, s *session) {
			d := inspectRaw(t, s.path("case.duckdb"), "read_write")
			defer d.close()
			d.exec("CREATE TABLE migrations (version INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)")
			for _, step := range steps[:len(steps)-1] {
				d.exec(step.SQL)
				d.exec("INSERT INTO migrations VALUES (?, ?, TIMESTAMP '2020-01-01')", step.Version, step.Name)
			}
		}, 0, 1, "made by an older version of offtrail", "run offtrail sync on it once"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			s.writeTree("trail", trail.objects)
			tt.make(t, s)
			before := sum(t, s.path("case.duckdb"))
			refused := func(code int, args ...string) {
				t.Helper()
				e := s.run(code, append(args, "--db", "case.duckdb")...)
				if !strings.Contains(e.stderr, tt.says) || !strings.Contains(e.stderr, "offtrail: hint: "+tt.hints) {
					t.Errorf("%s says %s", args[0], e.stderr)
				}
				if sum(t, s.path("case.duckdb")) != before || exists(t, s.path("case.duckdb.wal")) {
					t.Errorf("%s changed the file", args[0])
				}
			}
			refused(tt.read, "query", "deletions")
			refused(tt.read, "sql", "SELECT 1")
			refused(tt.read, "status")
			refused(tt.read, "sync", "--dry-run", "trail")
			if tt.sync != 0 {
				refused(tt.sync, "sync", "trail")
				return
			}
			s.run(0, "sync", "trail", "--db", "case.duckdb")
			d := inspect(t, s.path("case.duckdb"))
			defer d.close()
			d.complete(trail)
		})
	}
}

func sum(t *testing.T, path string) [32]byte {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(body)
}

// hold keeps a request waiting until release is closed, or its client gives up. held hears of it.
func hold(held chan<- struct{}, release <-chan struct{}) faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		select {
		case held <- struct{}{}:
		default: // nobody counts any more
		}
		select {
		case <-release:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}
}
