package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
)

// program is what a run of offtrail may touch of the world outside.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	now            func() time.Time
	terminal       func(io.Writer) term.Info // what a stream can show
}

func newProgram(stdin io.Reader, stdout, stderr io.Writer, env func(string) string) *program {
	return &program{stdin: stdin, stdout: stdout, stderr: stderr, env: env, now: time.Now, terminal: func(w io.Writer) term.Info {
		if f, is := w.(*os.File); is && f != nil {
			return term.Detect(f, env)
		}
		return term.Info{}
	}}
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, args []string, p *program) int {
	app := p.app()
	args, err := arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	if ctx.Err() != nil && !errors.Is(err, errPartial) && err != nil {
		err = errors.Join(errInterrupted, err)
	}
	return p.report(err)
}

// app builds a fresh command line: urfave's App keeps state of a run.
func (p *program) app() *cli.App {
	app := &cli.App{
		Name:    "offtrail",
		Usage:   "answer AWS CloudTrail questions offline",
		Version: version(),
		Description: `sync pulls CloudTrail objects from S3, folders and archives into one DuckDB file; query and sql ask that file
what one would have asked Athena. offtrail demo shows it on a sample.`,
		Reader:                    p.stdin,
		Writer:                    p.stdout,
		ErrWriter:                 p.stderr,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true, // a parameter may hold a comma
		Suggest:                   true,
		// urfave would print and exit by itself, and skip deferred work.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return usage(err.Error(), "offtrail --help") },
		Action:         p.noCommand,
		Commands: []*cli.Command{
			p.demoCommand(), p.syncCommand(), p.statusCommand(), p.queryCommand(), p.queriesCommand(), p.sqlCommand(), p.showCommand(),
		},
	}
	addHelp(app)
	return app
}

// noCommand runs when the first argument names no command.
func (p *program) noCommand(c *cli.Context) error {
	if c.Args().Len() == 0 {
		return cli.ShowAppHelp(c)
	}
	name := c.Args().First()
	hint := "offtrail --help lists the commands"
	if near := nearest(name, c.App.Commands); near != "" {
		hint = "did you mean offtrail " + near + "? offtrail --help lists the commands"
	}
	return usage(fmt.Sprintf("unknown command %q", name), hint)
}

// version is what this binary was built from.
func version() string {
	info, found := debug.ReadBuildInfo()
	if !found {
		return "unknown"
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "+changes"
			}
		}
	}
	v := releaseVersion
	if revision != "" {
		v += " (" + revision + modified + ")"
	}
	return v
}

const releaseVersion = "0.1.0-dev"

// note says something on stderr that is neither data nor an error.
func (p *program) note(format string, args ...any) {
	fmt.Fprintln(p.stderr, "offtrail: "+term.Safe(fmt.Sprintf(format, args...)))
}

// report prints what ended the run, once, and returns the exit code.
func (p *program) report(err error) int {
	code := codeOf(err)
	if err == nil || errors.Is(err, syscall.EPIPE) { // the reader has what it wanted
		return code
	}
	text, hint := describe(err)
	if text != "" {
		fmt.Fprintln(p.stderr, "offtrail: error: "+safeLines(text))
	}
	if hint != "" {
		fmt.Fprintln(p.stderr, "offtrail: hint: "+safeLines(hint))
	}
	return code
}

// safeLines keeps an error's own line breaks and nothing else that a terminal would obey.
func safeLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = term.Safe(lines[i])
	}
	return strings.Join(lines, "\n")
}
