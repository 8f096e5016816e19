package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"offtrail/cmd/internal/term"
	"offtrail/fixtures/demotrail"
	"offtrail/fixtures/s3test"
)

// What README.md and CONTRIBUTING.md show is true: each ```console block is a session that is typed in again here, and each
// command and flag that they name exists.

// document is a page at the root of the repository.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the fenced blocks of a language.
func blocks(text, language string) (found []string) {
	for _, m := range regexp.MustCompile("(?ms)^ *```"+language+"\n(.*?)^ *```$").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// TestConsole types every console block of a page in again, in order and in one folder, against a bucket
// my-trail-bucket with the sample organization's trail. In the output shown, … stands for any text within a line, and for any
// lines where it is alone on one. The terminal is terminalWidth wide.
func TestConsole(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	fillSampleBucket(t, server, "my-trail-bucket")
	for _, name := range []string{"README.md", "CONTRIBUTING.md"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			env := append(os.Environ(), server.Env()...)
			env = append(env, "AWS_ENDPOINT_URL="+server.Endpoint(), "HOME="+dir)
			for _, block := range blocks(document(t, name), "console") {
				for _, e := range exchanges(t, block) {
					got := typeIn(t, dir, env, e.command)
					if !pattern(e.output).MatchString(got) {
						t.Errorf("$ %s\n%s\n%s says\n%s", e.command, got, name, e.output)
					}
				}
			}
		})
	}
}

func fillSampleBucket(t *testing.T, server *s3test.Server, bucket string) {
	t.Helper()
	objects, err := demotrail.Objects()
	if err != nil {
		t.Fatal(err)
	}
	server.CreateBucket(bucket)
	server.PutTree(bucket, func(yield func(string, []byte) bool) {
		for _, o := range objects {
			if !yield(o.Key, o.Body) {
				return
			}
		}
	})
}

// exchange is a command and what a page says that it prints.
type exchange struct{ command, output string }

func exchanges(t *testing.T, block string) (all []exchange) {
	t.Helper()
	for line := range strings.Lines(block) {
		command, is := strings.CutPrefix(line, "$ ")
		switch {
		case is:
			all = append(all, exchange{command: strings.TrimSpace(command)})
		case len(all) == 0:
			t.Fatalf("a console block begins with output: %s", line)
		default:
			all[len(all)-1].output += line
		}
	}
	return all
}

// pattern matches what a page shows. Blanks at the end of a line, and empty lines at the end, do not count.
func pattern(shown string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.Lines(strings.TrimRight(shown, " \n") + "\n") {
		line = strings.TrimRight(line, " \n")
		if line == "…" {
			b.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", `[^\n]*`) + ` *\n`)
	}
	b.WriteString(`\s*\z`)
	return regexp.MustCompile(b.String())
}

const (
	terminalWidth = 140
	// terminalProgram is offtrail for a reader at a terminal; TestMain makes it a program.
	terminalProgram = "offtrail-at-terminal"
)

// atTerminal is main with a stdout that is as wide as a terminal.
func atTerminal() {
	p := newProgram(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	p.terminal = func(w io.Writer) term.Info { return term.Info{IsTerminal: w != nil, Width: terminalWidth} }
	os.Exit(run(context.Background(), os.Args, p))
}

// typeIn runs a command line as a shell does and returns all that it prints.
func typeIn(t *testing.T, dir string, env []string, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "offtrail() { command "+terminalProgram+` "$@"; }`+"\n"+line)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestPattern(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, shown, printed string
		want                 bool
	}{
		{"same", "a\nb\n", "a\nb\n", true},
		{"another", "a\nb\n", "a\nc\n", false},
		{"less than printed", "a\n", "a\nb\n", false},
		{"more than printed", "a\nb\n", "a\n", false},
		{"text within a line", "took … s\n", "took 0.1 s\n", true},
		{"no line break within a line", "took … s\n", "took 0.1\n s\n", false},
		{"lines", "a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"no lines", "a\n…\nd\n", "a\nd\n", true},
		{"lines to the end", "a\n…\n", "a\nb\nc\n", true},
		{"blanks at the end", "a\n", "a  \n\n", true},
		{"a dot is a dot", "a.b\n", "axb\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := pattern(tt.shown).MatchString(tt.printed); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// TestExitTable compares README's table with the one that the program obeys.
func TestExitTable(t *testing.T) {
	t.Parallel()
	table := "| code | |\n|---|---|\n"
	for _, c := range slices.SortedFunc(slices.Values(exitCodes), func(a, b exitCode) int { return cmp.Compare(a.Code, b.Code) }) {
		table += fmt.Sprintf("| %d | %s |\n", c.Code, c.Meaning)
	}
	if !strings.Contains(document(t, "README.md"), "\n\n"+table+"\n") {
		t.Errorf("README.md, Exit codes, lacks the table of cmd/offtrail/exit.go:\n%s", table)
	}
}
