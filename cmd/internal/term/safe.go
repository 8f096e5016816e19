package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Ellipsis stands at the end of a text that Cut shortened. It takes one column.
const Ellipsis = "…"

// Hostile reports whether a terminal, or the person before it, would be misled by a rune: it moves the cursor, changes
// the direction or the order of the text, ends the line, or takes part in the text without being seen.
//
// The selectors of text and emoji style (U+FE0E, U+FE0F) are invisible too, but ordinary emoji need them.
func Hostile(r rune) bool {
	switch {
	case r < 0x20 || r == 0x7f:
		return true
	case r < 0x7f:
		return false
	case r == 0xfe0e || r == 0xfe0f:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Safe returns a text with every hostile rune written as a visible escape (\n, \x1b, \u202e, \U000e0001) and every byte
// that is not UTF-8 as \xNN. The result is one line. Backslashes are left alone, so the escapes are for reading and
// cannot be reversed: csv and json carry the exact text.
func Safe(s string) string {
	if isSafe(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case Hostile(r):
			b.WriteString(escape(r))
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

func isSafe(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return utf8.ValidString(s) && !strings.ContainsFunc(s, Hostile)
		}
	}
	return true
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}

// Width returns the number of columns that a safe text takes.
func Width(s string) int {
	return cells().StringWidth(s)
}

// Cut shortens a safe text to at most width columns; a text that was cut ends in Ellipsis.
func Cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	// A column takes at least one byte, so short texts need no measuring.
	if len(s) <= width {
		return s
	}
	return cells().Truncate(s, width, Ellipsis)
}

// CutMiddle shortens a safe text to at most width columns at the expense of its middle: of a path, the end says most and
// the start says where.
func CutMiddle(s string, width int) string {
	whole := Width(s)
	if whole <= width {
		return s
	}
	head := width / 4
	if width-head < 2 {
		return Cut(s, width)
	}
	tail := cells().TruncateLeft(s, whole-(width-head-1), Ellipsis)
	return cells().Truncate(s, head, "") + tail
}

// cells measures by grapheme, the same in every locale: the answer must not depend on the environment.
func cells() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}
