package render

import (
	"strings"

	"offtrail/cmd/internal/term"
)

// markdown writes a table of GitHub's kind. No markup in a value is active: what HTML knows, the cell border and what
// begins a link is written as a character reference, which means the same in every dialect, the rest of the
// punctuation is escaped with a backslash. A forge that links @names in the finished page may still do so.
type markdown struct {
	cols []column
	text []byte // scratch
}

func (m *markdown) head(dst []byte) []byte {
	for _, c := range m.cols {
		dst = append(append(append(dst, "| "...), markup(term.Safe(c.name))...), ' ')
	}
	dst = append(dst, "|\n"...)
	for _, c := range m.cols {
		if c.shape.numeric() {
			dst = append(dst, "| ---: "...)
		} else {
			dst = append(dst, "| --- "...)
		}
	}
	return append(dst, "|\n"...)
}

func (m *markdown) row(dst []byte, values []any) []byte {
	for i, v := range values {
		var text string
		text, m.text = cellText(m.text, v, m.cols[i].shape)
		dst = append(append(append(dst, "| "...), markup(text)...), ' ')
	}
	return append(dst, "|\n"...)
}

func (m *markdown) tail(dst []byte) []byte { return dst }

// active is the punctuation that markup uses somewhere in the middle of a line.
const active = "\\`*_~[]#!^{}<>&|@$:."

func markup(text string) string {
	if !strings.ContainsAny(text, active) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '|':
			b.WriteString("&#124;")
		case '@':
			b.WriteString("&#64;")
		case '$':
			b.WriteString("&#36;")
		case ':', '.':
			b.WriteString(linkMark(text, i))
		case '\\', '`', '*', '_', '~', '[', ']', '#', '!', '^', '{', '}':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// linkMark disarms the colon of an address (https://…) and the point after www, which would make a link of a text.
func linkMark(text string, i int) string {
	switch {
	case text[i] == ':' && (strings.HasPrefix(text[i+1:], "//") || endsFold(text[:i], "mailto") || endsFold(text[:i], "xmpp")):
		return "&#58;"
	case text[i] == '.' && endsFold(text[:i], "www"):
		return "&#46;"
	default:
		return text[i : i+1]
	}
}

func endsFold(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// cellText is a value as a person reads it in one line: NULL is blank, and an empty string is "" to tell it from NULL.
// scratch is used and returned.
func cellText(scratch []byte, v any, s *shape) (string, []byte) {
	v, s = unwrap(v, s)
	if v == nil {
		return "", scratch
	}
	scratch, _ = appendText(scratch[:0], v, s)
	if len(scratch) == 0 {
		return `""`, scratch
	}
	return term.Safe(string(scratch)), scratch
}
