package queries

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	symbol kind = iota
	word
	number
	text        // 'it''s'
	quoted      // "$path"
	comment     // -- to the end of the line, or /* … */
	placeholder // :name
)

// token is a piece of SQL, sql[start:end].
type token struct {
	kind       kind
	start, end int
}

func (t token) in(sql string) string { return sql[t.start:t.end] }

// fault is something wrong at a place in a query's text.
type fault struct {
	at  int
	why string
}

// symbols are the characters of Athena's operators. What else DuckDB knows ($1, ?, {'a': 1}, a::text, #1) would not
// run in Athena.
const symbols = "()[],.;=<>!+-*/%|"

// lex cuts sql into tokens. It refuses, rather than reads, whatever Athena and DuckDB would cut differently: E'…' and
// X'…', $$…$$, nested comments. Only so does one reading of the text hold in both.
func lex(sql string) ([]token, *fault) {
	var tokens []token
	for at := 0; at < len(sql); {
		if strings.IndexByte(" \t\n", sql[at]) >= 0 {
			at++
			continue
		}
		t, why := next(sql, at)
		if why != "" {
			return nil, &fault{at, why}
		}
		tokens = append(tokens, t)
		at = t.end
	}
	return tokens, nil
}

// next reads the token that starts at a byte that is not white space. It returns a reason where there is none.
func next(sql string, at int) (t token, why string) {
	rest := sql[at:]
	t = token{start: at}
	var size int
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "--"):
		t.kind, size = comment, lineEnd(rest)
	case strings.HasPrefix(rest, "/*"):
		t.kind = comment
		size, why = blockComment(rest)
	case c == '\'':
		t.kind = text
		size, why = delimited(rest)
		if at > 0 && nameByte(sql[at-1]) {
			why = "put a space before the string: X'…' and E'…' differ between Athena and DuckDB"
		}
	case c == '"':
		t.kind = quoted
		size, why = delimited(rest)
	case digit(c):
		t.kind, size = number, nameEnd(rest)
	case nameByte(c):
		t.kind, size = word, nameEnd(rest)
	case strings.HasPrefix(rest, "::"):
		why = "a::type is not Athena SQL: write CAST(a AS type)"
	case c == ':' && len(rest) > 1 && nameByte(rest[1]) && !digit(rest[1]):
		t.kind, size = placeholder, 1+nameEnd(rest[1:])
	case strings.IndexByte(symbols, c) >= 0:
		t.kind, size = symbol, 1
	default:
		r, _ := utf8.DecodeRuneInString(rest)
		why = fmt.Sprintf("character %q is not Athena SQL outside a string, a quoted name or a comment", r)
	}
	t.end = at + size
	return t, why
}

// delimited measures a string or quoted name, in which the delimiter is doubled to stand for itself. It must end on
// its line: a forgotten quote is then reported where it was forgotten.
func delimited(rest string) (size int, why string) {
	quote := rest[0]
	for i := 1; i < len(rest) && rest[i] != '\n'; i++ {
		if rest[i] != quote {
			continue
		}
		if i+1 == len(rest) || rest[i+1] != quote {
			return i + 1, ""
		}
		i++
	}
	return 0, fmt.Sprintf("%c is not closed on its line", quote)
}

func blockComment(rest string) (size int, why string) {
	body, _, closed := strings.Cut(rest[2:], "*/")
	switch {
	case !closed:
		return 0, "comment is not closed"
	case strings.Contains(body, "/*"):
		return 0, "comment within a comment: DuckDB nests them, Athena does not"
	}
	return len(body) + 4, ""
}

func lineEnd(rest string) int {
	line, _, _ := strings.Cut(rest, "\n")
	return len(line)
}

func nameEnd(rest string) int {
	end := 0
	for end < len(rest) && nameByte(rest[end]) {
		end++
	}
	return end
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func nameByte(c byte) bool {
	return c == '_' || digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// hidden reports characters that act on a terminal or a reader instead of showing themselves: controls, line
// separators, and the marks that make text read in another order than it runs.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
