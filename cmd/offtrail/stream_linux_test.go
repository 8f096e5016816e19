package main_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// TestStreamMemory compares what a process held when nobody had read much of its million rows with what it held when
// most were read. Its answer is larger than a pipe, so it cannot end in between.
func TestStreamMemory(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.writeTree("trail", deliver(t, 34, 100, 5).objects)
	s.run(0, "sync", "trail", "--db", "case.duckdb")
	for _, format := range []string{"table", "csv", "json", "ndjson", "markdown"} {
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
			read := func(bytes int64) int64 {
				if _, err := io.CopyN(io.Discard, stdout, bytes); err != nil {
					t.Fatal(err)
				}
				return peak(t, cmd.Process.Pid)
			}
			early := read(200_000)
			late := read(6_000_000)
			if limit := int64(24 << 20); late-early > limit { // as Go values the rows would take 60 MB or more
				t.Errorf("it held %d MiB early and %d MiB late", early>>20, late>>20)
			}
			if _, err := io.Copy(io.Discard, stdout); err != nil {
				t.Fatal(err)
			}
			s.wait(cmd)
		})
	}
}

// peak is the most memory that a process has held since it became what it is. What it reports at its end would also
// count the moment of its making, when it was this test's image.
func peak(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "\nVmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatalf("peak of process %d: %v", pid, err)
	}
	return kib << 10
}
