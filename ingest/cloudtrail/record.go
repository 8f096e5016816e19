package cloudtrail

import (
	"encoding/binary"
	"unicode/utf8"
)

// recordParser turns one record's JSON into one row in a single pass.
type recordParser struct {
	scanner
	batch *Batch
	row   int
	rest  []byte // the overlay being built: what the columns cannot hold
	// original says why the row alone cannot rebuild the record; empty when it can.
	original string
	// markers counts the keys that only a CloudTrail record has; foldedMarkers those of them in another case.
	markers, foldedMarkers int
}

// The reasons for which a record is kept whole.
const (
	whyUTF8      = "invalid UTF-8"
	whySurrogate = "lone surrogate"
	whyDuplicate = "duplicate key"
	whyCase      = "key in another case"
	whyEnvelope  = "envelope"
)

// outcome says what an appended object turned out to be.
type outcome uint8

const (
	isRecord     outcome = iota // a row was added
	isAggregated                // an aggregated record: nothing was added
	isOther                     // JSON, but no CloudTrail record: nothing was added
)

// append parses the object at the start of data and, if it is a record, adds it as a row. n is its length; after bad, the offset
// of the error. But for isRecord with ok, the batch is as it was. anyCase takes keys in any case as a record's.
func (b *Batch) append(data []byte, from *Provenance, position int32, anyCase bool) (n int, is outcome, st status) {
	p := &b.parse
	arena, resources, web := len(b.Arena), len(b.Resources.Fields[0]), len(b.Web.Fields[0])
	p.scanner = scanner{b: data, stack: p.stack}
	p.row = b.newRow()
	p.rest = p.rest[:0]
	p.original, p.markers, p.foldedMarkers = "", 0, 0

	st = p.object(schema, true)
	is = p.classify(from, anyCase)
	if st != ok || is != isRecord {
		b.truncate(arena, resources, web)
		return p.i, is, st
	}
	raw := data[:p.i]
	if !utf8.Valid(raw) {
		p.original = whyUTF8
		p.repairUTF8(arena)
	}
	b.finish(raw, from, position)
	return p.i, isRecord, ok
}

func (p *recordParser) classify(from *Provenance, anyCase bool) outcome {
	if p.markers == 0 && !(anyCase && p.foldedMarkers >= 2) {
		return isOther
	}
	b, r := p.batch, p.row
	if from.Name.Kind == KindAggregated || string(b.textAt(slotEventCategory, r)) == "Aggregated" {
		return isAggregated
	}
	return isRecord
}

// finish completes the row with what only the end of the record tells.
func (b *Batch) finish(raw []byte, from *Provenance, position int32) {
	p, r := &b.parse, b.Rows
	if len(p.rest) > 0 {
		off := len(b.Arena)
		b.Arena = append(b.Arena, '{')
		b.Arena = append(b.Arena, p.rest...)
		b.Arena = append(b.Arena, '}')
		b.Rest[r] = b.from(off)
	}
	if p.original != "" {
		b.Originals = append(b.Originals, Original{Row: r, Body: append([]byte(nil), raw...), Reason: p.original})
	}
	b.Kind[r] = from.Name.Kind
	if b.Kind[r] == KindUnknown {
		b.Kind[r] = kindOfCategory(b.textAt(slotEventCategory, r), b.textAt(slotEventType, r))
	}
	b.Position[r] = position
	b.Resources.End[r] = int32(len(b.Resources.Fields[0]))
	b.Web.End[r] = int32(len(b.Web.Fields[0]))
	b.addToRun(from, r)
	b.Rows++
}

// textAt returns the text of a slot in a row; nil when it is absent.
func (b *Batch) textAt(slot, row int) []byte {
	s := b.Texts[slot][row]
	if s.IsNull() {
		return nil
	}
	return b.Text(s)
}

// repairUTF8 makes what the record left in the arena valid UTF-8, as DuckDB demands, length unchanged: every
// byte that is not becomes '?'. The record itself is kept whole beside its row.
func (p *recordParser) repairUTF8(arena int) {
	repair(p.batch.Arena[arena:])
	repair(p.rest)
}

func repair(text []byte) {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			text[i] = '?'
		}
		i += n
	}
}

// object parses an object with known fields. top marks the record itself, as opposed to a Struct in it.
func (p *recordParser) object(o *object, top bool) status {
	if st := p.space(); st != ok {
		return st
	}
	if p.b[p.i] != '{' {
		return p.fail("expected an object")
	}
	p.i++
	if st := p.space(); st != ok {
		return st
	}
	if p.b[p.i] == '}' {
		p.i++
		return ok
	}
	var seen uint64
	for next := 0; ; {
		key, st := p.key()
		if st != ok {
			return st
		}
		if st := p.space(); st != ok {
			return st
		}
		i := o.find(key, next)
		if i >= 0 {
			if top && o.fields[i].marker {
				p.markers++
			}
		} else if i = o.findFolded(key); i >= 0 {
			p.original = whyCase
			if top && o.fields[i].marker {
				p.foldedMarkers++
			}
		}
		if i >= 0 {
			if seen&(1<<i) != 0 {
				p.original = whyDuplicate
				p.forget(o, i)
			}
			seen |= 1 << i
			st = p.field(o, i, top)
			next = i + 1
		} else {
			st = p.unknown(key)
		}
		if st != ok {
			return st
		}
		if st := p.space(); st != ok {
			return st
		}
		switch p.b[p.i] {
		case ',':
			p.i++
		case '}':
			p.i++
			return ok
		default:
			return p.fail("expected a comma or a closing brace")
		}
	}
}

// forget clears a top-level field before its key's second value is read: the last one counts, as in most JSON parsers.
func (p *recordParser) forget(o *object, i int) {
	f := &o.fields[i]
	switch f.Type {
	case Text, JSON:
		p.batch.Texts[f.Slot][p.row] = Null
	case Bool:
		p.batch.Bools[f.Slot][p.row] = -1
	case Time:
		p.batch.HasTime[p.row] = false
	case UUID:
		p.batch.HasID[p.row] = false
	}
}

// unknown puts a key that has no column, and its value, into the overlay.
func (p *recordParser) unknown(key []byte) status {
	start := p.i
	if st := p.value(); st != ok {
		return st
	}
	p.overlay(key, p.b[start:p.i])
	return ok
}

// overlay notes that the record says value under key, in the object being parsed.
func (p *recordParser) overlay(key, value []byte) {
	if len(p.rest) > 0 && p.rest[len(p.rest)-1] != '{' {
		p.rest = append(p.rest, ',')
	}
	p.rest = append(p.rest, '"')
	p.rest = append(p.rest, key...)
	p.rest = append(p.rest, '"', ':')
	p.rest = appendCompact(p.rest, value)
}

// field parses the value of a known field into its column.
func (p *recordParser) field(o *object, i int, top bool) status {
	f := &o.fields[i]
	switch f.Type {
	case Text:
		return p.text(f, top)
	case JSON:
		return p.json(f)
	case Struct:
		return p.nested(f, o.nested[i], top)
	case List:
		return p.resources(f)
	case Map:
		return p.webAttributes(f)
	}
	return p.typed(f)
}

// null notes a JSON null: as a bit for a top-level field, in the overlay for a nested one. NULL in a column alone says
// absent.
func (p *recordParser) null(f *Field, top bool, value []byte) {
	if top {
		p.batch.Nulls[p.row] |= 1 << f.null
		return
	}
	p.overlay([]byte(f.JSON), value)
}

// text parses a field that ought to be a string. Another value gives the text that Hive's SerDe gives, and stays in the overlay.
func (p *recordParser) text(f *Field, top bool) status {
	if p.b[p.i] == '"' {
		span, st := p.stringSpan()
		p.batch.Texts[f.Slot][p.row] = span
		return st
	}
	value, st := p.raw()
	if st != ok {
		return st
	}
	if value[0] == 'n' {
		p.null(f, top, value)
		return ok
	}
	p.overlay([]byte(f.JSON), value)
	p.batch.Texts[f.Slot][p.row] = p.compact(value)
	return ok
}

// stringSpan parses the string at the cursor and puts its text into the arena.
func (p *recordParser) stringSpan() (Span, status) {
	raw, escapes, st := p.str()
	if st != ok {
		return Null, st
	}
	if !escapes {
		return p.batch.put(raw), ok
	}
	off := len(p.batch.Arena)
	var intact bool
	p.batch.Arena, intact = appendUnescaped(p.batch.Arena, raw)
	if !intact {
		p.original = whySurrogate
	}
	return p.batch.from(off), ok
}

// raw passes over one value and returns its bytes.
func (p *recordParser) raw() ([]byte, status) {
	start := p.i
	st := p.value()
	return p.b[start:p.i], st
}

func (p *recordParser) compact(value []byte) Span {
	off := len(p.batch.Arena)
	p.batch.Arena = appendCompact(p.batch.Arena, value)
	return p.batch.from(off)
}

// json parses a field that ought to be an object and is held as text. A string there is held as its own text, as Hive
// does, and stays in the overlay, since that text may itself look like JSON.
func (p *recordParser) json(f *Field) status {
	start := p.i
	if p.b[p.i] == '"' {
		span, st := p.stringSpan()
		if st == ok {
			p.batch.Texts[f.Slot][p.row] = span
			p.overlay([]byte(f.JSON), p.b[start:p.i])
		}
		return st
	}
	spaced, escaped := p.spaced, p.escaped
	p.spaced, p.escaped = false, false
	value, st := p.raw()
	if st != ok {
		return st
	}
	switch {
	case value[0] == 'n':
		p.batch.Nulls[p.row] |= 1 << f.null
	case p.spaced || p.escaped:
		p.batch.Texts[f.Slot][p.row] = p.compact(value)
	default:
		p.batch.Texts[f.Slot][p.row] = p.batch.put(value)
	}
	p.spaced, p.escaped = spaced, escaped
	return ok
}

// nested parses a Struct.
func (p *recordParser) nested(f *Field, o *object, top bool) status {
	if p.b[p.i] != '{' {
		value, st := p.raw()
		if st != ok {
			return st
		}
		if value[0] == 'n' {
			p.null(f, top, value)
		} else {
			p.overlay([]byte(f.JSON), value)
		}
		return ok
	}
	p.batch.Present[o.slot][p.row] = true
	before := len(p.rest)
	if before > 0 && p.rest[before-1] != '{' {
		p.rest = append(p.rest, ',')
	}
	p.rest = append(p.rest, '"')
	p.rest = append(p.rest, f.JSON...)
	p.rest = append(p.rest, `":{`...)
	inside := len(p.rest)
	st := p.object(o, false)
	if len(p.rest) == inside {
		p.rest = p.rest[:before]
	} else {
		p.rest = append(p.rest, '}')
	}
	return st
}

// typed parses a field that is held in a type of its own. A value that the type cannot say again, byte for byte as
// text, stays in the overlay.
func (p *recordParser) typed(f *Field) status {
	value, st := p.raw()
	if st != ok {
		return st
	}
	b, r := p.batch, p.row
	if value[0] == 'n' {
		p.null(f, true, value)
		return ok
	}
	exact := false
	switch f.Type {
	case Bool:
		b.Bools[f.Slot][r], exact = parseBool(value)
	case Time:
		b.Time[r], b.HasTime[r] = ParseTime(unquote(value))
		exact = b.HasTime[r]
	case UUID:
		b.ID[r], b.HasID[r] = ParseUUID(unquote(value))
		exact = b.HasID[r]
	}
	if !exact {
		p.overlay([]byte(f.JSON), value)
	}
	return ok
}

// unquote returns what is between the quotes of a JSON string, or nil when value is no string.
func unquote(value []byte) []byte {
	if value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// parseBool accepts the strings "true" and "false" too, which some tools write; only the literals are exact.
func parseBool(value []byte) (v int8, exact bool) {
	switch string(value) {
	case "true":
		return 1, true
	case "false":
		return 0, true
	case `"true"`:
		return 1, false
	case `"false"`:
		return 0, false
	}
	return -1, false
}

// ParseUUID parses the form that CloudTrail writes: 36 characters, lower case.
func ParseUUID(text []byte) (id [16]byte, valid bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	n := 0
	for i := 0; i < 36; i += 2 {
		if text[i] == '-' {
			i++
		}
		hi, lo := hexValue(text[i]), hexValue(text[i+1])
		if hi > 15 || lo > 15 {
			return id, false
		}
		id[n] = hi<<4 | lo
		n++
	}
	return id, true
}

func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// Words returns the UUID's halves in the order in which DuckDB holds them.
func Words(id [16]byte) (hi, lo uint64) {
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
}
