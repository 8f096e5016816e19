package cloudtrail

import (
	"encoding/binary"
	"math/bits"
)

// status is the outcome of scanning one JSON value.
type status uint8

const (
	ok    status = iota
	short        // the bytes end before the value does: more input may complete it
	bad          // no further input can make this JSON; scanner.why says why
)

// scanner walks JSON text (RFC 8259) once, left to right, without allocating. It checks everything but UTF-8, which
// is cheaper to check for a whole record at a time.
type scanner struct {
	b     []byte
	i     int
	why   string
	stack []byte // the closing bracket owed at each depth; a slice, so that depth costs memory, not stack

	// spaced and escaped are set, never cleared, by what is passed over: white space between tokens, and escapes that
	// compact text spells otherwise (\/ and \u).
	spaced, escaped bool
	// deep counts the brackets that were opened deeper than maxDepth.
	deep int
}

// maxDepth is how deep values may be nested that DuckDB gets to see. CloudTrail's own are up to 11 deep; some of DuckDB's JSON
// functions recurse, and end the process at 100,000.
const maxDepth = 200

func (s *scanner) fail(why string) status {
	s.why = why
	return bad
}

// space moves to the next byte that is not white space.
func (s *scanner) space() status {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return ok
	}
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.spaced = true
		default:
			return ok
		}
	}
	return short
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that end a run of ordinary string content: a quote, a backslash or a control
// character. Only the lowest mark is exact, which is all that the caller looks at. Flipping the second bit takes a quote
// next to the control characters and leaves those among themselves, so one comparison finds both.
func special(w uint64) uint64 {
	quotes, backslashes := (w^ones*2)-ones*(' '+1), (w^ones*'\\')-ones
	return (quotes | backslashes) &^ w & highs
}

// str passes over the string that starts at the cursor and returns what is between its quotes, and whether that holds
// escapes.
func (s *scanner) str() (raw []byte, escapes bool, st status) {
	b, start := s.b, s.i+1
	i := start
	for {
		for i+8 <= len(b) {
			if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return nil, false, short
		}
		switch c := b[i]; {
		case c == '"':
			s.i = i + 1
			return b[start:i], escapes, ok
		case c == '\\':
			escapes = true
			n, st := s.escape(i)
			if st != ok {
				return nil, false, st
			}
			i += n
		case c < ' ':
			s.i = i
			return nil, false, s.fail("control character in a string")
		default:
			i++
		}
	}
}

// escape checks the escape sequence at i and returns its length.
func (s *scanner) escape(i int) (int, status) {
	if i+1 >= len(s.b) {
		return 0, short
	}
	switch s.b[i+1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return 2, ok
	case '/':
		s.escaped = true
		return 2, ok
	case 'u':
		s.escaped = true
		for k := i + 2; k < i+6; k++ {
			if k >= len(s.b) {
				return 0, short
			}
			if !isHex(s.b[k]) {
				s.i = k
				return 0, s.fail("bad \\u escape in a string")
			}
		}
		return 6, ok
	}
	s.i = i
	return 0, s.fail("bad escape in a string")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// scalar passes over a number or literal.
func (s *scanner) scalar() status {
	switch c := s.b[s.i]; {
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	return s.fail("unexpected character")
}

func (s *scanner) literal(word string) status {
	rest := s.b[s.i:]
	if len(rest) < len(word) {
		if string(rest) == word[:len(rest)] {
			return short
		}
		return s.fail("bad literal")
	}
	if string(rest[:len(word)]) != word {
		return s.fail("bad literal")
	}
	s.i += len(word)
	return ok
}

// number passes over a number. One that reaches the end of the bytes is short: another digit may follow.
func (s *scanner) number() status {
	i := s.i
	digits := func() bool {
		from := i
		for i < len(s.b) && s.b[i] >= '0' && s.b[i] <= '9' {
			i++
		}
		return i > from
	}
	if s.b[i] == '-' {
		i++
	}
	whole := i
	if !digits() {
		return s.numberEnd(i)
	}
	if s.b[whole] == '0' && i-whole > 1 {
		return s.fail("number with a leading zero")
	}
	if i < len(s.b) && s.b[i] == '.' {
		i++
		if !digits() {
			return s.numberEnd(i)
		}
	}
	if i < len(s.b) && s.b[i]|0x20 == 'e' {
		i++
		if i < len(s.b) && (s.b[i] == '+' || s.b[i] == '-') {
			i++
		}
		if !digits() {
			return s.numberEnd(i)
		}
	}
	if i == len(s.b) {
		return short
	}
	s.i = i
	return ok
}

func (s *scanner) numberEnd(i int) status {
	if i >= len(s.b) {
		return short
	}
	return s.fail("bad number")
}

// value passes over one value of any kind, at any depth.
func (s *scanner) value() status {
	s.stack = s.stack[:0]
	for {
		if st := s.space(); st != ok {
			return st
		}
		switch s.b[s.i] {
		case '"':
			if _, _, st := s.str(); st != ok {
				return st
			}
		case '{':
			s.i++
			if closed, st := s.open('}'); st != ok {
				return st
			} else if !closed {
				continue
			}
		case '[':
			s.i++
			if closed, st := s.open(']'); st != ok {
				return st
			} else if !closed {
				continue
			}
		default:
			if st := s.scalar(); st != ok {
				return st
			}
		}
		if done, st := s.after(); st != ok || done {
			return st
		}
	}
}

// open enters an object or array. For an object it also passes over the first key.
func (s *scanner) open(closer byte) (closed bool, st status) {
	if st := s.space(); st != ok {
		return false, st
	}
	if s.b[s.i] == closer {
		s.i++
		return true, ok
	}
	s.stack = append(s.stack, closer)
	if len(s.stack) > maxDepth {
		s.deep++
	}
	if closer == '}' {
		_, st = s.key()
	}
	return false, st
}

// after passes over what follows a value: commas, the next key, and the brackets that close.
func (s *scanner) after() (done bool, st status) {
	for len(s.stack) > 0 {
		if st := s.space(); st != ok {
			return false, st
		}
		closer := s.stack[len(s.stack)-1]
		switch s.b[s.i] {
		case ',':
			s.i++
			if closer == '}' {
				_, st = s.key()
			}
			return false, st
		case closer:
			s.i++
			s.stack = s.stack[:len(s.stack)-1]
		default:
			return false, s.fail("expected a comma or a closing bracket")
		}
	}
	return true, ok
}

// key passes over an object key and its colon, and returns the key as it stands between the quotes.
func (s *scanner) key() ([]byte, status) {
	if st := s.space(); st != ok {
		return nil, st
	}
	if s.b[s.i] != '"' {
		return nil, s.fail("expected a key")
	}
	raw, _, st := s.str()
	if st != ok {
		return nil, st
	}
	if st := s.space(); st != ok {
		return nil, st
	}
	if s.b[s.i] != ':' {
		return nil, s.fail("expected a colon after a key")
	}
	s.i++
	return raw, ok
}
