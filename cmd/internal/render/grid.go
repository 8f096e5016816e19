package render

import (
	"bytes"
	"strings"

	"offtrail/cmd/internal/term"
)

const separator = " | "

// grid draws a row per line.
type grid struct {
	names  []string
	widths []int
	right  []bool // aligned to the right, and never cut
	cut    bool
}

func (g *grid) heading(dst []byte) []byte {
	names := make([]string, len(g.names))
	for i, name := range g.names {
		names[i] = name
		if g.cut {
			names[i] = term.Cut(name, g.widths[i])
		}
	}
	dst = g.record(dst, names)
	for i, width := range g.widths {
		if i > 0 {
			dst = append(dst, "-+-"...)
		}
		dst = append(dst, strings.Repeat("-", width)...)
	}
	return append(dst, '\n')
}

func (g *grid) record(dst []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, separator...)
		}
		if g.cut && !g.right[i] {
			cell = term.Cut(cell, g.widths[i])
		}
		gap := g.widths[i] - term.Width(cell)
		switch {
		case g.right[i]:
			dst = append(pad(dst, gap), cell...)
		case i < len(cells)-1:
			dst = pad(append(dst, cell...), gap)
		default:
			dst = append(dst, cell...)
		}
	}
	// A blank last cell leaves no blanks behind.
	if n := len(cells); n > 0 && cells[n-1] == "" {
		dst = bytes.TrimRight(dst, " ")
	}
	return append(dst, '\n')
}
