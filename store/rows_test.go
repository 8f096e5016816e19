package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"offtrail/store"
)

func TestValues(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries), store.Options{})
	maximum, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	unsigned, _ := new(big.Int).SetString("340282366920938463463374607431768211455", 10)
	for _, tt := range []struct {
		sql, typ string
		want     any
	}{
		{"NULL", "INTEGER", nil},
		{"true", "BOOLEAN", true},
		{"-8::TINYINT", "TINYINT", int8(-8)},
		{"-16::SMALLINT", "SMALLINT", int16(-16)},
		{"-32", "INTEGER", int32(-32)},
		{"-64::BIGINT", "BIGINT", int64(-64)},
		{"8::UTINYINT", "UTINYINT", uint8(8)},
		{"16::USMALLINT", "USMALLINT", uint16(16)},
		{"32::UINTEGER", "UINTEGER", uint32(32)},
		{"18446744073709551615::UBIGINT", "UBIGINT", uint64(18446744073709551615)},
		{"170141183460469231731687303715884105727::HUGEINT", "HUGEINT", maximum},
		{"-1::HUGEINT", "HUGEINT", big.NewInt(-1)},
		{"340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", unsigned},
		{"1.5::FLOAT", "FLOAT", float32(1.5)},
		{"1e300", "DOUBLE", 1e300},
		{"1.10::DECIMAL(4,2)", "DECIMAL(4,2)", duckdb.Decimal{Width: 4, Scale: 2, Value: big.NewInt(110)}},
		{"-1.10::DECIMAL(9,2)", "DECIMAL(9,2)", duckdb.Decimal{Width: 9, Scale: 2, Value: big.NewInt(-110)}},
		{"1.10::DECIMAL(18,2)", "DECIMAL(18,2)", duckdb.Decimal{Width: 18, Scale: 2, Value: big.NewInt(110)}},
		{"-1.10::DECIMAL(38,2)", "DECIMAL(38,2)", duckdb.Decimal{Width: 38, Scale: 2, Value: big.NewInt(-110)}},
		{"'twelve bytes'", "VARCHAR", "twelve bytes"},
		{"'thirteen byte'", "VARCHAR", "thirteen byte"},
		{"''", "VARCHAR", ""},
		{"'\\xAA'::BLOB", "BLOB", []byte{0xAA}},
		{`'{"a":1.10}'::JSON`, "JSON", json.RawMessage(`{"a":1.10}`)},
		{"'b'::ENUM('a','b')", "ENUM", "b"},
		{"'00112233-4455-6677-8899-aabbccddeeff'::UUID", "UUID", [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}},
		{"DATE '1969-12-31'", "DATE", time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)},
		{"TIME '10:11:12.000001'", "TIME", time.Date(1, 1, 1, 10, 11, 12, 1000, time.UTC)},
		{"TIMESTAMP '2024-02-29 23:59:59.999999'", "TIMESTAMP", time.Date(2024, 2, 29, 23, 59, 59, 999999000, time.UTC)},
		{"TIMESTAMPTZ '2024-02-29 23:00:00+02'", "TIMESTAMPTZ", time.Date(2024, 2, 29, 21, 0, 0, 0, time.UTC)},
		{"'2024-02-29 23:00:00'::TIMESTAMP_S", "TIMESTAMP_S", time.Date(2024, 2, 29, 23, 0, 0, 0, time.UTC)},
		{"'2024-02-29 23:00:00.001'::TIMESTAMP_MS", "TIMESTAMP_MS", time.Date(2024, 2, 29, 23, 0, 0, 1e6, time.UTC)},
		{"'2024-02-29 23:00:00.000000001'::TIMESTAMP_NS", "TIMESTAMP_NS", time.Date(2024, 2, 29, 23, 0, 0, 1, time.UTC)},
		{"INTERVAL '1 month 2 days 3 microseconds'", "INTERVAL", duckdb.Interval{Months: 1, Days: 2, Micros: 3}},
		{"[1, NULL, 3]", "INTEGER[]", []any{int32(1), nil, int32(3)}},
		{"[]::VARCHAR[]", "VARCHAR[]", []any{}},
		{"[[1], [2, 3]]", "INTEGER[][]", []any{[]any{int32(1)}, []any{int32(2), int32(3)}}},
		{"[1, 2]::INT[2]", "INTEGER[2]", []any{int32(1), int32(2)}},
		{"union_value(a := 1)", `UNION("a" INTEGER)`, duckdb.Union{Tag: "a", Value: int32(1)}},
	} {
		t.Run(tt.sql, func(t *testing.T) {
			// In the second of three rows, so that a value at the wrong place shows.
			r, err := s.Query(t.Context(), "SELECT v FROM (SELECT 0 AS i, NULL AS v UNION ALL SELECT 1, "+tt.sql+" UNION ALL SELECT 2, NULL) ORDER BY i", store.QueryOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var got []any
			for r.Next() {
				got = append(got, r.Values()[0])
			}
			if want := []any{nil, tt.want, nil}; r.Err() != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %#v, %v, want %#v", got, r.Err(), want)
			}
			if r.Types()[0] != tt.typ {
				t.Errorf("got type %s, want %s", r.Types()[0], tt.typ)
			}
		})
	}
}

func TestFieldsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := read(t, build(t), store.Options{})
	for _, tt := range []struct{ name, query, typ, keys, values string }{
		{"struct", "SELECT {'z': 1, 'a': {'y': 2, 'b': NULL}}", `STRUCT("z" INTEGER, "a" STRUCT("y" INTEGER, "b" INTEGER))`, "[z a]", "[1 {[y b] [2 <nil>]}]"},
		{"row without names", "SELECT ROW(1, 'a')", `STRUCT("field0" INTEGER, "field1" VARCHAR)`, "[field0 field1]", "[1 a]"},
		{"map", "SELECT MAP {'z': [1], 'a': [2, 3]}", "MAP(VARCHAR, INTEGER[])", "[z a]", "[[1] [2 3]]"},
		{"quoted name", `SELECT {'a"b': 1}`, `STRUCT("a""b" INTEGER)`, `[a"b]`, "[1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := s.Query(t.Context(), tt.query, store.QueryOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if !r.Next() {
				t.Fatal(r.Err())
			}
			f, ok := r.Values()[0].(store.Fields)
			if !ok || fmt.Sprint(f.Keys()) != tt.keys || fmt.Sprint(f.Values()) != tt.values {
				t.Errorf("got %v", r.Values()[0])
			}
			if r.Types()[0] != tt.typ {
				t.Errorf("got type %s", r.Types()[0])
			}
		})
	}
}

// TestRowsArriveEarly asks for more rows than any machine can hold. The first arrives, and the query ends when its rows
// are closed.
func TestRowsArriveEarly(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries), store.Options{})
	const endless = "SELECT eventname, i FROM range(1000000000000) r(i), cloudtrail_logs"
	for range 2 { // the second shows that the connection came back in order
		r, err := s.Query(t.Context(), endless, store.QueryOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for range 5000 {
			if !r.Next() {
				t.Fatal(r.Err())
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if r.Next() {
			t.Error("a row after the end")
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	const long = "SELECT sum(hash(a.i) % (b.i + 1)) FROM range(10000000) a(i), range(10000000) b(i)"
	s := read(t, build(t), store.Options{})
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Query(ctx, long, store.QueryOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("in the middle of an aggregate", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r, err := s.Query(ctx, long, store.QueryOptions{})
		if err == nil {
			r.Next()
			err = r.Err()
			r.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("between rows", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := s.Query(ctx, "SELECT i FROM range(1000000000000) r(i)", store.QueryOptions{})
		if err != nil || !r.Next() {
			t.Fatal(err)
		}
		cancel()
		for r.Next() {
		}
		if err := r.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("and ask again", func(t *testing.T) {
		if _, rows := ask(t, s, "SELECT 42", store.QueryOptions{}); !slices.Equal(rows, []string{"42"}) {
			t.Errorf("got %q", rows)
		}
	})
}
