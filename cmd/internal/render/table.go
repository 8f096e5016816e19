package render

import (
	"slices"
	"strings"

	"offtrail/cmd/internal/term"
)

const (
	hoardRows  = 1000
	hoardBytes = 1 << 20
	// widest is how far a column is padded where no terminal limits it; longer cells stick out.
	widest = 100
)

// table lines columns up for a reader. It holds the first rows back until their number, their size or the stream's
// timer says that it has seen enough, chooses the widths, and from then on writes each row as it comes.
type table struct {
	cols  []column
	opts  Options
	names []string
	held  [][]string
	size  int
	draw  drawer // nil while rows are held back
	text  []byte // scratch
}

// drawer is how a table looks once its widths are known.
type drawer interface {
	heading(dst []byte) []byte
	record(dst []byte, cells []string) []byte
}

var _ hoarder = (*table)(nil)

func newTable(cols []column, opts Options) *table {
	t := &table{cols: cols, opts: opts, names: make([]string, len(cols))}
	for i, c := range cols {
		t.names[i] = term.Safe(c.name)
	}
	return t
}

func (t *table) head(dst []byte) []byte { return dst }

func (t *table) row(dst []byte, values []any) []byte {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i], t.text = cellText(t.text, v, t.cols[i].shape)
		t.size += len(cells[i])
	}
	if t.draw != nil {
		return t.draw.record(dst, cells)
	}
	t.held = append(t.held, cells)
	if len(t.held) >= hoardRows || t.size >= hoardBytes {
		return t.settle(dst)
	}
	return dst
}

func (t *table) settle(dst []byte) []byte {
	if t.draw != nil {
		return dst
	}
	t.draw = t.choose()
	dst = t.draw.heading(dst)
	for _, cells := range t.held {
		dst = t.draw.record(dst, cells)
	}
	t.held = nil
	return dst
}

func (t *table) tail(dst []byte) []byte { return t.settle(dst) }

// choose lays columns side by side if the terminal has room for them, and otherwise one below the other.
func (t *table) choose() drawer {
	natural := t.natural()
	right := make([]bool, len(t.cols))
	rigid := make([]bool, len(t.cols))
	for i, c := range t.cols {
		right[i] = c.shape.numeric()
		rigid[i] = right[i] || c.shape.temporal()
	}
	if t.opts.Width <= 0 {
		for i := range natural {
			natural[i] = min(natural[i], widest)
		}
		return &grid{names: t.names, widths: natural, right: right}
	}
	room := t.opts.Width - len(separator)*(len(natural)-1)
	if t.opts.Full {
		if sum(natural) <= room {
			return &grid{names: t.names, widths: natural, right: right}
		}
		return newBlocks(t.names, 0)
	}
	widths, ok := fit(natural, rigid, room)
	if !ok {
		return newBlocks(t.names, t.opts.Width)
	}
	return &grid{names: t.names, widths: widths, right: right, cut: true}
}

// natural is how wide each column would be if there were room for all that was seen.
func (t *table) natural() []int {
	widths := make([]int, len(t.cols))
	for i, name := range t.names {
		widths[i] = max(term.Width(name), 1)
	}
	for _, cells := range t.held {
		for i, cell := range cells {
			widths[i] = max(widths[i], term.Width(cell))
		}
	}
	return widths
}

// narrowest is the least that is left of a column; below it a table is of no use.
const narrowest = 8

// fit shares the room out. Rigid columns (a number or a time cut short would be another) get what they need, the others
// get an equal share of the rest or what they need, if that is less.
func fit(natural []int, rigid []bool, room int) (widths []int, ok bool) {
	widths = slices.Clone(natural)
	var soft []int
	for i := range natural {
		if rigid[i] {
			room -= natural[i]
		} else {
			soft = append(soft, i)
		}
	}
	slices.SortStableFunc(soft, func(a, b int) int { return natural[a] - natural[b] })
	for i, c := range soft {
		share := room / (len(soft) - i)
		if share < min(natural[c], narrowest) {
			return nil, false
		}
		widths[c] = min(natural[c], share)
		room -= widths[c]
	}
	return widths, room >= 0
}

func sum(widths []int) int {
	total := 0
	for _, w := range widths {
		total += w
	}
	return total
}

func pad(dst []byte, n int) []byte {
	return append(dst, strings.Repeat(" ", max(n, 0))...)
}
