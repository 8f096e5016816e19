package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/fixtures/demotrail"
)

const defaultDemo = "offtrail-demo"

func (p *program) demoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "make a sample organization's trail, sync it and ask it the three questions",
		ArgsUsage: "[FOLDER]",
		Description: `Writes the sample, an invented organization of four accounts in which somebody uses a stolen access key, below FOLDER
(default ` + defaultDemo + `), with its database beside it. One of its objects is damaged on purpose.`,
		Flags:        concat(outputFlags(), []cli.Flag{memoryFlag()}),
		OnUsageError: onUsageError,
		Action:       p.demo,
	}
}

func (p *program) demo(c *cli.Context) error {
	if err := checkOutput(c); err != nil {
		return err
	}
	folder := defaultDemo
	if c.Args().Len() > 0 {
		folder = c.Args().First()
	}
	trail, db := filepath.Join(folder, "trail"), filepath.Join(folder, "case.duckdb")
	if err := writeSample(trail); err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	p.say("A sample organization's trail is in %s. One of its objects is damaged on purpose.", trail)
	more := []string{"--output", c.String("output"), "--memory", c.String("memory")}
	if c.Bool("full") {
		more = append(more, "--full")
	}
	for _, step := range []struct {
		title string
		args  []string
	}{
		{"Bring it into one file:", []string{"sync", trail, "--db", db, "--memory", c.String("memory")}},
		{"How many Amazon Connect instances were deleted?", append([]string{"query", "deletions", "--db", db}, more...)},
		{"Who deleted them?", append([]string{"query", "deleters", "--db", db}, more...)},
		{"What else did the role do that " + demotrail.Truth().AttackerIP + " used?",
			append([]string{"query", "activity", "--user", demotrail.Truth().AttackerRole, "--db", db}, more...)},
	} {
		p.say("\n%s\n\n$ %s", step.title, commandLine(step.args))
		if code := run(c.Context, append([]string{"offtrail"}, step.args...), p); code != 0 && code != 3 {
			return &silent{code}
		}
	}
	p.say("\nGo on with:\n\n  offtrail status --db %[1]s\n  offtrail queries\n  offtrail sql --db %[1]s \"SELECT * FROM events WHERE sourceipaddress = '%[2]s'\"",
		db, demotrail.Truth().AttackerIP)
	return nil
}

// say prints the demo's own words, which are no data.
func (p *program) say(format string, args ...any) { fmt.Fprintf(p.stderr, format+"\n", args...) }

// commandLine shows a command as a person would type it: without what is at its default.
func commandLine(args []string) string {
	words := []string{"offtrail"}
	for i := 0; i < len(args); i++ {
		if i+1 < len(args) && (args[i] == "--memory" && args[i+1] == defaultMemory || args[i] == "--output" && args[i+1] == "table") {
			i++
			continue
		}
		words = append(words, args[i])
	}
	return strings.Join(words, " ")
}

// silent is an error that has been reported already.
type silent struct{ code int }

func (s *silent) Error() string { return fmt.Sprintf("exit code %d", s.code) }

// writeSample writes the sample's objects as a copied bucket holds them.
func writeSample(folder string) error {
	objects, err := demotrail.Objects()
	if err != nil {
		return err
	}
	for _, o := range objects {
		path := filepath.Join(folder, filepath.FromSlash(o.Key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if held, err := os.ReadFile(path); err == nil && string(held) == string(o.Body) {
			continue // a second demo syncs nothing new
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(path, o.Body, 0o644); err != nil {
			return err
		}
	}
	return nil
}
