package cloudtrail

// resources parses the list of resources. Its plain form, an array of objects with ARN, accountId and type as strings,
// is held as a list; anything else also stays in the overlay.
func (p *recordParser) resources(f *Field) status {
	if p.b[p.i] != '[' {
		v, st := p.raw()
		if st == ok {
			p.odd(f, true, v)
		}
		return st
	}
	start, deep, plain := p.i, p.deep, true
	p.batch.HasResources[p.row] = true
	p.i++
	if st := p.space(); st != ok {
		return st
	}
	if p.b[p.i] == ']' {
		p.i++
		return ok
	}
	for {
		elementPlain, st := p.resource(f)
		if st != ok {
			return st
		}
		plain = plain && elementPlain
		if st := p.space(); st != ok {
			return st
		}
		if p.b[p.i] == ',' {
			p.i++
			continue
		}
		if p.b[p.i] != ']' {
			return p.fail("expected a comma or a closing bracket")
		}
		p.i++
		break
	}
	if !plain {
		p.overlay(f, p.since(start, deep))
	}
	return ok
}

// resource parses one element into a new child row.
func (p *recordParser) resource(f *Field) (plain bool, st status) {
	if st := p.space(); st != ok {
		return false, st
	}
	child := &p.batch.Resources
	at := len(child.Fields[0])
	for i := range child.Fields {
		child.Fields[i] = append(child.Fields[i], Null)
	}
	if p.b[p.i] != '{' {
		_, st := p.raw()
		return false, st
	}
	return p.pairs(func(key []byte) (bool, status) {
		i := fieldOf(f.Fields, key)
		if i < 0 || p.b[p.i] != '"' {
			_, st := p.raw()
			return false, st
		}
		span, st := p.stringSpan()
		first := child.Fields[i][at].IsNull()
		child.Fields[i][at] = span
		return first && string(key) == f.Fields[i].JSON, st
	})
}

// fieldOf finds key among fields without regard to case: data events write ARN, some services arn, and Hive's SerDe
// takes both.
func fieldOf(fields []Field, key []byte) int {
	for i := range fields {
		if string(key) == fields[i].JSON {
			return i
		}
	}
	var folded [16]byte
	for i := range fields {
		if len(key) == len(fields[i].JSON) && string(foldKey(folded[:0], key)) == fields[i].Column {
			return i
		}
	}
	return -1
}

// pairs parses an object and calls each with the cursor at a value; each must pass over it and say whether the pair was plain.
func (p *recordParser) pairs(each func(key []byte) (plain bool, st status)) (plain bool, st status) {
	plain = true
	p.i++
	if st := p.space(); st != ok {
		return false, st
	}
	if p.b[p.i] == '}' {
		p.i++
		return true, ok
	}
	for {
		key, st := p.key()
		if st != ok {
			return false, st
		}
		if st := p.space(); st != ok {
			return false, st
		}
		pairPlain, st := each(key)
		if st != ok {
			return false, st
		}
		plain = plain && pairPlain
		if done, st := p.more(); st != ok || done {
			return plain, st
		}
	}
}

// webAttributes parses webIdFederationData.attributes, a map of strings.
func (p *recordParser) webAttributes(f *Field) status {
	if p.b[p.i] != '{' {
		v, st := p.raw()
		if st == ok {
			p.overlay(f, v)
		}
		return st
	}
	start, deep := p.i, p.deep
	first := len(p.batch.Web.Fields[0])
	p.batch.HasWeb[p.row] = true
	plain, st := p.pairs(func(key []byte) (bool, status) { return p.webAttribute(first, key) })
	if st == ok && !plain {
		p.overlay(f, p.since(start, deep))
	}
	return st
}

// maxAttributes bounds the keys that are compared with each other.
const maxAttributes = 256

// webAttribute parses one value of the map whose elements begin at first.
func (p *recordParser) webAttribute(first int, key []byte) (plain bool, st status) {
	web := &p.batch.Web
	off := len(p.batch.Arena)
	var intact bool
	p.batch.Arena, intact = appendUnescaped(p.batch.Arena, key)
	name := p.batch.from(off)
	if p.hasAttribute(first, name) || len(web.Fields[0])-first >= maxAttributes {
		_, st := p.raw()
		return false, st // DuckDB's MAP holds a key once, and the overlay all of them
	}
	value, isString := Null, p.b[p.i] == '"'
	if isString {
		value, st = p.stringSpan()
	} else if v, rawStatus := p.raw(); rawStatus != ok {
		st = rawStatus
	} else if !v.isNull() {
		value = p.put(v)
	}
	if st != ok {
		return false, st
	}
	if !intact {
		p.keepWhole(whySurrogate)
	}
	web.Fields[0] = append(web.Fields[0], name)
	web.Fields[1] = append(web.Fields[1], value)
	return isString && intact, ok
}

func (p *recordParser) hasAttribute(first int, name Span) bool {
	for _, other := range p.batch.Web.Fields[0][first:] {
		if string(p.batch.Text(other)) == string(p.batch.Text(name)) {
			return true
		}
	}
	return false
}
