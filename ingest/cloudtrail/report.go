package cloudtrail

import "bytes"

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
	Text   []byte // the stretch, or as much of its start as the bounds below leave room for
	Reason string
}

// What is kept of the bad text of one object. An object with more bad stretches than maxBad is not read further, and
// its rest is one stretch.
const (
	maxBadText  = 16 << 20 // of one stretch
	maxBadTexts = 64 << 20 // of all
	maxBad      = 200_000
)

// bad notes the stretch [from, to) of the window.
func (d *Decoder) bad(from, to int, reason string) {
	d.report.Bad = append(d.report.Bad, Bad{Offset: d.base + int64(from), Reason: reason})
	d.extend(from, to)
}

// extend makes the last bad stretch longer by [from, to) of the window, which follows it.
func (d *Decoder) extend(from, to int) {
	b := &d.report.Bad[len(d.report.Bad)-1]
	room := min(maxBadText-len(b.Text), maxBadTexts-d.badBytes)
	kept := d.buf[from : from+min(to-from, room)]
	b.Length += int64(to - from)
	d.badBytes += len(kept)
	if b.Text == nil {
		b.Text = bytes.Clone(kept)
	} else {
		b.Text = append(b.Text, kept...)
	}
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

// skipAll notes all that is left of the object as one bad stretch.
func (d *Decoder) skipAll(reason string) error {
	d.bad(d.pos, len(d.buf), reason)
	for {
		d.pos = len(d.buf)
		if err := d.fill(); err != nil {
			return err
		}
		d.extend(d.pos, len(d.buf))
	}
}
