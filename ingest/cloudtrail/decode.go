package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxRecord is the longest record that is decoded. CloudTrail's own limit is 256 KB an event and 50 MB a file.
const MaxRecord = 64 << 20

// firstRead is the decoder's usual window: larger than nearly every object, small enough for a processor's cache.
const firstRead = 512 << 10

// Handler receives what Decode finds.
type Handler interface {
	// Full is called when the batch has no room; it hands the rows on and resets the batch. Its error ends the decoding.
	Full(*Batch) error
	// Aggregated is called for each aggregated record. The record's bytes are the handler's to keep.
	Aggregated(from *Provenance, a Aggregated) error
}

// Report is what an object turned out to hold.
type Report struct {
	Records int    // rows and aggregated records
	Digest  []byte // the body, when the object is a digest file
	Bad     []Bad
	Damaged bool // the input's own form broke before its end
}

// Bad is a stretch of an object that is no record. It is kept, so that nothing is lost.
type Bad struct {
	Offset int64 // in the inflated object
	Length int64
	Text   []byte // the stretch, or the first maxBadText bytes of it
	Reason string
}

// maxBadText bounds what is kept of one bad stretch.
const maxBadText = 16 << 20

// Damage is the error of a reader whose input is itself broken (a truncated gzip stream, say), as opposed to one that could not be
// read. What came before it is still decoded.
type Damage struct{ Reason string }

func (d *Damage) Error() string { return d.Reason }

// Decoder finds the records of one object at a time. It is made for reuse.
type Decoder struct {
	batch   *Batch
	handler Handler

	r      io.Reader
	from   *Provenance
	buf    []byte
	pos    int   // the next byte to decode
	base   int64 // offset of buf[0] in the object
	eof    bool
	damage *Damage
	report Report
	lead   []byte // the first key of the last good record, with its quotes: how the next one is likely to begin
	depth  int    // of envelopes within envelopes
}

// NewDecoder returns a decoder that fills batch.
func NewDecoder(batch *Batch, handler Handler) *Decoder {
	return &Decoder{batch: batch, handler: handler, buf: make([]byte, 0, firstRead)}
}

var errEnd = errors.New("end of data")

// Decode reads one object to its end. Whatever the bytes, it loses none: each is in a row, in Report.Bad, or punctuation around
// them. An error means that reading or the handler failed, and that the object is not wholly decoded.
func (d *Decoder) Decode(r io.Reader, from *Provenance) (Report, error) {
	d.r, d.from = r, from
	d.buf, d.pos, d.base = d.buf[:0], 0, 0
	if cap(d.buf) > 4*firstRead {
		d.buf = make([]byte, 0, firstRead) // one huge record must not keep its memory
	}
	d.eof, d.damage, d.report, d.depth = false, nil, Report{}, 0
	d.lead = append(d.lead[:0], `"eventVersion"`...)

	err := d.values()
	if err != nil && err != errEnd {
		return d.report, err
	}
	if d.damage != nil {
		d.report.Bad = append(d.report.Bad, Bad{Offset: d.base + int64(len(d.buf)), Reason: d.damage.Reason})
	}
	return d.report, nil
}

// fill reads more input behind the window. It reports errEnd at the end of the object.
func (d *Decoder) fill() error {
	if d.eof {
		return errEnd
	}
	if d.pos > 0 {
		n := copy(d.buf, d.buf[d.pos:])
		d.base += int64(d.pos)
		d.buf, d.pos = d.buf[:n], 0
	}
	if len(d.buf) == cap(d.buf) {
		grown := make([]byte, len(d.buf), 2*cap(d.buf))
		copy(grown, d.buf)
		d.buf = grown
	}
	n, err := io.ReadAtLeast(d.r, d.buf[len(d.buf):cap(d.buf)], 1)
	d.buf = d.buf[:len(d.buf)+n]
	switch {
	case err == nil:
		return nil
	case err == io.EOF || err == io.ErrUnexpectedEOF && n > 0:
		d.eof = true
	case errors.As(err, &d.damage):
		d.eof = true
		d.report.Damaged = true
	default:
		return err
	}
	if n == 0 {
		return errEnd
	}
	return nil
}

// peek returns the next byte that is not white space, and leaves the cursor on it.
func (d *Decoder) peek() (byte, error) {
	for {
		for ; d.pos < len(d.buf); d.pos++ {
			switch c := d.buf[d.pos]; c {
			case ' ', '\t', '\n', '\r':
			default:
				return c, nil
			}
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
}

// values decodes the top-level values of the object: one, or one a line.
func (d *Decoder) values() error {
	c, err := d.peek()
	if err != nil {
		return err
	}
	if c == 0xEF && bytes.HasPrefix(d.buf[d.pos:], []byte("\xEF\xBB\xBF")) {
		d.pos += 3
	}
	for first := true; ; first = false {
		c, err := d.peek()
		if err != nil {
			return err
		}
		switch {
		case c == '{':
			err = d.topObject()
		case c == '[':
			d.pos++
			err = d.elements()
		case first:
			return d.foreign()
		default:
			err = d.recover(0, "text between the records")
		}
		if err != nil {
			return err
		}
	}
}

// topObject decodes a top-level object: a wrapper of records, streamed, or a single record or envelope.
func (d *Decoder) topObject() error {
	key, n, err := d.firstKey()
	if err != nil {
		return err
	}
	if key != "Records" && key != "Events" || d.buf[d.pos+n] != '[' {
		return d.element()
	}
	d.pos += n + 1
	if err := d.elements(); err != nil {
		return err
	}
	return d.wrapperTail()
}

// firstKey returns the first key of the object at the cursor and the offset of its value; no key when there is none to find.
func (d *Decoder) firstKey() (key string, n int, err error) {
	for {
		s := scanner{b: d.buf[d.pos:], i: 1}
		raw, st := s.key()
		if st == ok {
			st = s.space()
		}
		switch {
		case st == ok:
			return string(raw), s.i, nil
		case st == short && len(d.buf)-d.pos < firstRead/2:
			if err := d.fill(); err == nil {
				continue
			} else if err != errEnd {
				return "", 0, err
			}
		}
		return "", 0, nil
	}
}

// elements decodes the elements of an array up to its closing bracket. The cursor is behind the opening one.
func (d *Decoder) elements() error {
	for {
		c, err := d.peek()
		if err == errEnd {
			return d.cut("the array of records does not end")
		} else if err != nil {
			return err
		}
		if c == ']' {
			d.pos++
			return nil
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
		d.pos++
		if c, err = d.peek(); err == nil && c == ']' {
			d.bad(d.pos, d.pos+1, "comma before the end of the array")
		} else if err != nil && err != errEnd {
			return err
		}
		return nil
	case c == ']', c == '{':
		if c == '{' {
			d.bad(d.pos, d.pos, "no comma between two records")
		}
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
			if err := d.wrapperPair(); err != nil {
				return err
			}
		default:
			return d.recover(0, "unexpected text after the array of records")
		}
	}
}

// wrapperPair passes over a comma, a key and its value in the wrapper.
func (d *Decoder) wrapperPair() error {
	for {
		s := scanner{b: d.buf[d.pos:], i: 1}
		key, st := s.key()
		if st == ok {
			st = s.space()
		}
		if st == ok && (string(key) == "Records" || string(key) == "Events") && s.b[s.i] == '[' {
			d.pos += s.i + 1
			return d.elements()
		}
		if st == ok {
			st = s.value()
		}
		switch {
		case st == ok:
			d.pos += s.i
			return nil
		case st == bad || len(d.buf)-d.pos > MaxRecord:
			return d.recover(0, "bad JSON after the array of records: "+s.why)
		}
		if err := d.fill(); err == errEnd {
			return d.cut("the object around the records does not end")
		} else if err != nil {
			return err
		}
	}
}

// element decodes the value at the cursor: a record, an envelope, or something that is neither.
func (d *Decoder) element() error {
	if d.buf[d.pos] != '{' {
		return d.stray()
	}
	for {
		if d.batch.Full() {
			if err := d.handler.Full(d.batch); err != nil {
				return err
			}
		}
		data := d.buf[d.pos:]
		n, is, st := d.batch.append(data, d.from, int32(d.report.Records), false)
		switch st {
		case ok:
			d.pos += n
			return d.accept(data[:n], is)
		case bad:
			return d.recover(n, d.batch.parse.why)
		}
		if len(data) > MaxRecord {
			return d.recover(len(data), fmt.Sprintf("record longer than %d MiB", MaxRecord>>20))
		}
		if err := d.fill(); err == errEnd {
			return d.cut("the record does not end")
		} else if err != nil {
			return err
		}
	}
}

// accept takes an object that parsed.
func (d *Decoder) accept(raw []byte, is outcome) error {
	switch is {
	case isRecord:
		d.learn(raw)
		d.report.Records++
		return nil
	case isAggregated:
		a := newAggregated(raw, int32(d.report.Records))
		d.report.Records++
		return d.handler.Aggregated(d.from, a)
	}
	return d.unwrap(raw)
}

// learn remembers how a good record begins.
func (d *Decoder) learn(raw []byte) {
	s := scanner{b: raw, i: 1}
	if s.space() != ok {
		return
	}
	start := s.i
	if _, _, st := s.str(); st == ok && s.i-start < 64 {
		d.lead = append(d.lead[:0], raw[start:s.i]...)
	}
}

// stray takes an array element that is no object.
func (d *Decoder) stray() error {
	for {
		s := scanner{b: d.buf[d.pos:]}
		st := s.value()
		switch {
		case st == ok:
			d.bad(d.pos, d.pos+s.i, "array element that is no object")
			d.pos += s.i
			return nil
		case st == bad || len(s.b) > MaxRecord:
			return d.recover(s.i, s.why)
		}
		if err := d.fill(); err == errEnd {
			return d.cut("the array element does not end")
		} else if err != nil {
			return err
		}
	}
}

// bad notes the stretch [from, to) of the window.
func (d *Decoder) bad(from, to int, reason string) {
	text := d.buf[from:to]
	if len(text) > maxBadText {
		text = text[:maxBadText]
	}
	d.report.Bad = append(d.report.Bad, Bad{
		Offset: d.base + int64(from), Length: int64(to - from), Text: bytes.Clone(text), Reason: reason,
	})
}

// cut notes that the object ends too early; the rest of the window, if any, is what was begun.
func (d *Decoder) cut(reason string) error {
	if d.damage != nil {
		reason = d.damage.Reason + ": " + reason
		d.damage = nil
	}
	d.bad(d.pos, len(d.buf), reason)
	d.pos = len(d.buf)
	return errEnd
}
