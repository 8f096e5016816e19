package cloudtrail

import (
	"bytes"
	"unicode/utf8"
)

// recordParser turns one record's JSON into one row in a single pass.
type recordParser struct {
	scanner
	batch *Batch
	row   int
	rest  []byte // the overlay being built: what the columns cannot hold
	name  []byte // a key without its escapes
	// original says why the row alone cannot rebuild the record; empty when it can. unreadable says that DuckDB could not
	// read the record's own text.
	original   string
	unreadable bool
	// markers counts the keys that only a CloudTrail record has; foldedMarkers those of them in another case.
	markers, foldedMarkers int
	// follows holds, for each object and field, which field came next the last time: CloudTrail writes its keys in one order.
	follows [structs + 1][maxFields + 1]uint8
}

// The reasons for which a record is kept whole.
const (
	whyUTF8      = "invalid UTF-8"
	whySurrogate = "lone surrogate"
	whyDuplicate = "duplicate key"
	whyCase      = "key in another case"
	whyDeep      = "nested too deep"
	whyEnvelope  = "envelope"
)

// outcome says what an appended object turned out to be.
type outcome uint8

const (
	isRecord     outcome = iota // a row was added
	isAggregated                // an aggregated record: nothing was added
	isOther                     // JSON, but no CloudTrail record: nothing was added
)

// append parses the object at the start of data and, if it is a record, adds it as a row. n is its length; without ok, how far it
// is sound. But for isRecord with ok, the batch is as it was. anyCase takes keys in any case as a record's.
func (b *Batch) append(data []byte, from *Provenance, position int32, anyCase bool) (n int, is outcome, st status) {
	p := &b.parse
	arena, resources, web := len(b.Arena), len(b.Resources.Fields[0]), len(b.Web.Fields[0])
	p.scanner = scanner{b: data, stack: p.stack}
	p.row = b.newRow()
	p.rest = p.rest[:0]
	p.original, p.unreadable, p.markers, p.foldedMarkers = "", false, 0, 0

	st = p.object(schema, true)
	raw := data[:p.i]
	valid := st != ok || utf8.Valid(raw)
	if !valid {
		p.original, p.unreadable = whyUTF8, true
	}
	is = p.classify(from, anyCase)
	if st != ok || is != isRecord {
		b.truncate(arena, resources, web)
		return p.i, is, st
	}
	if !valid {
		p.repairUTF8(resources, web)
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

// keepWhole notes that the row cannot rebuild the record.
func (p *recordParser) keepWhole(why string) {
	if p.original == "" {
		p.original = why
	}
	p.unreadable = p.unreadable || why == whySurrogate || why == whyDeep
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
		b.keep(Original{Row: r, Body: bytes.Clone(raw), Reason: p.original})
	}
	switch b.Kind[r] = from.Name.Kind; b.Kind[r] {
	case KindTrail, KindInsight, KindNetworkActivity:
	default:
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

// repairUTF8 makes every text of the row valid UTF-8, as DuckDB demands, length unchanged. The record itself is kept whole beside
// its row. Each text is repaired by itself: the end of one and the start of the next could make a character.
func (p *recordParser) repairUTF8(resources, web int) {
	b := p.batch
	for i := range b.Texts {
		b.repair(b.Texts[i][p.row])
	}
	for i := range b.Resources.Fields {
		for _, s := range b.Resources.Fields[i][resources:] {
			b.repair(s)
		}
	}
	for i := range b.Web.Fields[:webFields] {
		for _, s := range b.Web.Fields[i][web:] {
			b.repair(s)
		}
	}
	repair(p.rest)
}

func (b *Batch) repair(s Span) {
	if !s.IsNull() {
		repair(b.Text(s))
	}
}

// repair puts '?' for every byte that is no UTF-8.
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
	p.i++
	if st := p.space(); st != ok {
		return st
	}
	if p.b[p.i] == '}' {
		p.i++
		return ok
	}
	var seen uint64
	follows := &p.follows[o.slot]
	for last := 0; ; {
		key, st := p.key()
		if st != ok {
			return st
		}
		if st := p.space(); st != ok {
			return st
		}
		i, folded := int(follows[last]), false
		if string(key) != o.fields[i].JSON {
			if i = o.find(key); i < 0 {
				i, folded = p.lookHarder(o, key, seen)
			}
			follows[last] = uint8(max(i, 0))
		}
		if top && i >= 0 && o.fields[i].marker {
			p.mark(folded)
		}
		if i < 0 {
			st = p.unknown(key)
		} else {
			if seen&(1<<i) != 0 {
				p.keepWhole(whyDuplicate)
				p.forget(o, i, top)
			}
			seen |= 1 << i
			st = p.field(o, i, top)
			last = i + 1
		}
		if st != ok {
			return st
		}
		if done, st := p.more(); st != ok || done {
			return st
		}
	}
}

// more passes over what follows a pair of an object: a comma, or the brace that closes it.
func (p *recordParser) more() (done bool, st status) {
	if st := p.space(); st != ok {
		return false, st
	}
	switch p.b[p.i] {
	case ',':
		p.i++
		return false, ok
	case '}':
		p.i++
		return true, ok
	}
	return false, p.fail("expected a comma or a closing brace")
}

// lookHarder finds the field that a key names which is not spelled as documented: with escapes, or in another case (folded). A
// key in another case beside the documented one is a key of its own, and does not touch the column.
func (p *recordParser) lookHarder(o *object, key []byte, seen uint64) (i int, folded bool) {
	if bytes.IndexByte(key, '\\') >= 0 {
		p.name, _ = appendUnescaped(p.name[:0], key)
		key = p.name
	}
	if i = o.find(key); i >= 0 {
		return i, false
	}
	if i = o.findFolded(key); i < 0 {
		return -1, false
	}
	p.keepWhole(whyCase)
	if seen&(1<<i) != 0 {
		return -1, false
	}
	return i, true
}

func (p *recordParser) mark(folded bool) {
	if folded {
		p.foldedMarkers++
	} else {
		p.markers++
	}
}

// forget clears a field before its key's second value is read: the last one counts, as in most JSON parsers.
func (p *recordParser) forget(o *object, i int, top bool) {
	b, r, f := p.batch, p.row, &o.fields[i]
	if top {
		b.Nulls[r] &^= 1 << f.null
	}
	switch f.Type {
	case Text, JSON:
		b.Texts[f.Slot][r] = Null
	case Bool:
		b.Bools[f.Slot][r] = -1
	case Time:
		b.HasTime[r] = false
	case UUID:
		b.HasID[r] = false
	case List:
		b.HasResources[r] = false
		b.Resources.truncate(b.Resources.start(r))
	case Map:
		b.HasWeb[r] = false
		b.Web.truncate(b.Web.start(r))
	case Struct:
		b.Present[f.Slot][r] = false
		for k := range f.Fields {
			p.forget(o.nested[i], k, false)
		}
	}
}
