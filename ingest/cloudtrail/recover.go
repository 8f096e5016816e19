package cloudtrail

import "bytes"

// recover notes the bad text that starts at the cursor and moves to the next place where a record can start. at is
// how far the text was read before the error. The caller goes on in the array it was in.
func (d *Decoder) recover(at int, reason string) error {
	var skipped *Bad
	for {
		window := d.buf[d.pos:]
		next := d.nextRecord(window)
		if end := closing(window); end > 0 && (next < 0 || end <= next) && d.endsElement(window[end:]) {
			next = end
		}
		if next > 0 {
			d.extend(&skipped, d.pos+next, reason)
			d.pos += next
			return nil
		}
		if len(window) > MaxRecord { // keep only what may be the start of a record
			d.extend(&skipped, len(d.buf)-len(d.lead)-2, reason)
			d.pos = len(d.buf) - len(d.lead) - 2
		}
		if err := d.fill(); err == errEnd {
			d.extend(&skipped, len(d.buf), reason)
			d.pos = len(d.buf)
			return errEnd
		} else if err != nil {
			return err
		}
	}
}

// extend notes the window from the cursor to end as bad, as one stretch with what was skipped before.
func (d *Decoder) extend(skipped **Bad, end int, reason string) {
	if *skipped != nil {
		(*skipped).Length += int64(end - d.pos)
		return
	}
	if end > d.pos {
		d.bad(d.pos, end, reason)
		*skipped = &d.report.Bad[len(d.report.Bad)-1]
	}
}

// nextRecord returns the offset in window of the next brace that opens with the key that records open with, or -1.
// Inside a JSON string that key's quotes would be escaped, so text that an attacker put into a record cannot pass
// for one.
func (d *Decoder) nextRecord(window []byte) int {
	for i := 1; ; {
		n := bytes.Index(window[min(i, len(window)):], d.lead)
		if n < 0 {
			return -1
		}
		i += n
		k := i - 1
		for k > 0 && isSpace(window[k]) {
			k--
		}
		if k > 0 && window[k] == '{' && window[i-1] != '\\' {
			return k
		}
		i += len(d.lead)
	}
}

// closing returns the offset behind the brace that closes the one at the start of window, by counting braces outside
// strings, or 0. The text is not JSON, so this is a guess, and only used where the next record does not contradict it.
func closing(window []byte) int {
	if len(window) == 0 || window[0] != '{' {
		return 0
	}
	depth, inString := 0, false
	for i := 0; i < len(window); i++ {
		switch c := window[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// endsElement reports whether what follows looks like the end of an array element or of a line.
func (d *Decoder) endsElement(after []byte) bool {
	for _, c := range after {
		switch {
		case c == ',' || c == ']' || c == '\n':
			return true
		case !isSpace(c):
			return false
		}
	}
	return d.eof
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
