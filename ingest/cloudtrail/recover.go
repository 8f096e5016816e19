package cloudtrail

import "bytes"

// recover notes the bad text that starts at the cursor and moves to the next place where a record can start. sound is how far
// from the cursor the text was good JSON. The caller goes on in the array it was in; outside of any, the frame is lost.
func (d *Decoder) recover(sound int, reason string) error {
	if d.arrays == 0 {
		d.adrift = true
	}
	d.bad(d.pos, d.pos, reason)
	g := gap{lead: d.lead, from: max(1, sound-1), counts: d.pos < len(d.buf) && d.buf[d.pos] == '{', lines: d.arrays == 0}
	for {
		window := d.buf[d.pos:]
		next := g.end(window, d.eof)
		if next > 0 {
			d.extend(d.pos, d.pos+next)
			d.pos += next
			d.resumed = true
			return nil
		}
		if tail := len(window) - len(d.lead) - maxLeadSpace; len(window) >= MaxRecord {
			d.extend(d.pos, d.pos+tail) // the rest may be the start of a record
			d.pos += tail
			g = gap{lead: d.lead, from: 1, lines: g.lines}
		}
		if err := d.fill(); err == errEnd {
			d.extend(d.pos, len(d.buf))
			d.pos = len(d.buf)
			return errEnd
		} else if err != nil {
			return err
		}
	}
}

// maxLeadSpace is the most white space between a record's brace and its first key that recovery looks over.
const maxLeadSpace = 64

// gap finds the end of a stretch of bad text.
type gap struct {
	lead   []byte // the key that records open with, in its quotes
	from   int    // where to start looking for it: what lies before is sound, so a brace there opens a part of the bad record
	counts bool   // the text starts with a brace, and may end with the one that closes it
	lines  bool   // the text may end with a line
}

// end returns the offset in window of the place where decoding can go on, or 0 when window holds none: behind the brace
// that closes the first one, by counting braces outside strings, or at the next brace that opens as records open, whichever comes first.
// Both are guesses, for the text is not JSON. But inside a JSON string the quotes of a key are escaped, so text that an attacker
// put into a record cannot pass for a record.
//
// It looks at each byte once, so that recovering from n pieces of damage takes the time of reading them.
func (g *gap) end(window []byte, eof bool) int {
	depth, inString := 0, false
	for i := 0; i < len(window); i++ {
		c := window[i]
		if c == '{' && i > 0 && g.opens(window, i) {
			return i
		}
		switch {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case c == '\n' && g.lines && i >= g.from && i+1 < len(window) && window[i+1] == '{':
			return i + 1
		case inString:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 && g.counts && i+1 >= g.from {
				if endsElement(window[i+1:], eof) {
					return i + 1
				}
			}
		}
	}
	return 0
}

// opens reports whether the brace at i in window opens as records do.
func (g *gap) opens(window []byte, i int) bool {
	key := i + 1
	for key < len(window) && key <= i+maxLeadSpace && isSpace(window[key]) {
		key++
	}
	return key >= g.from && bytes.HasPrefix(window[key:], g.lead)
}

// endsElement reports whether what follows looks like the end of an array element or of a line.
func endsElement(after []byte, eof bool) bool {
	for _, c := range after {
		switch {
		case c == ',' || c == ']' || c == '\n':
			return true
		case !isSpace(c):
			return false
		}
	}
	return eof
}
