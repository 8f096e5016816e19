package cloudtrail

// resources parses the list of resources. Its plain form, an array of objects with ARN, accountId and type as strings,
// is held as a list; anything else also stays in the overlay.
func (p *recordParser) resources(f *Field) status {
	if p.b[p.i] != '[' {
		value, st := p.raw()
		if st != ok {
			return st
		}
		if value[0] == 'n' {
			p.null(f, true, value)
		} else {
			p.overlay([]byte(f.JSON), value)
		}
		return ok
	}
	start, plain := p.i, true
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
		p.overlay([]byte(f.JSON), p.b[start:p.i])
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
		if len(key) == len(fields[i].JSON) && foldKey(key) == fields[i].Column {
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
		if st := p.space(); st != ok {
			return false, st
		}
		switch p.b[p.i] {
		case ',':
			p.i++
		case '}':
			p.i++
			return plain, ok
		default:
			return false, p.fail("expected a comma or a closing brace")
		}
	}
}

// webAttributes parses webIdFederationData.attributes, a map of strings.
func (p *recordParser) webAttributes(f *Field) status {
	if p.b[p.i] != '{' {
		value, st := p.raw()
		if st == ok {
			p.overlay([]byte(f.JSON), value)
		}
		return st
	}
	web, start := &p.batch.Web, p.i
	first := len(web.Fields[0])
	p.batch.HasWeb[p.row] = true
	plain, st := p.pairs(func(key []byte) (bool, status) {
		off := len(p.batch.Arena)
		text, intact := appendUnescaped(p.batch.Arena, key)
		p.batch.Arena = text
		name := p.batch.from(off)
		for _, other := range web.Fields[0][first:] {
			if string(p.batch.Text(other)) == string(p.batch.Text(name)) {
				p.original = whyDuplicate // DuckDB's MAP holds a key once
				_, st := p.raw()
				return true, st
			}
		}
		var value Span
		var st status
		isString := p.b[p.i] == '"'
		if isString {
			value, st = p.stringSpan()
		} else {
			var raw []byte
			if raw, st = p.raw(); st == ok && raw[0] == 'n' {
				value = Null
			} else if st == ok {
				value = p.compact(raw)
			}
		}
		if st == ok {
			web.Fields[0] = append(web.Fields[0], name)
			web.Fields[1] = append(web.Fields[1], value)
		}
		return isString && intact, st
	})
	if st == ok && !plain {
		p.overlay([]byte(f.JSON), p.b[start:p.i])
	}
	return st
}
