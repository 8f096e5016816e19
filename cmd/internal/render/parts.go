package render

import (
	"maps"
	"slices"
	"time"
)

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
