package store

import (
	"strings"
	"unicode/utf8"
)

// As much of SQL's words as rewriting in place takes. The parser says where something is; this says how far it goes.

// quoteEnd returns the end of what begins at text[at] with a quote, quoted names and texts alike; the end of text when it
// stays open.
func quoteEnd(text string, at int, escapes bool) int {
	quote := text[at]
	for i := at + 1; i < len(text); i++ {
		switch {
		case escapes && text[i] == '\\':
			i++
		case text[i] != quote:
		case i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			return i + 1
		}
	}
	return len(text)
}

// commentEnd returns the end of the comment that begins at text[at], at if none does. Comments in comments do nest.
func commentEnd(text string, at int) int {
	switch {
	case strings.HasPrefix(text[at:], "--"):
		if end := strings.IndexAny(text[at:], "\r\n"); end >= 0 {
			return at + end
		}
		return len(text)
	case strings.HasPrefix(text[at:], "/*"):
		depth := 1
		for i := at + 2; i < len(text); i++ {
			switch {
			case strings.HasPrefix(text[i:], "/*"):
				depth++
				i++
			case strings.HasPrefix(text[i:], "*/"):
				depth--
				i++
			}
			if depth == 0 {
				return i + 1
			}
		}
		return len(text)
	}
	return at
}

// dollarEnd returns the end of the $tag$ … $tag$ text that begins at text[at], at if none does.
func dollarEnd(text string, at int) int {
	tag := strings.IndexByte(text[at+1:], '$') + 1
	if tag == 0 || strings.ContainsFunc(text[at+1:at+tag], func(r rune) bool { return !isWord(r) }) {
		return at
	}
	fence := text[at : at+tag+1]
	if end := strings.Index(text[at+len(fence):], fence); end >= 0 {
		return at + end + 2*len(fence)
	}
	return len(text)
}

// skip returns where the next word begins.
func skip(text string, at int) int {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := commentEnd(text, at)
		switch {
		case r == ' ' || r >= '\t' && r <= '\r' || isOddSpace(r):
			at += size
		case end > at:
			at = end
		default:
			return at
		}
	}
	return at
}

func isWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '$' || r >= utf8.RuneSelf && !isOddSpace(r)
}

// isOddSpace reports whether r is a space that word processors and web pages make.
func isOddSpace(r rune) bool {
	return r == 0xA0 || r >= 0x2000 && r <= 0x200B || r == 0x202F || r == 0x205F || r == 0x3000 || r == 0xFEFF
}

// word is a name in a text, or a part of one.
type word struct {
	name     string // without quotes
	from, to int
}

// words reads NAME, NAME.NAME … at the given place; nil when no name is there.
func words(text string, at int) []word {
	var names []word
	for at >= 0 && at < len(text) {
		w := word{from: at}
		if text[at] == '"' {
			w.to = quoteEnd(text, at, false)
			w.name = strings.ReplaceAll(strings.Trim(text[at:w.to], `"`), `""`, `"`)
		} else {
			w.to = len(text)
			if end := strings.IndexFunc(text[at:], func(r rune) bool { return !isWord(r) }); end >= 0 {
				w.to = at + end
			}
			w.name = text[at:w.to]
		}
		if w.name == "" {
			return names
		}
		names = append(names, w)
		dot := skip(text, w.to)
		if dot == len(text) || text[dot] != '.' {
			return names
		}
		at = skip(text, dot+1)
	}
	return names
}

// blank puts spaces in the place of what Athena reads and DuckDB does not: the name of the default database before a
// table's (DEFAULT is a reserved word), and spaces that are not ASCII, which the parser takes but counts differently. Every
// place in the text stays the place that it was.
func blank(text string) string {
	out := []byte(text)
	wipe := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch names := words(text, at); {
		case r == '\'':
			at = quoteEnd(text, at, isEscaping(text[:at]))
		case r == '$' && dollarEnd(text, at) > at:
			at = dollarEnd(text, at)
		case commentEnd(text, at) > at:
			at = commentEnd(text, at)
		case len(names) > 0:
			wipe(at, names[database(names)].from)
			at = names[len(names)-1].to
		case isOddSpace(r):
			wipe(at, at+size)
			at += size
		default:
			at += size
		}
	}
	return string(out)
}

// isEscaping reports whether the text that begins after before is an E'…'.
func isEscaping(before string) bool {
	prefix := strings.TrimRightFunc(before, isWord)
	return fold(before[len(prefix):]) == "e"
}

// database returns how many of the names, from the first, are those of Athena's default database and its catalog.
func database(names []word) int {
	n := 0
	if fold(names[0].name) == "awsdatacatalog" {
		n++
	}
	if len(names) < n+2 || fold(names[n].name) != "default" {
		return 0
	}
	return n + 1
}
