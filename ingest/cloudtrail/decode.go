package cloudtrail

import (
	"bytes"
	"errors"
	"io"
)

// MaxRecord is the longest record that is decoded. CloudTrail's own limit is 256 KB an event and 50 MB a file.
const MaxRecord = 64 << 20

const (
	firstRead = 512 << 10             // the decoder's usual window: larger than nearly every object, small enough for a processor's cache
	maxWindow = MaxRecord + firstRead // what it grows to for a record that is not the usual size
)

// Handler receives what Decode finds.
type Handler interface {
	// Full is called when the batch has no room; it hands the rows on and resets the batch. Its error ends the decoding.
	Full(*Batch) error
	// Aggregated is called for each aggregated record. The record's bytes are the handler's to keep.
	Aggregated(from *Provenance, a Aggregated) error
}

// Damage is the error of a reader whose input is itself broken (a truncated gzip stream, say), as opposed to one that could not be
// read. What came before it is still decoded.
type Damage struct{ Reason string }

func (d *Damage) Error() string { return d.Reason }

// Decoder finds the records of one object at a time. It is made for reuse.
type Decoder struct {
	batch   *Batch
	handler Handler

	r        io.Reader
	from     *Provenance
	buf      []byte
	pos      int   // the next byte to decode
	base     int64 // offset of buf[0] in the object
	eof      bool
	damage   *Damage
	report   Report
	badBytes int    // the bad text kept so far
	lead     []byte // the first key of the last good record, with its quotes: how the next one is likely to begin
	resumed  bool   // the cursor is where recovery left it
	arrays   int    // arrays of records that the cursor is in
	adrift   bool   // the frame around the records broke, so that its punctuation means nothing any more
	depth    int    // of envelopes within envelopes
	why      string // what an envelope holds is no record
}

// NewDecoder returns a decoder that fills batch.
func NewDecoder(batch *Batch, handler Handler) *Decoder {
	return &Decoder{batch: batch, handler: handler, buf: make([]byte, 0, firstRead)}
}

var errEnd = errors.New("end of data")

// Decode reads one object to its end. Whatever the bytes, it loses none: each is in a row, in Report.Bad, or part of the frame
// around the records. An error means that reading or the handler failed, and that the object is not wholly decoded.
func (d *Decoder) Decode(r io.Reader, from *Provenance) (Report, error) {
	d.r, d.from = r, from
	d.buf, d.pos, d.base = d.buf[:0], 0, 0
	if cap(d.buf) > 4*firstRead {
		d.buf = make([]byte, 0, firstRead) // one huge record must not keep its memory
	}
	d.eof, d.damage, d.report, d.badBytes = false, nil, Report{}, 0
	d.arrays, d.adrift, d.depth = 0, false, 0
	d.lead = append(d.lead[:0], `"eventVersion"`...)

	err := d.values()
	d.r = nil
	if err != nil && err != errEnd {
		return d.report, err
	}
	if d.damage != nil {
		d.bad(len(d.buf), len(d.buf), d.damage.Reason)
	}
	return d.report, nil
}

// fill reads more input behind the window, as much as it has room for: what is cut off at the window's end is then scanned again
// only when twice as much is there, however little the reader gives at a time. It reports errEnd at the end of the object.
func (d *Decoder) fill() error {
	if d.eof {
		return errEnd
	}
	d.makeRoom()
	before := len(d.buf)
	for idle := 0; len(d.buf) < cap(d.buf); {
		n, err := d.r.Read(d.buf[len(d.buf):cap(d.buf)])
		d.buf = d.buf[:len(d.buf)+n]
		switch {
		case err == io.EOF:
			d.eof = true
		case errors.As(err, &d.damage):
			d.eof, d.report.Damaged = true, true
		case err != nil:
			return err
		}
		if d.eof {
			break
		}
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 {
			return io.ErrNoProgress
		}
	}
	if len(d.buf) == before {
		return errEnd
	}
	return nil
}

// makeRoom moves the window to the front of its buffer, and into a larger one when it takes most of it.
func (d *Decoder) makeRoom() {
	if d.pos > 0 {
		n := copy(d.buf, d.buf[d.pos:])
		d.base += int64(d.pos)
		d.buf, d.pos = d.buf[:n], 0
	}
	if len(d.buf) == cap(d.buf) || len(d.buf) > cap(d.buf)/2 && cap(d.buf) < maxWindow {
		grown := make([]byte, len(d.buf), max(min(2*cap(d.buf), maxWindow), len(d.buf)+firstRead))
		copy(grown, d.buf)
		d.buf = grown
	}
}

// peek returns the next byte that is not white space, and leaves the cursor on it.
func (d *Decoder) peek() (byte, error) {
	for {
		for ; d.pos < len(d.buf); d.pos++ {
			if c := d.buf[d.pos]; !isSpace(c) {
				return c, nil
			}
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// values decodes the top-level values of the object: one, or one a line.
func (d *Decoder) values() error {
	c, err := d.peek()
	if err == nil && c == 0xEF && bytes.HasPrefix(d.buf[d.pos:], []byte("\xEF\xBB\xBF")) {
		d.pos += 3
		c, err = d.peek()
	}
	switch {
	case err == errEnd && d.damage == nil:
		return d.cut("nothing in it")
	case err != nil:
		return err
	case c != '{' && c != '[':
		return d.foreign()
	}
	for {
		c, err := d.peek()
		if err != nil {
			return err
		}
		if len(d.report.Bad) >= maxBad {
			return d.skipAll("not read: too much before it is damaged")
		}
		switch {
		case c == '{':
			err = d.topObject()
		case c == '[':
			d.pos++
			err = d.elements()
		case d.adrift && (c == ',' || c == ']' || c == '}'):
			d.pos++
		default:
			err = d.recover(0, "text between the records")
		}
		if err != nil {
			return err
		}
	}
}
