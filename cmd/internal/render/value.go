package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// appendText appends a value as table, csv and markdown show it. literal reports that its beginning is not for an
// attacker to choose: it is a number, a boolean or JSON. The outermost NULL is the caller's business; an inner one is
// null.
func appendText(dst []byte, v any, s *shape) (_ []byte, literal bool) {
	v, s = unwrap(v, s)
	if isJSON(v, s) {
		return append(dst, valid(string(jsonText(v)))...), true
	}
	p, ok := takeApart(v, s)
	if !ok {
		return appendScalar(dst, v, s)
	}
	opening, closing := byte('{'), byte('}')
	if p.names == nil {
		opening, closing = '[', ']'
	}
	dst = append(dst, opening)
	for i, value := range p.values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if p.names != nil {
			dst = append(dst, p.names[i]...)
			dst = append(dst, '=')
		}
		dst, _ = appendText(dst, value, p.shapes(i))
	}
	return append(dst, closing), false
}

// appendJSON appends the same value with its structure.
func appendJSON(dst []byte, v any, s *shape) []byte {
	v, s = unwrap(v, s)
	if isJSON(v, s) {
		return appendHardened(dst, jsonText(v))
	}
	if text, ok := v.(string); ok {
		return appendQuoted(dst, valid(text))
	}
	p, ok := takeApart(v, s)
	if !ok {
		return appendJSONScalar(dst, v, s)
	}
	opening, closing := byte('{'), byte('}')
	if p.names == nil {
		opening, closing = '[', ']'
	}
	dst = append(dst, opening)
	for i, value := range p.values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if p.names != nil {
			dst = append(appendQuoted(dst, p.names[i]), ':')
		}
		dst = appendJSON(dst, value, p.shapes(i))
	}
	return append(dst, closing)
}

func appendJSONScalar(dst []byte, v any, s *shape) []byte {
	start := len(dst)
	dst, literal := appendScalar(dst, v, s)
	if literal || v == nil {
		return dst
	}
	text := string(dst[start:])
	return appendQuoted(dst[:start], text)
}

// appendScalar appends a value that has no parts. A literal is the same text in JSON, without quotes.
func appendScalar(dst []byte, v any, s *shape) (_ []byte, literal bool) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), false
	case bool:
		return strconv.AppendBool(dst, v), true
	case string:
		return append(dst, valid(v)...), false
	case []byte:
		return appendBytes(dst, v, s), false
	case [16]byte:
		return appendUUID(dst, v[:]), false
	case time.Time:
		return appendMoment(dst, v, s.kind), false
	case float64:
		return appendFloat(dst, v, 64)
	case float32:
		return appendFloat(dst, float64(v), 32)
	case *big.Int:
		return v.Append(dst, 10), true
	}
	if dst, ok := appendInteger(dst, v); ok {
		return dst, true
	}
	return appendForeign(dst, v, s)
}

func appendInteger(dst []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(dst, v, 10), true
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), true
	case int16:
		return strconv.AppendInt(dst, int64(v), 10), true
	case int8:
		return strconv.AppendInt(dst, int64(v), 10), true
	case int:
		return strconv.AppendInt(dst, int64(v), 10), true
	case uint64:
		return strconv.AppendUint(dst, v, 10), true
	case uint32:
		return strconv.AppendUint(dst, uint64(v), 10), true
	case uint16:
		return strconv.AppendUint(dst, uint64(v), 10), true
	case uint8:
		return strconv.AppendUint(dst, uint64(v), 10), true
	case uint:
		return strconv.AppendUint(dst, uint64(v), 10), true
	default:
		return dst, false
	}
}

// valid is a text that every format can carry.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// appendForeign appends a value of a type that only its engine knows.
func appendForeign(dst []byte, v any, s *shape) (_ []byte, literal bool) {
	switch s.kind {
	case kindDecimal:
		return appendDecimal(dst, fmt.Sprint(v), s.scale)
	case kindUUID:
		if id, ok := bytesOf(v); ok {
			return appendUUID(dst, id), false
		}
	case kindInterval:
		if months, days, micros, ok := intervalOf(v); ok {
			return appendInterval(dst, months, days, micros), false
		}
	}
	return append(dst, valid(fmt.Sprint(v))...), false
}

// parts is a value taken apart. A list has no names.
type parts struct {
	names  []string
	values []any
	shapes func(i int) *shape
}

func takeApart(v any, s *shape) (parts, bool) {
	switch v := v.(type) {
	case []any:
		element := &shape{}
		if s.kind == kindList {
			element = s.part(0)
		}
		return parts{values: v, shapes: func(int) *shape { return element }}, true
	case map[string]any:
		return fields(v, s), true
	case nil, string, bool, int64, float64, time.Time, []byte:
		return parts{}, false
	}
	keys, values, ok := entriesOf(v)
	if !ok || len(keys) != len(values) {
		return parts{}, false
	}
	return entries(keys, values, s), true
}

// fields orders a struct's values as its type does, or by name if the type does not name exactly these.
func fields(m map[string]any, s *shape) parts {
	names := s.names
	known := s.kind == kindStruct && len(names) == len(m)
	for _, name := range names {
		_, has := m[name]
		known = known && has
	}
	shapes := s.part
	if !known {
		names = slices.Sorted(maps.Keys(m))
		shapes = func(int) *shape { return &shape{} }
	}
	if names == nil {
		names = []string{} // without fields, but no list
	}
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = m[name]
	}
	return parts{names: names, values: values, shapes: shapes}
}

// entries are those of a map, or of a struct that brings its own order.
func entries(keys, values []any, s *shape) parts {
	keyShape, shapes := s.part(0), func(int) *shape { return s.part(1) }
	if s.kind != kindMap {
		keyShape, shapes = &shape{}, func(int) *shape { return &shape{} }
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		text, _ := appendText(nil, key, keyShape)
		names[i] = string(text)
	}
	if s.kind == kindStruct && slices.Equal(names, s.names) {
		shapes = s.part
	}
	return parts{names: names, values: values, shapes: shapes}
}

// isJSON reports whether a value is JSON: by its type or, as drivers lose the type of JSON within other values, because
// it has parts where text is declared.
func isJSON(v any, s *shape) bool {
	switch v.(type) {
	case nil:
		return false
	case json.RawMessage:
		return true
	case []any, map[string]any:
		return s.kind == kindJSON || s.kind == kindText
	default:
		return s.kind == kindJSON
	}
}
