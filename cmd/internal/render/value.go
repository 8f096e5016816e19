package render

import (
	"encoding/json"
	"fmt"
	"math/big"
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
