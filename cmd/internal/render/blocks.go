package render

import (
	"fmt"
	"strings"

	"offtrail/cmd/internal/term"
)

// blocks draws a column per line and a rule between rows: for rows that are wider than the terminal.
type blocks struct {
	names []string
	label int // columns that the names take
	width int // of the terminal; 0 cuts nothing
	count int64
}

func newBlocks(names []string, width int) *blocks {
	b := &blocks{names: names, width: width}
	for _, name := range names {
		b.label = max(b.label, term.Width(name))
	}
	if width > 0 {
		b.label = min(b.label, max(width/2, narrowest))
	}
	return b
}

func (b *blocks) heading(dst []byte) []byte { return dst }

func (b *blocks) record(dst []byte, cells []string) []byte {
	b.count++
	rule := fmt.Sprintf("-[ %d ]", b.count)
	dst = append(dst, rule...)
	dst = append(dst, strings.Repeat("-", max(b.label+len(separator)-len(rule), 1))...)
	dst = append(dst, '\n')
	for i, cell := range cells {
		dst = b.field(dst, b.names[i], cell)
	}
	return dst
}

func (b *blocks) field(dst []byte, name, cell string) []byte {
	if b.width > 0 {
		name = term.Cut(name, b.label)
		cell = term.Cut(cell, max(b.width-b.label-len(separator), narrowest))
	}
	dst = pad(append(dst, name...), b.label-term.Width(name))
	if cell == "" {
		return append(dst, " |\n"...)
	}
	return append(append(append(dst, separator...), cell...), '\n')
}
