//go:build unix

package main_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// shell runs a script in the session's folder, in which offtrail is on the PATH. It returns what the script printed.
func (s *session) shell(script string, adjust func(*exec.Cmd)) (string, error) {
	cmd := exec.CommandContext(s.t.Context(), "/bin/sh", "-c", script)
	cmd.Dir, cmd.Env = s.dir, s.env
	if adjust != nil {
		adjust(cmd)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestFileLimit syncs under a limit on the size of a file: what a shell may set, and what FAT32 has by itself. Without
// the limit the same command goes on from what was committed.
func TestFileLimit(t *testing.T) {
	t.Parallel()
	trail := deliver(t, 21, 3000, 100)
	s := newSession(t)
	s.writeTree("trail", trail.objects)
	for _, limit := range []string{"20", "100", "700", "1500"} { // blocks of 512 bytes, or of 1024 to some shells
		db := "limit" + limit + ".duckdb"
		out, err := s.shell("ulimit -f "+limit+"; exec offtrail sync trail --commit-rows 500 --db "+db, nil)
		if code := exitCode(err); code != 1 || !strings.Contains(out, `"`+db+`": `) ||
			!strings.Contains(out, "File too large") || !strings.Contains(out, "offtrail: hint: ") {
			t.Errorf("limit %s: exit code %d, %s", limit, code, out)
		}
		s.run(0, "sync", "trail", "--db", db)
		d := inspect(t, s.path(db))
		d.complete(trail)
		d.close()
		if err := os.Remove(s.path(db)); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.files(); !slices.Equal(left, []string{"trail"}) {
		t.Errorf("left behind: %q", left)
	}
}

// exitCode is the code that a process ended with; -1 when a signal ended it.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if ended, is := err.(*exec.ExitError); is {
		return ended.ExitCode()
	}
	return -2
}
