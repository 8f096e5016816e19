package cloudtrail

import "bytes"

// maxEnvelopes bounds envelopes within envelopes: a Records wrapper in a string in a capture is three.
const maxEnvelopes = 4

// stretch is a part of the window.
type stretch struct{ from, to int }

// piece is a JSON value that was found inside another.
type piece struct {
	text []byte
	at   int // its offset in the window; -1 when it was inside a string and stands nowhere as it is
}

// part returns the piece [from, to) of p.
func (p piece) part(from, to int) piece {
	if p.at < 0 {
		return piece{p.text[from:to], -1}
	}
	return piece{p.text[from:to], p.at + from}
}

// unwrap takes a JSON object that is no record: an envelope around some (an answer of LookupEvents, an EventBridge
// event, a capture by a log shipper), a digest file, or a foreign thing, which it does not take. whole is the stretch of the window that p is
// or comes from; outer is the envelope that is to be kept beside p's record.
func (d *Decoder) unwrap(p piece, whole stretch, outer []byte) (taken bool, err error) {
	pairs := pairsOf(p)
	if d.depth < maxEnvelopes {
		d.depth++
		defer func() { d.depth-- }()
		if taken, err = d.unwrapArrays(pairs, whole); taken || err != nil {
			return taken, err
		}
		if outer == nil {
			outer = p.text
		}
		if taken, err = d.unwrapSingle(pairs, whole, outer); taken || err != nil {
			return taken, err
		}
	}
	for _, pair := range pairs {
		if string(pair.key) == "digestS3Object" && d.report.Digest == nil {
			d.report.Digest = bytes.Clone(p.text)
			return true, nil
		}
	}
	return d.take(p, whole, nil, true)
}

// unwrapArrays decodes every array of records among the pairs of an envelope.
func (d *Decoder) unwrapArrays(pairs []pair, whole stretch) (taken bool, err error) {
	for _, pair := range pairs {
		if !holdsRecords(pair.key) || pair.value.text[0] != '[' {
			continue
		}
		taken = true
		for _, element := range elementsOf(pair.value) {
			own := whole
			if element.at >= 0 {
				own = stretch{element.at, element.at + len(element.text)}
			}
			switch is, err := d.one(element, own, nil); {
			case err != nil:
				return true, err
			case !is:
				d.badOnce(own)
			}
		}
	}
	return taken, nil
}

// unwrapSingle decodes the record inside an envelope, which is kept beside it.
func (d *Decoder) unwrapSingle(pairs []pair, whole stretch, envelope []byte) (taken bool, err error) {
	for _, pair := range pairs {
		inner, found := enveloped(pair)
		if !found {
			continue
		}
		if taken, err = d.one(inner, whole, envelope); taken || err != nil {
			return taken, err
		}
	}
	return false, nil
}

// enveloped returns the object that a pair of an envelope holds, as it is or as text.
func enveloped(p pair) (inner piece, found bool) {
	value := p.value.text
	switch string(p.key) {
	case "CloudTrailEvent", "_raw", "message", "Message":
		if value[0] == '"' {
			text, _ := appendUnescaped(nil, value[1:len(value)-1])
			inner = piece{bytes.TrimSpace(text), -1}
			return inner, len(inner.text) > 0 && inner.text[0] == '{'
		}
		fallthrough
	case "detail":
		return p.value, value[0] == '{'
	}
	return piece{}, false
}

// one decodes a value that is all there.
func (d *Decoder) one(p piece, whole stretch, envelope []byte) (taken bool, err error) {
	if p.text[0] != '{' {
		d.why = "array element that is no object"
		return false, nil
	}
	d.why = "JSON, but no CloudTrail record"
	return d.take(p, whole, envelope, false)
}

// take adds the record that p is, or those inside it, if any.
func (d *Decoder) take(p piece, whole stretch, envelope []byte, anyCase bool) (taken bool, err error) {
	if d.batch.Full() {
		if err := d.handler.Full(d.batch); err != nil {
			return false, err
		}
	}
	n, is, st := d.batch.append(p.text, d.from, int32(d.report.Records), anyCase)
	switch {
	case st == short:
		d.why = "record in an envelope that does not end"
		return false, nil
	case st == bad:
		d.why = "record in an envelope: " + d.batch.parse.why
		return false, nil
	case is == isOther && anyCase:
		return false, nil
	case is == isOther:
		taken, err = d.unwrap(p.part(0, n), whole, envelope)
	case is == isAggregated:
		taken, err = d.aggregated(p.text[:n])
	default:
		taken = true
		d.report.Records++
		if envelope != nil {
			d.batch.keep(Original{Row: d.batch.Rows - 1, Body: bytes.Clone(envelope), Reason: whyEnvelope})
		}
	}
	if taken && err == nil && len(bytes.TrimSpace(p.text[n:])) > 0 {
		d.why = "text behind a record in an envelope"
		d.badOnce(whole)
	}
	return taken, err
}

// badOnce notes a stretch unless it is what was noted last: several values in one string are in one stretch.
func (d *Decoder) badOnce(s stretch) {
	if n := len(d.report.Bad); n > 0 {
		last := &d.report.Bad[n-1]
		if last.Offset == d.base+int64(s.from) && last.Length == int64(s.to-s.from) {
			return
		}
	}
	d.bad(s.from, s.to, d.why)
}

// pair is a key of an object, as it stands between its quotes, and its value.
type pair struct {
	key   []byte
	value piece
}

// pairsOf splits an object that has been checked.
func pairsOf(p piece) (pairs []pair) {
	s := scanner{b: p.text, i: 1}
	for {
		key, st := s.key()
		if st != ok || s.space() != ok {
			return pairs
		}
		start := s.i
		if s.value() != ok {
			return pairs
		}
		pairs = append(pairs, pair{key, p.part(start, s.i)})
		if s.space() != ok || s.b[s.i] != ',' {
			return pairs
		}
		s.i++
	}
}

// elementsOf splits an array that has been checked.
func elementsOf(p piece) (elements []piece) {
	s := scanner{b: p.text, i: 1}
	for {
		if s.space() != ok || s.b[s.i] == ']' {
			return elements
		}
		start := s.i
		if s.value() != ok {
			return elements
		}
		elements = append(elements, p.part(start, s.i))
		if s.space() != ok || s.b[s.i] != ',' {
			return elements
		}
		s.i++
	}
}
