package cloudtrail

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

// value is a JSON value as the record spells it.
type value struct {
	text []byte
	// compact says that the text has no white space between tokens and no escape that compact text spells otherwise.
	compact bool
	deep    bool // nested too deep for any column
}

func (v value) isNull() bool { return v.text[0] == 'n' }

// raw passes over one value and returns it.
func (p *recordParser) raw() (value, status) {
	start, deep := p.i, p.deep
	p.spaced, p.escaped = false, false
	st := p.value()
	return value{p.b[start:p.i], !p.spaced && !p.escaped, p.deep > deep}, st
}

// since returns the value that was passed over since start, when deep was p.deep. Its spelling is not known.
func (p *recordParser) since(start, deep int) value {
	return value{p.b[start:p.i], false, p.deep > deep}
}

// spell appends the value's compact text. Of one that is too deep the columns say nothing.
func (p *recordParser) spell(dst []byte, v value) []byte {
	if v.deep {
		p.keepWhole(whyDeep)
		return append(dst, "null"...)
	}
	if v.compact {
		return append(dst, v.text...)
	}
	dst, intact := appendCompact(dst, v.text)
	if !intact {
		p.keepWhole(whySurrogate)
	}
	return dst
}

// put puts the value's compact text into the arena.
func (p *recordParser) put(v value) Span {
	if v.deep {
		p.keepWhole(whyDeep)
		return Null
	}
	off := len(p.batch.Arena)
	p.batch.Arena = p.spell(p.batch.Arena, v)
	return p.batch.from(off)
}

// unknown puts a key that has no column, and its value, into the overlay.
func (p *recordParser) unknown(key []byte) status {
	v, st := p.raw()
	if st != ok {
		return st
	}
	p.nextOverlay()
	p.rest = append(p.rest, '"')
	var intact bool
	if p.rest, intact = appendRespelled(p.rest, key); !intact {
		p.keepWhole(whySurrogate)
	}
	p.rest = append(p.rest, '"', ':')
	p.rest = p.spell(p.rest, v)
	return ok
}

// overlay notes that the record says v under f's key, in the object being parsed.
func (p *recordParser) overlay(f *Field, v value) {
	p.nextOverlay()
	p.overlayKey(f)
	p.rest = p.spell(p.rest, v)
}

// nextOverlay makes room for another pair in the overlay. No value ends in an opening brace.
func (p *recordParser) nextOverlay() {
	if n := len(p.rest); n > 0 && p.rest[n-1] != '{' {
		p.rest = append(p.rest, ',')
	}
}

func (p *recordParser) overlayKey(f *Field) {
	p.rest = append(p.rest, '"')
	p.rest = append(p.rest, f.JSON...)
	p.rest = append(p.rest, '"', ':')
}

// null notes a JSON null: as a bit for a top-level field, in the overlay for a nested one. NULL in a column alone says
// absent.
func (p *recordParser) null(f *Field, top bool, v value) {
	if top {
		p.batch.Nulls[p.row] |= 1 << f.null
		return
	}
	p.overlay(f, v)
}

// odd notes a value that its field's column cannot hold at all.
func (p *recordParser) odd(f *Field, top bool, v value) {
	if v.isNull() {
		p.null(f, top, v)
		return
	}
	p.overlay(f, v)
}

// text parses a field that ought to be a string. Another value gives the text that Hive's SerDe gives, and stays in the overlay.
func (p *recordParser) text(f *Field, top bool) status {
	if p.b[p.i] == '"' {
		span, st := p.stringSpan()
		p.batch.Texts[f.Slot][p.row] = span
		return st
	}
	v, st := p.raw()
	if st != ok {
		return st
	}
	p.odd(f, top, v)
	if !v.isNull() {
		p.batch.Texts[f.Slot][p.row] = p.put(v)
	}
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
		p.keepWhole(whySurrogate)
	}
	return p.batch.from(off), ok
}

// json parses a field that ought to be an object and is held as text. A string there is held as its own text, as Hive
// does, and stays in the overlay, since that text may itself look like JSON.
func (p *recordParser) json(f *Field) status {
	if start, deep := p.i, p.deep; p.b[start] == '"' {
		span, st := p.stringSpan()
		if st == ok {
			p.batch.Texts[f.Slot][p.row] = span
			p.overlay(f, p.since(start, deep))
		}
		return st
	}
	v, st := p.raw()
	if st != ok {
		return st
	}
	if v.isNull() {
		p.null(f, true, v)
	} else {
		p.batch.Texts[f.Slot][p.row] = p.put(v)
	}
	return ok
}

// nested parses a Struct.
func (p *recordParser) nested(f *Field, o *object, top bool) status {
	if p.b[p.i] != '{' {
		v, st := p.raw()
		if st == ok {
			p.odd(f, top, v)
		}
		return st
	}
	p.batch.Present[o.slot][p.row] = true
	before := len(p.rest)
	p.nextOverlay()
	p.overlayKey(f)
	p.rest = append(p.rest, '{')
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
	v, st := p.raw()
	if st != ok {
		return st
	}
	b, r := p.batch, p.row
	exact := false
	switch f.Type {
	case Bool:
		b.Bools[f.Slot][r], exact = parseBool(v.text)
	case Time:
		b.Time[r], b.HasTime[r] = ParseTime(unquote(v.text))
		exact = b.HasTime[r]
	case UUID:
		b.ID[r], b.HasID[r] = ParseUUID(unquote(v.text))
		exact = b.HasID[r]
	}
	if !exact {
		p.odd(f, true, v)
	}
	return ok
}
