package cloudtrail

import "bytes"

const maxRecordText = "64 MiB"

// element decodes the value at the cursor: a record, an envelope, or something that is neither.
func (d *Decoder) element() error {
	d.resumed = false
	if d.buf[d.pos] != '{' {
		return d.stray()
	}
	for {
		if d.batch.Full() {
			if err := d.handler.Full(d.batch); err != nil {
				return err
			}
		}
		window := d.buf[d.pos:min(len(d.buf), d.pos+MaxRecord)]
		n, is, st := d.batch.append(window, d.from, int32(d.report.Records), false)
		switch {
		case st == ok:
			d.pos += n
			return d.accept(window[:n], is)
		case st == bad:
			return d.recover(n, d.batch.parse.why)
		case len(window) == MaxRecord:
			return d.recover(n, "record longer than "+maxRecordText)
		}
		if err := d.fill(); err == errEnd {
			return d.cut("the record does not end")
		} else if err != nil {
			return err
		}
	}
}

// accept takes an object that parsed; the cursor is behind it.
func (d *Decoder) accept(raw []byte, is outcome) error {
	if is == isRecord {
		d.learn(raw)
		d.report.Records++
		return nil
	}
	whole := stretch{d.pos - len(raw), d.pos}
	taken, err := false, error(nil)
	if is == isAggregated {
		taken, err = d.aggregated(raw)
	} else {
		d.why = "JSON, but no CloudTrail record"
		taken, err = d.unwrap(piece{raw, whole.from}, whole, nil)
	}
	if err == nil && !taken {
		d.bad(whole.from, whole.to, d.why)
	}
	return err
}

// aggregated hands on the aggregated record that was just parsed. Its table holds text that DuckDB can read, so one that is none
// is not taken.
func (d *Decoder) aggregated(raw []byte) (taken bool, err error) {
	if d.batch.parse.unreadable {
		d.why = "aggregated record with " + d.batch.parse.original
		return false, nil
	}
	a := newAggregated(raw, int32(d.report.Records))
	d.report.Records++
	return true, d.handler.Aggregated(d.from, a)
}

// learn remembers how a good record begins.
func (d *Decoder) learn(raw []byte) {
	if bytes.HasPrefix(raw[1:], d.lead) {
		return
	}
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
		window := d.buf[d.pos:min(len(d.buf), d.pos+MaxRecord)]
		s := scanner{b: window}
		switch st := s.value(); {
		case st == ok:
			d.bad(d.pos, d.pos+s.i, "array element that is no object")
			d.pos += s.i
			return nil
		case st == bad:
			return d.recover(s.i, s.why)
		case len(window) == MaxRecord:
			return d.recover(s.i, "array element longer than "+maxRecordText)
		}
		if err := d.fill(); err == errEnd {
			return d.cut("the array element does not end")
		} else if err != nil {
			return err
		}
	}
}
