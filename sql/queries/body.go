package queries

import "strings"

// body checks the statement below the header, which starts on line first, and keeps it.
func (p *parser) body(sql string, first int) {
	complain := func(at int, format string, args ...any) {
		p.complain(first+strings.Count(sql[:at], "\n"), format, args...)
	}
	tokens, bad := lex(sql)
	if bad != nil {
		complain(bad.at, "%s", bad.why)
		return
	}
	var code []token
	for _, t := range tokens {
		switch {
		case t.kind != comment:
			code = append(code, t)
		case headerLine(t.in(sql)):
			complain(t.start, "header line below the header")
		}
	}
	end := len(sql)
	for i, t := range tokens {
		if t.in(sql) != ";" {
			continue
		}
		end = t.start
		if i+1 < len(tokens) {
			complain(tokens[i+1].start, "text after the closing semicolon: a query is one statement")
		}
		break
	}
	switch {
	case len(code) == 0:
		complain(0, "file holds no query")
	case !oneOf(code[0].in(sql), "SELECT", "WITH"):
		complain(code[0].start, "query does not start with SELECT or WITH")
	}
	p.placeholders(sql, code, complain)
	p.query.SQL = strings.TrimSpace(sql[:end])
}

// placeholders holds the statement and the declared parameters against each other.
func (p *parser) placeholders(sql string, code []token, complain func(at int, format string, args ...any)) {
	used, tested := make(map[string]bool), make(map[string]bool)
	for i, t := range code {
		if t.kind != placeholder {
			continue
		}
		name := t.in(sql)[1:]
		if _, ok := p.declared[name]; !ok {
			complain(t.start, "parameter %q is used but not declared%s", name, didYouMean(p.query.nearestParam(name)))
		}
		if !apart(sql, t) {
			complain(t.start, "placeholder :%s touches what is beside it: put spaces around it", name)
		}
		used[name] = true
		if i+1 < len(code) && oneOf(code[i+1].in(sql), "IS") {
			tested[name] = true
		}
	}
	for _, param := range p.query.Params {
		line := p.declared[param.Name]
		switch {
		case !used[param.Name]:
			p.complain(line, "parameter %q is declared but never used", param.Name)
		case param.Nullable && !tested[param.Name]:
			// Left out, it would be compared with NULL and quietly empty the answer.
			p.complain(line, "parameter %q is nullable but never tested with :%[1]s IS NULL", param.Name)
		}
	}
}

// apart reports whether a literal in place of t stays a token of its own: beside a quote, a word or a sign it might not.
func apart(sql string, t token) bool {
	const free = " \t\n()[],=<>;"
	return (t.start == 0 || strings.IndexByte(free, sql[t.start-1]) >= 0) &&
		(t.end == len(sql) || strings.IndexByte(free, sql[t.end]) >= 0)
}

func headerLine(comment string) bool {
	m := keyLine.FindStringSubmatch(comment)
	return m != nil && oneOf(m[1], "title", "about", "param", "tags")
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if strings.EqualFold(s, w) {
			return true
		}
	}
	return false
}
