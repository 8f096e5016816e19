package cloudtrail

import "bytes"

// maxEnvelopes bounds envelopes within envelopes: a Records wrapper in a string in a capture is three.
const maxEnvelopes = 4

// pair is one key of an object, with its value's bytes.
type pair struct{ key, value []byte }

// unwrap takes a JSON object that is no record: an envelope around some (an answer of LookupEvents, an EventBridge
// event, a capture by a log shipper), a digest file, or a foreign thing. An envelope is kept beside its record.
func (d *Decoder) unwrap(raw []byte) error {
	pairs := pairsOf(raw)
	if d.depth < maxEnvelopes {
		for _, p := range pairs {
			inner, many := envelope(string(p.key), p.value)
			if inner == nil {
				continue
			}
			d.depth++
			err := d.inside(inner, raw, many)
			d.depth--
			return err
		}
	}
	for _, p := range pairs {
		if string(p.key) == "digestS3Object" && d.report.Digest == nil {
			d.report.Digest = bytes.Clone(raw)
			return nil
		}
		if (string(p.key) == "Records" || string(p.key) == "Events") && string(p.value) == "null" {
			return nil
		}
	}
	if n, is, st := d.batch.append(raw, d.from, int32(d.report.Records), true); st == ok && is != isOther {
		return d.accept(raw[:n], is)
	}
	d.badText(raw, "JSON, but no CloudTrail record")
	return nil
}

// envelope returns the records inside a pair's value: an array of them (many), or the bytes of one value. nil
// when the pair holds none.
func envelope(key string, value []byte) (inner []byte, many bool) {
	switch key {
	case "Records", "Events", "logEvents":
		if value[0] == '[' {
			return value, true
		}
	case "detail":
		if value[0] == '{' {
			return value, false
		}
	case "CloudTrailEvent", "_raw", "message", "Message":
		if value[0] == '{' {
			return value, false
		}
		if value[0] == '"' {
			text, _ := appendUnescaped(nil, value[1:len(value)-1])
			if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '{' {
				return text, false
			}
		}
	}
	return nil, false
}

// inside decodes what an envelope holds.
func (d *Decoder) inside(inner, envelope []byte, many bool) error {
	if !many {
		return d.one(inner, envelope)
	}
	for _, element := range elementsOf(inner) {
		if err := d.one(element, nil); err != nil {
			return err
		}
	}
	return nil
}

// one decodes a single value from an envelope, whose bytes are all there.
func (d *Decoder) one(value, envelope []byte) error {
	if d.batch.Full() {
		if err := d.handler.Full(d.batch); err != nil {
			return err
		}
	}
	if value[0] != '{' {
		d.badText(value, "array element that is no object")
		return nil
	}
	before := d.batch.Rows
	n, is, st := d.batch.append(value, d.from, int32(d.report.Records), false)
	if st != ok {
		why := d.batch.parse.why
		if st == short {
			why = "the record does not end"
		}
		d.badText(value, "record in an envelope: "+why)
		return nil
	}
	if rest := bytes.TrimSpace(value[n:]); len(rest) > 0 {
		d.badText(rest, "text behind a record in an envelope")
	}
	if err := d.accept(value[:n], is); err != nil {
		return err
	}
	if envelope != nil && is == isRecord && d.batch.Rows == before+1 {
		d.batch.Originals = append(d.batch.Originals, Original{Row: before, Body: bytes.Clone(envelope), Reason: whyEnvelope})
	}
	return nil
}

// badText notes text that is not a stretch of the window, or no longer at the cursor.
func (d *Decoder) badText(text []byte, reason string) {
	kept := text
	if len(kept) > maxBadText {
		kept = kept[:maxBadText]
	}
	d.report.Bad = append(d.report.Bad, Bad{
		Offset: d.base + int64(d.pos) - int64(len(text)), Length: int64(len(text)), Text: bytes.Clone(kept), Reason: reason,
	})
}

// pairsOf splits an object that has been checked.
func pairsOf(raw []byte) (pairs []pair) {
	s := scanner{b: raw, i: 1}
	for {
		key, st := s.key()
		if st != ok || s.space() != ok {
			return pairs
		}
		start := s.i
		if s.value() != ok {
			return pairs
		}
		pairs = append(pairs, pair{key, raw[start:s.i]})
		if s.space() != ok || raw[s.i] != ',' {
			return pairs
		}
		s.i++
	}
}

// elementsOf splits an array that has been checked.
func elementsOf(raw []byte) (elements [][]byte) {
	s := scanner{b: raw, i: 1}
	for {
		if s.space() != ok || raw[s.i] == ']' {
			return elements
		}
		start := s.i
		if s.value() != ok {
			return elements
		}
		elements = append(elements, raw[start:s.i])
		if s.space() != ok || raw[s.i] != ',' {
			return elements
		}
		s.i++
	}
}
