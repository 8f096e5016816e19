//go:build unix

package main_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestStream asks for a million rows in each format. Each comes, once.
func TestStream(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.writeTree("trail", deliver(t, 31, 100, 5).objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	const million = 1_000_000
	formats := map[string]func(t *testing.T, r io.Reader){
		"table": func(t *testing.T, r io.Reader) { checkLines(t, r, million+2, "999999") },
		"csv": func(t *testing.T, r io.Reader) {
			in := csv.NewReader(r)
			for i := range million + 1 {
				if row, err := in.Read(); err != nil || i > 0 && row[0] != fmt.Sprint(i-1) {
					t.Fatalf("row %d is %v, %v", i, row, err)
				}
			}
		},
		"json": func(t *testing.T, r io.Reader) {
			in := json.NewDecoder(r)
			if _, err := in.Token(); err != nil {
				t.Fatal(err)
			}
			checkJSON(t, in, million)
		},
		"ndjson":   func(t *testing.T, r io.Reader) { checkJSON(t, json.NewDecoder(r), million) },
		"markdown": func(t *testing.T, r io.Reader) { checkLines(t, r, million+2, "| 999999 |") },
	}
	for format, check := range formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := &session{t: t, dir: s.dir, env: s.env}
			cmd := s.command("sql", "--db", "case.duckdb", "-o", format, "SELECT range AS n FROM range(1000000)")
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			check(t, stdout)
			if _, err := io.Copy(io.Discard, stdout); err != nil {
				t.Fatal(err)
			}
			s.wait(cmd)
			if !cmd.ProcessState.Success() {
				t.Errorf("it ended with %v", cmd.ProcessState)
			}
		})
	}
}

func checkLines(t *testing.T, r io.Reader, want int, last string) {
	t.Helper()
	n, line := 0, ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		n, line = n+1, lines.Text()
	}
	if n != want || strings.TrimSpace(line) != last {
		t.Errorf("%d lines, the last %q; want %d, the last %q", n, line, want, last)
	}
}

func checkJSON(t *testing.T, in *json.Decoder, rows int) {
	t.Helper()
	for i := range rows {
		var row struct{ N int }
		if err := in.Decode(&row); err != nil || row.N != i {
			t.Fatalf("row %d is %v, %v", i, row, err)
		}
	}
}

// TestLateFailure asks a question whose last row cannot be computed: the rows before it are out by then, and the answer
// is an error all the same.
func TestLateFailure(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.writeTree("trail", deliver(t, 32, 100, 5).objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	const late = "SELECT CAST(CASE WHEN range < 999999 THEN '1' ELSE 'late' END AS INTEGER) AS n FROM range(1000000)"
	for _, format := range []string{"table", "csv", "json", "ndjson", "markdown"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := &session{t: t, dir: s.dir, env: s.env}
			e := s.run(1, "sql", "--db", "case.duckdb", "-o", format, late)
			// DuckDB drops the megabyte that it had worked ahead.
			if n := strings.Count(e.stdout, "1"); n < 500_000 {
				t.Errorf("%d rows came before it failed", n)
			}
			// When several threads stop at once, DuckDB may name the interrupt of one in place of the cause.
			if !strings.HasPrefix(e.stderr, "offtrail: error: ") || !strings.Contains(e.stderr, "late") && !strings.Contains(e.stderr, "interrupted") {
				t.Errorf("it says %s", e.stderr)
			}
		})
	}
}

// TestHead closes the pipe after the first line, as head does: that is no error, and nothing to speak of.
func TestHead(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.writeTree("trail", deliver(t, 33, 100, 5).objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	for _, format := range []string{"table", "csv", "json", "ndjson", "markdown"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := &session{t: t, dir: s.dir, env: s.env}
			cmd := s.command("sql", "--db", "case.duckdb", "-o", format, "SELECT range AS n FROM range(100000000)")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			if err := stdout.Close(); err != nil {
				t.Fatal(err)
			}
			s.wait(cmd)
			if !cmd.ProcessState.Success() || stderr.Len() > 0 {
				t.Errorf("it ended with %v and said %q", cmd.ProcessState, stderr.String())
			}
		})
	}
}
