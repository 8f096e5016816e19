package render

import (
	"strconv"
	"strings"
)

type kind uint8

const (
	kindOther kind = iota // the value's Go type decides
	kindText
	kindNumber
	kindDecimal
	kindDate
	kindTime
	kindTimeTZ
	kindTimestamp
	kindTimestampTZ
	kindInterval
	kindUUID
	kindJSON
	kindList
	kindStruct
	kindMap
	kindUnion
)

// shape is what a type's name tells about a value that its Go type does not: which form a time has, the scale of a
// decimal, and the order of a struct's fields.
type shape struct {
	kind  kind
	scale int      // of a decimal
	names []string // of the fields of a struct, or the members of a union
	parts []*shape // of the fields or members; of a list's elements; of a map's keys and values
}

// part is the shape of the i-th part, or that of nothing in particular.
func (s *shape) part(i int) *shape {
	if i < len(s.parts) {
		return s.parts[i]
	}
	return &shape{}
}

// parseShape reads a DuckDB type name, such as STRUCT("type" VARCHAR, "tags" VARCHAR[]). A name that it does not
// understand gives a shape without kind: values are shown all the same.
func parseShape(name string) *shape {
	p := shapeParser{rest: name}
	s := p.parse()
	if p.failed || strings.TrimSpace(p.rest) != "" {
		return &shape{}
	}
	return s
}

type shapeParser struct {
	rest   string
	failed bool
}

func (p *shapeParser) parse() *shape {
	end := strings.IndexAny(p.rest, "()[],")
	if end < 0 {
		end = len(p.rest)
	}
	base := strings.ToUpper(strings.TrimSpace(p.rest[:end]))
	p.rest = p.rest[end:]
	s := &shape{kind: kindOf(base)}
	if p.skip('(') {
		p.arguments(s)
	}
	for !p.failed && p.skip('[') {
		size := strings.IndexByte(p.rest, ']')
		if size < 0 {
			p.failed = true
			break
		}
		p.rest = p.rest[size+1:]
		s = &shape{kind: kindList, parts: []*shape{s}}
	}
	return s
}

// arguments reads what stands in a type's parentheses, and the closing one.
func (p *shapeParser) arguments(s *shape) {
	switch s.kind {
	case kindStruct, kindUnion, kindMap:
		p.members(s)
	case kindDecimal:
		s.scale = p.decimalScale()
	default:
		p.failed = true
	}
}

func (p *shapeParser) members(s *shape) {
	for !p.failed {
		if s.kind != kindMap {
			s.names = append(s.names, p.fieldName())
		}
		s.parts = append(s.parts, p.parse())
		if p.skip(')') {
			return
		}
		if !p.skip(',') {
			p.failed = true
		}
	}
}

func (p *shapeParser) decimalScale() int {
	inner, rest, ok := strings.Cut(p.rest, ")")
	_, digits, _ := strings.Cut(inner, ",")
	scale, err := strconv.Atoi(strings.TrimSpace(digits))
	if !ok || err != nil || scale < 0 {
		p.failed = true
		return 0
	}
	p.rest = rest
	return scale
}

// fieldName reads a name, quoted or bare, and the blank after it.
func (p *shapeParser) fieldName() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	if !strings.HasPrefix(p.rest, `"`) {
		name, rest, ok := strings.Cut(p.rest, " ")
		p.rest, p.failed = rest, p.failed || !ok
		return name
	}
	var name strings.Builder
	for i := 1; i < len(p.rest); i++ {
		if p.rest[i] != '"' {
			name.WriteByte(p.rest[i])
			continue
		}
		if strings.HasPrefix(p.rest[i+1:], `"`) {
			name.WriteByte('"')
			i++
			continue
		}
		p.rest = p.rest[i+1:]
		return name.String()
	}
	p.failed = true
	return ""
}

// skip moves past c, if c comes next.
func (p *shapeParser) skip(c byte) bool {
	rest := strings.TrimLeft(p.rest, " ")
	if rest == "" || rest[0] != c {
		return false
	}
	p.rest = rest[1:]
	return true
}

func kindOf(base string) kind {
	switch base {
	case "VARCHAR", "ENUM":
		return kindText
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
		"UHUGEINT", "BIGNUM", "FLOAT", "DOUBLE":
		return kindNumber
	case "DECIMAL":
		return kindDecimal
	case "DATE":
		return kindDate
	case "TIME":
		return kindTime
	case "TIMETZ", "TIME WITH TIME ZONE":
		return kindTimeTZ
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return kindTimestamp
	case "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE":
		return kindTimestampTZ
	case "INTERVAL":
		return kindInterval
	case "UUID":
		return kindUUID
	case "JSON":
		return kindJSON
	case "STRUCT":
		return kindStruct
	case "MAP":
		return kindMap
	case "UNION":
		return kindUnion
	default:
		return kindOther
	}
}

// numeric columns are aligned to the right.
func (s *shape) numeric() bool { return s.kind == kindNumber || s.kind == kindDecimal }

func (s *shape) temporal() bool { return s.kind >= kindDate && s.kind <= kindTimestampTZ }
