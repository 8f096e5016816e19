package store

import (
	"runtime"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"offtrail/ingest/cloudtrail"
)

// A text value as DuckDB holds it in a vector (duckdb.h, duckdb_string_t): up to 12 bytes in place, longer ones as four bytes
// of prefix and an address. The address is a uintptr, not a pointer: it lives in memory that Go's collector must not look
// into. The bytes it leads to are pinned until DuckDB has copied them.
type duckText struct {
	length  uint32
	prefix  [4]byte
	address uintptr
}

const inlineText = 12

// listEntry is duckdb.h's duckdb_list_entry.
type listEntry struct{ offset, length uint64 }

// column writes one column of a batch into one vector of a chunk.
type column func(v mapping.Vector, b *cloudtrail.Batch)

// vectorOf returns a vector's values as a slice of T.
func vectorOf[T any](v mapping.Vector, n int) []T {
	return unsafe.Slice((*T)(mapping.VectorGetData(v)), n)
}

// validity returns the vector's mask with every row set valid: 64 rows a word.
func validity(v mapping.Vector, n int) []uint64 {
	mapping.VectorEnsureValidityWritable(v)
	mask := unsafe.Slice((*uint64)(mapping.VectorGetValidity(v)), (n+63)/64)
	for i := range mask {
		mask[i] = ^uint64(0)
	}
	return mask
}

func setNull(mask []uint64, row int) { mask[row>>6] &^= 1 << (row & 63) }

// fillText writes spans of the arena.
func fillText(v mapping.Vector, arena []byte, spans []cloudtrail.Span) {
	values, mask := vectorOf[duckText](v, len(spans)), validity(v, len(spans))
	for row, span := range spans {
		if span.IsNull() {
			setNull(mask, row)
			continue
		}
		putText(&values[row], arena[span.Off:span.Off+span.Len])
	}
}

// putText makes t stand for text, which must stay pinned if it is longer than inlineText.
func putText(t *duckText, text []byte) {
	t.length = uint32(len(text))
	if len(text) <= inlineText {
		inline := (*[inlineText]byte)(unsafe.Pointer(&t.prefix))
		clear(inline[copy(inline[:], text):])
		return
	}
	copy(t.prefix[:], text)
	t.address = uintptr(unsafe.Pointer(&text[0]))
}

// fillPresent marks the rows of a struct or list that are absent.
func fillPresent(v mapping.Vector, present []bool) {
	mask := validity(v, len(present))
	for row, is := range present {
		if !is {
			setNull(mask, row)
		}
	}
}

// fillFixed writes values of a fixed size; present nil means all.
func fillFixed[T any](v mapping.Vector, from []T, present []bool) {
	copy(vectorOf[T](v, len(from)), from)
	if present != nil {
		fillPresent(v, present)
	}
}

func fillBools(v mapping.Vector, from []int8) {
	values, mask := vectorOf[bool](v, len(from)), validity(v, len(from))
	for row, value := range from {
		values[row] = value == 1
		if value < 0 {
			setNull(mask, row)
		}
	}
}

// hugeint is duckdb.h's duckdb_hugeint; a UUID is one with its first bit flipped, so that they sort as text does.
type hugeint struct {
	lower uint64
	upper int64
}

func fillUUIDs(v mapping.Vector, from [][16]byte, present []bool) {
	values := vectorOf[hugeint](v, len(from))
	for row, id := range from {
		hi, lo := cloudtrail.Words(id)
		values[row] = hugeint{lower: lo, upper: int64(hi ^ 1<<63)}
	}
	fillPresent(v, present)
}

// fillList writes a list column: the entries, and the fields of the elements below.
func fillList(v mapping.Vector, arena []byte, present []bool, c *cloudtrail.Children, fields int) {
	entries, mask := vectorOf[listEntry](v, len(present)), validity(v, len(present))
	start := uint64(0)
	for row, is := range present {
		end := uint64(c.End[row])
		entries[row] = listEntry{start, end - start}
		start = end
		if !is {
			setNull(mask, row)
		}
	}
	total := len(c.Fields[0])
	mapping.ListVectorReserve(v, mapping.IdxT(total))
	mapping.ListVectorSetSize(v, mapping.IdxT(total))
	if total == 0 {
		return
	}
	child := mapping.ListVectorGetChild(v)
	for i := range fields {
		fillText(mapping.StructVectorGetChild(child, mapping.IdxT(i)), arena, c.Fields[i])
	}
}

// pinArena keeps the batch's text in place while a chunk refers to it.
func pinArena(p *runtime.Pinner, b *cloudtrail.Batch) {
	if cap(b.Arena) > 0 {
		p.Pin(&b.Arena[:1][0])
	}
}
