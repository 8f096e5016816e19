package store

import (
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// The driver's own decoder loses the order of a struct's fields, refuses structs without names and parses JSON. It also
// belongs to a result that is not streamed.

// decoder reads the vectors of one type. reader reads the rows of one vector.
type (
	decoder func(mapping.Vector) reader
	reader  func(row uint64) any
)

// Fields are the parts of a STRUCT or a MAP in their order.
type Fields struct{ keys, values []any }

// Keys returns the names of a STRUCT's fields, or a MAP's keys.
func (f Fields) Keys() []any { return f.keys }

// Values returns their values.
func (f Fields) Values() []any { return f.values }

func decoderOf(t mapping.LogicalType) (decoder, error) {
	if d := scalarDecoder(t); d != nil {
		return d, nil
	}
	switch mapping.GetTypeId(t) {
	case mapping.TypeList:
		child := mapping.ListTypeChildType(t)
		defer mapping.DestroyLogicalType(&child)
		d, err := decoderOf(child)
		return listDecoder(d), err
	case mapping.TypeArray:
		child := mapping.ArrayTypeChildType(t)
		defer mapping.DestroyLogicalType(&child)
		d, err := decoderOf(child)
		return arrayDecoder(d, uint64(mapping.ArrayTypeArraySize(t))), err
	case mapping.TypeStruct:
		return structDecoder(t)
	case mapping.TypeMap:
		return mapDecoder(t)
	case mapping.TypeUnion:
		return unionDecoder(t)
	default:
		return nil, fmt.Errorf("values of type %s cannot be read", typeName(t))
	}
}

// nullable reads what is not NULL.
func nullable(v mapping.Vector, read reader) reader {
	mask := mapping.VectorGetValidity(v)
	if mask == nil {
		return read
	}
	return func(row uint64) any {
		if *(*uint64)(unsafe.Add(mask, row>>6<<3))>>(row&63)&1 == 0 {
			return nil
		}
		return read(row)
	}
}

// fixed reads values of a fixed size.
func fixed[T any](convert func(T) any) decoder {
	return func(v mapping.Vector) reader {
		data := mapping.VectorGetData(v)
		return nullable(v, func(row uint64) any {
			var size = unsafe.Sizeof(*new(T))
			return convert(*(*T)(unsafe.Add(data, uintptr(row)*size)))
		})
	}
}

func as[T any](x T) any { return x }

// textDecoder reads texts and bytes, copied: the chunk is gone before the caller is done with them.
func textDecoder(convert func([]byte) any) decoder {
	return func(v mapping.Vector) reader {
		data := mapping.VectorGetData(v)
		return nullable(v, func(row uint64) any {
			t := (*duckText)(unsafe.Add(data, uintptr(row)*unsafe.Sizeof(duckText{})))
			start := unsafe.Pointer(&t.prefix)
			if t.length > inlineText {
				start = *(*unsafe.Pointer)(unsafe.Pointer(&t.address))
			}
			return convert(unsafe.Slice((*byte)(start), t.length))
		})
	}
}

func asText(b []byte) any  { return string(b) }
func asBytes(b []byte) any { return append([]byte{}, b...) }
func asJSON(b []byte) any  { return json.RawMessage(append([]byte{}, b...)) }

func listDecoder(element decoder) decoder {
	return func(v mapping.Vector) reader {
		entries, read := mapping.VectorGetData(v), element(mapping.ListVectorGetChild(v))
		return nullable(v, func(row uint64) any {
			e := (*listEntry)(unsafe.Add(entries, uintptr(row)*unsafe.Sizeof(listEntry{})))
			return elements(read, e.offset, e.length)
		})
	}
}

func arrayDecoder(element decoder, size uint64) decoder {
	return func(v mapping.Vector) reader {
		read := element(mapping.ArrayVectorGetChild(v))
		return nullable(v, func(row uint64) any { return elements(read, row*size, size) })
	}
}

func elements(read reader, from, count uint64) []any {
	list := make([]any, count)
	for i := range list {
		list[i] = read(from + uint64(i))
	}
	return list
}

func structDecoder(t mapping.LogicalType) (decoder, error) {
	var keys []any
	var fields []decoder
	for i := range mapping.StructTypeChildCount(t) {
		keys = append(keys, fieldName(t, i))
		child := mapping.StructTypeChildType(t, i)
		d, err := decoderOf(child)
		mapping.DestroyLogicalType(&child)
		if err != nil {
			return nil, err
		}
		fields = append(fields, d)
	}
	return func(v mapping.Vector) reader {
		readers := make([]reader, len(fields))
		for i, field := range fields {
			readers[i] = field(mapping.StructVectorGetChild(v, mapping.IdxT(i)))
		}
		return nullable(v, func(row uint64) any {
			values := make([]any, len(readers))
			for i, read := range readers {
				values[i] = read(row)
			}
			return Fields{keys, values}
		})
	}, nil
}

// mapDecoder reads a MAP, which is a list of pairs.
func mapDecoder(t mapping.LogicalType) (decoder, error) {
	keyType, valueType := mapping.MapTypeKeyType(t), mapping.MapTypeValueType(t)
	defer mapping.DestroyLogicalType(&keyType)
	defer mapping.DestroyLogicalType(&valueType)
	key, err := decoderOf(keyType)
	if err != nil {
		return nil, err
	}
	value, err := decoderOf(valueType)
	if err != nil {
		return nil, err
	}
	return func(v mapping.Vector) reader {
		entries, pairs := mapping.VectorGetData(v), mapping.ListVectorGetChild(v)
		keys, values := key(mapping.StructVectorGetChild(pairs, 0)), value(mapping.StructVectorGetChild(pairs, 1))
		return nullable(v, func(row uint64) any {
			e := (*listEntry)(unsafe.Add(entries, uintptr(row)*unsafe.Sizeof(listEntry{})))
			return Fields{elements(keys, e.offset, e.length), elements(values, e.offset, e.length)}
		})
	}, nil
}

// unionDecoder reads a UNION, which is a struct of a tag and every member.
func unionDecoder(t mapping.LogicalType) (decoder, error) {
	var names []string
	var members []decoder
	for i := range mapping.UnionTypeMemberCount(t) {
		names = append(names, mapping.UnionTypeMemberName(t, i))
		child := mapping.UnionTypeMemberType(t, i)
		d, err := decoderOf(child)
		mapping.DestroyLogicalType(&child)
		if err != nil {
			return nil, err
		}
		members = append(members, d)
	}
	return func(v mapping.Vector) reader {
		tags := mapping.VectorGetData(mapping.StructVectorGetChild(v, 0))
		readers := make([]reader, len(members))
		for i, member := range members {
			readers[i] = member(mapping.StructVectorGetChild(v, mapping.IdxT(i+1)))
		}
		return nullable(v, func(row uint64) any {
			tag := *(*uint8)(unsafe.Add(tags, row))
			return duckdb.Union{Tag: names[tag], Value: readers[tag](row)}
		})
	}, nil
}
