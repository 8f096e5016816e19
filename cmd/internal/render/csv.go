package render

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"offtrail/cmd/internal/term"
)

// csv is RFC 4180 as Athena writes it: every value in quotes, NULL without, lines that end in LF. A row whose only value
// is NULL is written "", since readers skip empty lines and a lost row is worse than a lost NULL.
//
// A text that a spreadsheet would run gets an apostrophe in front (see risky); removing one apostrophe from every such
// text gives back the original.
type csv struct {
	cols     []column
	terminal bool
	text     []byte // scratch
}

func (c *csv) head(dst []byte) []byte {
	for i, col := range c.cols {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = c.quote(dst, []byte(col.name), false)
	}
	return append(dst, '\n')
}

func (c *csv) row(dst []byte, values []any) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		v, s := unwrap(v, c.cols[i].shape)
		if v == nil && len(values) > 1 {
			continue
		}
		var literal bool
		c.text = c.text[:0]
		if v != nil {
			c.text, literal = appendText(c.text, v, s)
		}
		dst = c.quote(dst, c.text, literal)
	}
	return append(dst, '\n')
}

func (c *csv) tail(dst []byte) []byte { return dst }

func (c *csv) quote(dst, text []byte, literal bool) []byte {
	if c.terminal {
		text = []byte(term.Safe(string(text)))
	}
	dst = append(dst, '"')
	if !literal && risky(text) {
		dst = append(dst, '\'')
	}
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return append(append(dst, text...), '"')
		}
		dst = append(append(dst, text[:i+1]...), '"')
		text = text[i+1:]
	}
}

// formulaStarts are what spreadsheets take for the beginning of a formula, in either width.
const formulaStarts = "=+-@＝＋－＠"

// risky reports whether a spreadsheet might run a text: it begins with a tab, a line break or another control
// character, or with a formula's first character after anything that a spreadsheet may drop. An apostrophe counts as
// dropped, so that one that was there already is told from one that was added.
func risky(text []byte) bool {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r < 0x20:
			return true
		case strings.ContainsRune(formulaStarts, r):
			return true
		case r != '\'' && !unicode.IsSpace(r) && !term.Hostile(r):
			return false
		}
		i += size
	}
	return false
}
