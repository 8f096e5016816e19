package main_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// session runs offtrail as its users do: processes of their own, in a folder of their own. TestMain puts the binary on the
// PATH.
type session struct {
	t   *testing.T
	dir string
	env []string
}

func newSession(t *testing.T, env ...string) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir()}
	if err := os.Mkdir(s.path("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.path("tmp")}, env...)
	return s
}

func (s *session) path(name string) string { return filepath.Join(s.dir, name) }

// command is a command line that has not been started. It is killed when the test ends.
func (s *session) command(args ...string) *exec.Cmd {
	// Not the test's own context, whose end would race with what the test itself does to the process.
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), "offtrail", args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.WaitDelay = 10 * time.Second
	s.t.Cleanup(func() {
		if cmd.Process != nil && cmd.ProcessState == nil {
			_ = cmd.Process.Kill() // it may have ended by itself
			_ = cmd.Wait()
		}
	})
	return cmd
}

// ended is what a process leaves behind.
type ended struct {
	code           int // -1 when a signal ended it
	stdout, stderr string
}

// start starts a command line; wait waits for its end.
func (s *session) start(args ...string) (cmd *exec.Cmd, wait func() ended) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd = s.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd, func() ended {
		s.t.Helper()
		s.wait(cmd)
		return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	}
}

// wait waits for a process, however it ends.
func (s *session) wait(cmd *exec.Cmd) {
	s.t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
}

// run runs a command line to its end, which must be the given one.
func (s *session) run(code int, args ...string) ended {
	s.t.Helper()
	_, wait := s.start(args...)
	e := wait()
	if e.code != code {
		s.t.Fatalf("offtrail %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), e.code, code, e.stdout, e.stderr)
	}
	return e
}

// files lists what lies in the session's folder and in its folder for temporary files.
func (s *session) files() []string {
	s.t.Helper()
	var names []string
	for _, dir := range []string{s.dir, s.path("tmp")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, e := range entries {
			if name := e.Name(); name != "tmp" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// writeTree writes objects below a folder of the session, as a copied bucket holds them.
func (s *session) writeTree(folder string, objects map[string][]byte) {
	s.t.Helper()
	for key, body := range objects {
		path := filepath.Join(s.path(folder), filepath.FromSlash(key))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, body, 0o644)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// exists reports whether a file is there.
func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}
