package cloudtrail

import "strings"

// topObject decodes a top-level object: a wrapper of records, streamed, or a single record or envelope.
func (d *Decoder) topObject() error {
	n, err := d.wrapperStart()
	if err != nil {
		return err
	}
	if n == 0 {
		return d.element()
	}
	d.pos += n
	if err := d.elements(); err != nil {
		return err
	}
	return d.wrapperTail()
}

// wrapperStart returns the length of what opens an array of records at the cursor, {"Records":[ or the like, or 0.
func (d *Decoder) wrapperStart() (int, error) {
	for {
		s := scanner{b: d.buf[d.pos:], i: 1}
		key, st := s.key()
		if st == ok {
			st = s.space()
		}
		if st == ok && holdsRecords(key) && s.b[s.i] == '[' {
			return s.i + 1, nil
		}
		if st != short || len(s.b) >= firstRead {
			return 0, nil
		}
		if err := d.fill(); err == errEnd {
			return 0, nil
		} else if err != nil {
			return 0, err
		}
	}
}

// holdsRecords reports whether key names an array of records: CloudTrail's own, in any case as Hive's SerDe takes it, the answer of
// LookupEvents, or a subscription of CloudWatch Logs.
func holdsRecords(key []byte) bool {
	if len(key) > len("logEvents") {
		return false
	}
	text := string(key)
	return strings.EqualFold(text, "Records") || strings.EqualFold(text, "Events") || strings.EqualFold(text, "logEvents")
}

// elements decodes the elements of an array up to its closing bracket. The cursor is behind the opening one.
func (d *Decoder) elements() error {
	d.arrays++
	defer func() { d.arrays-- }()
	for {
		c, err := d.peek()
		if err == errEnd {
			return d.cut("the array of records does not end")
		} else if err != nil {
			return err
		}
		if len(d.report.Bad) >= maxBad {
			return d.skipAll("not read: too much before it is damaged")
		}
		switch c {
		case ']':
			d.pos++
			return nil
		case ',':
			d.bad(d.pos, d.pos+1, "comma without a record before it")
			d.pos++
			continue
		}
		if err := d.element(); err != nil {
			return err
		}
		if err := d.separator(); err != nil {
			return err
		}
	}
}

// separator passes over the comma behind an element.
func (d *Decoder) separator() error {
	c, err := d.peek()
	switch {
	case err == errEnd:
		return d.cut("the array of records does not end")
	case err != nil:
		return err
	case c == ',':
		comma := d.base + int64(d.pos)
		d.pos++
		if c, err = d.peek(); err != nil && err != errEnd {
			return err
		}
		if err == nil && c == ']' {
			d.badBytes++
			d.report.Bad = append(d.report.Bad, Bad{comma, 1, []byte{','}, "comma without a record behind it"})
		}
		return nil
	case c == '{':
		if !d.resumed {
			d.bad(d.pos, d.pos, "no comma between two records")
		}
		return nil
	case c == ']':
		return nil
	}
	return d.recover(0, "expected a comma or the end of the array")
}

// wrapperTail passes over what follows the records in their wrapper: further keys, and the closing brace. Another array
// of records there is decoded as well.
func (d *Decoder) wrapperTail() error {
	for {
		c, err := d.peek()
		if err == errEnd {
			return d.cut("the object around the records does not end")
		} else if err != nil {
			return err
		}
		switch c {
		case '}':
			d.pos++
			return nil
		case ',':
			sound, err := d.wrapperPair()
			if err != nil || !sound {
				return err
			}
		default:
			return d.recover(0, "unexpected text after the array of records")
		}
	}
}

// wrapperPair passes over a comma, a key and its value in the wrapper. When they are not sound, it recovers and the wrapper is over.
func (d *Decoder) wrapperPair() (sound bool, err error) {
	for {
		window := d.buf[d.pos:min(len(d.buf), d.pos+MaxRecord)]
		s := scanner{b: window, i: 1}
		key, st := s.key()
		if st == ok {
			st = s.space()
		}
		if st == ok && holdsRecords(key) && s.b[s.i] == '[' {
			d.pos += s.i + 1
			return true, d.elements()
		}
		if st == ok {
			st = s.value()
		}
		switch {
		case st == ok:
			d.pos += s.i
			return true, nil
		case st == bad:
			return false, d.recover(s.i, "bad JSON after the array of records: "+s.why)
		case len(window) == MaxRecord:
			return false, d.recover(s.i, "a value after the array of records is longer than "+maxRecordText)
		}
		if err := d.fill(); err == errEnd {
			return false, d.cut("the object around the records does not end")
		} else if err != nil {
			return false, err
		}
	}
}
