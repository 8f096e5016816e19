package render

import "reflect"

// The driver has types of its own. They are recognised by their form, since this package must not import it.

// collection is a map, or a struct that keeps its order.
type collection interface {
	Keys() []any
	Values() []any
}

// entriesOf takes a collection apart. The driver hands over a value whose methods need a pointer.
func entriesOf(v any) (keys, values []any, ok bool) {
	if c, ok := v.(collection); ok {
		return c.Keys(), c.Values(), true
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Struct || !reflect.PointerTo(r.Type()).Implements(reflect.TypeFor[collection]()) {
		return nil, nil, false
	}
	p := reflect.New(r.Type())
	p.Elem().Set(r)
	c := p.Interface().(collection)
	return c.Keys(), c.Values(), true
}

// unwrap replaces a union by the member that it holds.
func unwrap(v any, s *shape) (any, *shape) {
	if s.kind != kindUnion {
		return v, s
	}
	r := reflect.Indirect(reflect.ValueOf(v))
	if r.Kind() != reflect.Struct {
		return v, &shape{}
	}
	value, tag := r.FieldByName("Value"), r.FieldByName("Tag")
	if !value.IsValid() || tag.Kind() != reflect.String {
		return v, &shape{}
	}
	for i, name := range s.names {
		if name == tag.String() {
			return unwrap(value.Interface(), s.part(i))
		}
	}
	return value.Interface(), &shape{}
}

func intervalOf(v any) (months, days, micros int64, ok bool) {
	r := reflect.Indirect(reflect.ValueOf(v))
	if r.Kind() != reflect.Struct {
		return 0, 0, 0, false
	}
	var numbers [3]int64
	for i, name := range []string{"Months", "Days", "Micros"} {
		f := r.FieldByName(name)
		if !f.IsValid() || !f.CanInt() {
			return 0, 0, 0, false
		}
		numbers[i] = f.Int()
	}
	return numbers[0], numbers[1], numbers[2], true
}

// bytesOf returns the sixteen bytes of a named UUID type.
func bytesOf(v any) ([]byte, bool) {
	r := reflect.Indirect(reflect.ValueOf(v))
	if r.Kind() != reflect.Array || r.Len() != 16 || r.Type().Elem().Kind() != reflect.Uint8 {
		return nil, false
	}
	b := make([]byte, 16)
	reflect.Copy(reflect.ValueOf(b), r)
	return b, true
}
