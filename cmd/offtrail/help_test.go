package main

import (
	"os"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
)

func TestHelpPages(t *testing.T) {
	t.Parallel()
	app := newProgram(nil, nil, nil, os.Getenv).app()
	pages := map[string]string{"offtrail": app.CustomAppHelpTemplate}
	for _, c := range app.Commands {
		pages[c.Name] = c.CustomHelpTemplate
		for _, sub := range c.Subcommands {
			pages[c.Name+" "+sub.Name] = sub.CustomHelpTemplate
		}
		if !strings.Contains(app.CustomAppHelpTemplate, "\n  "+c.Name+" ") {
			t.Errorf("offtrail --help does not list %s", c.Name)
		}
	}
	for name, page := range pages {
		if page == "" || strings.Contains(page, "{{") {
			t.Errorf("%s: the page is no text that urfave prints as it is: %q", name, page)
		}
		for line := range strings.Lines(page) {
			if line = strings.TrimSuffix(line, "\n"); term.Width(line) > helpWidth || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: %q is %d wide, or ends in blanks", name, line, term.Width(line))
			}
		}
	}
}

func TestFlagRow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		flag         cli.Flag
		typed, means string
	}{
		{"switch", &cli.BoolFlag{Name: "full", Usage: "list all"}, "--full", "list all"},
		{"value", &cli.StringFlag{Name: "to", Usage: "up to `DATE`"}, "--to DATE", "up to DATE"},
		{"default", &cli.StringFlag{Name: "settled", Usage: "after `AGE`", Value: "30d"}, "--settled AGE", "after AGE (default 30d)"},
		{"number", &cli.IntFlag{Name: "n", Usage: "`N` at once", Value: 32}, "-n N", "N at once (default 32)"},
		{"environment", &cli.StringFlag{Name: "db", Usage: "the `FILE`", EnvVars: []string{"A", "B"}}, "--db FILE", "the FILE [$A, $B]"},
		{"short name", &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "as `FORMAT`"}, "-o, --output FORMAT", "as FORMAT"},
		{"repeatable", &cli.StringSliceFlag{Name: "org", Usage: "only `ID`; repeatable"}, "--org ID", "only ID; repeatable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := flagRow(tt.flag); got != [2]string{tt.typed, tt.means} {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 78)
	tests := []struct {
		name, text string
		indent     int
		want       string
	}{
		{"fits", "a b", 0, "a b"},
		{"just fits", long + " y", 0, long + " y"},
		{"one too many", long + " yy", 0, long + "\nyy"},
		{"indented", long + " yy", 2, long + "\n  yy"},
		{"a word that never fits", long + "xxx y", 0, long + "xxx\ny"},
		{"nothing", "", 4, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := wrap(strings.Fields(tt.text), tt.indent); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
