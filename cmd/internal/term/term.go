// Package term knows what a terminal is, what it would do with a text, and how progress looks on it.
//
// The rules of the program's streams:
//
//   - stdout is data. Nothing in this package writes to it unless it is told to.
//   - Progress and messages go to the writer that the caller names, which is stderr.
//   - A line is repainted only where the cursor can go back; anywhere else a line once written stays.
//   - Text that came from outside passes through Safe before a terminal sees it.
//   - Only what a terminal shows may be cut to its width. What goes to a file or a pipe is never cut.
//
// The package decides nothing about exit codes, and does not know what is being synced.
package term

import (
	"os"
	"runtime"
	"strconv"

	"golang.org/x/term"
)

// defaultWidth is the width of a terminal that does not say how wide it is.
const defaultWidth = 80

// Info is what a stream can show.
type Info struct {
	IsTerminal bool
	Width      int  // columns; 0 when the stream is not a terminal
	Repaints   bool // the cursor can return to the start of the line
	Color      bool // colour is understood, and wanted
}

// Detect looks at a stream. env gives an environment variable's value, empty when it is not set.
//
// COLUMNS, when it is a positive number, overrules the terminal's own width. TERM=dumb means neither repainting nor
// colour; NO_COLOR, when not empty, means no colour.
func Detect(f *os.File, env func(string) string) Info {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return Info{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		width = 0
	}
	return describe(width, runtime.GOOS, env)
}

// describe is the part of Detect that needs no terminal.
func describe(width int, goos string, env func(string) string) Info {
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		width = n
	}
	if width <= 0 {
		width = defaultWidth
	}
	smart := env("TERM") != "dumb"
	return Info{
		IsTerminal: true,
		Width:      width,
		Repaints:   smart,
		Color:      smart && env("NO_COLOR") == "" && understandsColor(goos, env),
	}
}

// understandsColor is about Windows, whose older console prints escape sequences instead of obeying them.
func understandsColor(goos string, env func(string) string) bool {
	return goos != "windows" || env("WT_SESSION") != "" || env("TERM") != ""
}
