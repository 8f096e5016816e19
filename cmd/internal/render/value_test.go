package render_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"offtrail/cmd/internal/render"
)

// The driver's own types, in the form in which it has them.
type (
	decimal  struct{ text string }
	interval struct{ Days, Months, Micros int64 }
	union    struct {
		Value any
		Tag   string
	}
	bits       struct{ text string }
	uuid       [16]byte
	orderedMap struct{ keys, values []any }
)

func (d decimal) String() string    { return d.text }
func (b bits) String() string       { return b.text }
func (m *orderedMap) Keys() []any   { return m.keys }
func (m *orderedMap) Values() []any { return m.values }
func (m orderedMap) String() string { return "not this" }
func (u *uuid) String() string      { return "not this either" }
func pairs(kv ...any) (m orderedMap) {
	for i := 0; i < len(kv); i += 2 {
		m.keys, m.values = append(m.keys, kv[i]), append(m.values, kv[i+1])
	}
	return m
}

var anID = [16]byte{0x7f, 0x1b, 0x7c, 0x62, 0x0d, 0x3e, 0x4a, 0x55, 0x9d, 0x8e, 0x2f, 0x6a, 0x5b, 0x1c, 0x9e, 0x10}

const anIDText = "7f1b7c62-0d3e-4a55-9d8e-2f6a5b1c9e10"

// TestValues says what each type of value looks like. What text and JSON have in common is written once.
func TestValues(t *testing.T) {
	t.Parallel()
	noon := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	huge, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	const day = 86_400_000_000
	tests := []struct {
		name, typ string
		value     any
		text      string
		json      string // the text in quotes, if empty
	}{
		{"true", "BOOLEAN", true, "true", "true"},
		{"false", "BOOLEAN", false, "false", "false"},
		{"tinyint", "TINYINT", int8(-128), "-128", "-128"},
		{"smallint", "SMALLINT", int16(-5), "-5", "-5"},
		{"integer", "INTEGER", int32(7), "7", "7"},
		{"bigint beyond 2^53", "BIGINT", int64(9007199254740993), "9007199254740993", "9007199254740993"},
		{"utinyint", "UTINYINT", uint8(255), "255", "255"},
		{"usmallint", "USMALLINT", uint16(65535), "65535", "65535"},
		{"uinteger", "UINTEGER", uint32(4294967295), "4294967295", "4294967295"},
		{"ubigint", "UBIGINT", uint64(math.MaxUint64), "18446744073709551615", "18446744073709551615"},
		{"hugeint", "HUGEINT", huge, huge.String(), huge.String()},
		{"decimal", "DECIMAL(5,2)", decimal{"1.1"}, "1.10", "1.10"},
		{"decimal zero", "DECIMAL(5,2)", decimal{"0"}, "0.00", "0.00"},
		{"decimal whole", "DECIMAL(5,0)", decimal{"-12"}, "-12", "-12"},
		{"decimal that is none", "DECIMAL(5,2)", decimal{"=1+1"}, "'=1+1", `"=1+1"`},
		{"double", "DOUBLE", 1.5, "1.5", "1.5"},
		{"double whole", "DOUBLE", 1.0, "1.0", "1.0"},
		{"double below ten million", "DOUBLE", 9999999.0, "9999999.0", "9999999.0"},
		{"double ten million", "DOUBLE", 1e7, "1.0E7", "1.0E7"},
		{"double large", "DOUBLE", -1.25e100, "-1.25E100", "-1.25E100"},
		{"double a thousandth", "DOUBLE", 0.001, "0.001", "0.001"},
		{"double small", "DOUBLE", 0.00012, "1.2E-4", "1.2E-4"},
		{"double zero", "DOUBLE", 0.0, "0.0", "0.0"},
		{"float", "FLOAT", float32(0.1), "0.1", "0.1"},
		{"not a number", "DOUBLE", math.NaN(), "NaN", ""},
		{"infinity", "DOUBLE", math.Inf(1), "Infinity", ""},
		{"minus infinity", "DOUBLE", math.Inf(-1), "'-Infinity", `"-Infinity"`},
		{"varchar", "VARCHAR", "a b", "a b", ""},
		{"varchar null in name only", "VARCHAR", "null", "null", ""},
		{"enum", "ENUM", "x", "x", ""},
		{"not UTF-8", "VARCHAR", "a\xffb", "a\ufffdb", ""},
		{"date", "DATE", noon, "2024-05-01", ""},
		{"time", "TIME", noon.Add(789 * time.Millisecond), "12:00:00.789", ""},
		{"time with zone", "TIMETZ", noon.In(time.FixedZone("", 5400)), "13:30:00.000+01:30", ""},
		{"timestamp", "TIMESTAMP", noon, "2024-05-01 12:00:00.000", ""},
		{"timestamp micros", "TIMESTAMP", noon.Add(123456 * time.Microsecond), "2024-05-01 12:00:00.123456", ""},
		{"timestamp nanos", "TIMESTAMP_NS", noon.Add(5), "2024-05-01 12:00:00.000000005", ""},
		{"timestamp with zone", "TIMESTAMPTZ", noon, "2024-05-01 12:00:00.000 UTC", ""},
		{"timestamp with zone, long name", "TIMESTAMP WITH TIME ZONE", noon, "2024-05-01 12:00:00.000 UTC", ""},
		{"time of unknown type", "", noon, "2024-05-01 12:00:00.000", ""},
		{"interval of months", "INTERVAL", interval{Months: 14}, "1-2", ""},
		{"interval back", "INTERVAL", interval{Months: -14}, "'-1-2", `"-1-2"`},
		{"interval of days", "INTERVAL", interval{Days: 2, Micros: 3_500_000}, "2 00:00:03.500", ""},
		{"interval of many hours", "INTERVAL", interval{Micros: day + 7_200_000_000}, "1 02:00:00.000", ""},
		{"interval with two signs", "INTERVAL", interval{Days: 1, Micros: -1000}, "0 23:59:59.999", ""},
		{"interval back with two signs", "INTERVAL", interval{Days: -1, Micros: 1000}, "'-0 23:59:59.999", `"-0 23:59:59.999"`},
		{"interval of both", "INTERVAL", interval{Months: 1, Days: 1}, "0-1 1 00:00:00.000", ""},
		{"uuid as bytes", "UUID", anID[:], anIDText, ""},
		{"uuid as array", "UUID", anID, anIDText, ""},
		{"uuid as named array", "UUID", uuid(anID), anIDText, ""},
		{"blob", "BLOB", []byte("hello"), "68 65 6c 6c 6f", ""},
		{"blob of sixteen", "BLOB", anID[:], "7f 1b 7c 62 0d 3e 4a 55 9d 8e 2f 6a 5b 1c 9e 10", ""},
		{"bit", "BIT", bits{"10101"}, "10101", ""},
		{"list", "VARCHAR[]", []any{"a", nil, "b"}, "[a, null, b]", `["a",null,"b"]`},
		{"empty list", "VARCHAR[]", []any{}, "[]", "[]"},
		{"array of dates", "DATE[2]", []any{noon, noon}, "[2024-05-01, 2024-05-01]", `["2024-05-01","2024-05-01"]`},
		{"list of lists", "INTEGER[][]", []any{[]any{int32(1)}, nil}, "[[1], null]", "[[1],null]"},
		{
			"struct in its type's order", `STRUCT("type" VARCHAR, "id" UUID, "n" DECIMAL(3,1))`,
			map[string]any{"id": anID[:], "n": decimal{"2"}, "type": "Root"},
			"{type=Root, id=" + anIDText + ", n=2.0}", `{"type":"Root","id":"` + anIDText + `","n":2.0}`,
		},
		{
			"struct with odd names", `STRUCT("a ""b"", c)" INTEGER, "d" STRUCT(e DATE)[])`,
			map[string]any{`a "b", c)`: int32(1), "d": []any{map[string]any{"e": noon}}},
			`{a "b", c)=1, d=[{e=2024-05-01}]}`, `{"a \"b\", c)":1,"d":[{"e":"2024-05-01"}]}`,
		},
		{
			"struct with more than its type says", "STRUCT(a INTEGER)",
			map[string]any{"b": int32(2), "a": int32(1)}, "{a=1, b=2}", `{"a":1,"b":2}`,
		},
		{"struct of unknown type", "STRUCT(", map[string]any{"b": int32(2), "a": int32(1)}, "{a=1, b=2}", `{"a":1,"b":2}`},
		{"empty struct", "", map[string]any{}, "{}", "{}"},
		{"struct that brings its order", "STRUCT(z DATE, a DATE)", pairs("z", noon, "a", nil), "{z=2024-05-01, a=null}", `{"z":"2024-05-01","a":null}`},
		{"map", "MAP(VARCHAR, INTEGER)", pairs("k", int32(1), "a", int32(2)), "{k=1, a=2}", `{"k":1,"a":2}`},
		{"map by date", "MAP(DATE, TIME[])", pairs(noon, []any{noon}), "{2024-05-01=[12:00:00.000]}", `{"2024-05-01":["12:00:00.000"]}`},
		{"map without entries", "MAP(VARCHAR, INTEGER)", pairs(), "{}", "{}"},
		{"union", "UNION(num INTEGER, day DATE)", union{noon, "day"}, "2024-05-01", ""},
		{"union of nothing", "UNION(num INTEGER)", union{nil, "num"}, "", "null"},
		{"json", "JSON", map[string]any{"b": []any{1.0, "<x>", nil}}, `{"b":[1,"<x>",null]}`, `{"b":[1,"\u003cx\u003e",null]}`},
		{"json string", "JSON", "x", `"x"`, `"x"`},
		{"json number", "JSON", -5.0, "-5", "-5"},
		{"json as it was written", "JSON", json.RawMessage(`{"b": 1.10, "a": 1e999}`), `{"b":1.10,"a":1e999}`, `{"b":1.10,"a":1e999}`},
		{"json that is none", "JSON", json.RawMessage(`{"b`), `"{\"b"`, `"{\"b"`},
		{"json within a struct", "STRUCT(j VARCHAR)", map[string]any{"j": map[string]any{"q": 1.0}}, `{j={"q":1}}`, `{"j":{"q":1}}`},
		{"null", "VARCHAR", nil, "", "null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			one := func() *rows {
				r := of([]string{"v", "w"}, []any{tt.value, int32(1)})
				r.types = []string{tt.typ, "INTEGER"}
				return r
			}
			csv := strings.Split(write(t, render.CSV, render.Options{}, one()), "\n")[1]
			if want := `"` + strings.ReplaceAll(tt.text, `"`, `""`) + `",` + `"1"`; csv != want && csv != strings.TrimPrefix(want, `""`) {
				t.Errorf("csv:\n got %s\nwant %s", csv, want)
			}
			// The apostrophe before what looks like a formula belongs to csv alone.
			plain := strings.TrimPrefix(tt.text, "'")
			table := strings.Split(write(t, render.Table, render.Options{}, one()), "\n")[2]
			if got := strings.TrimSpace(strings.TrimSuffix(table, "| 1")); got != plain {
				t.Errorf("table:\n got %s\nwant %s", got, plain)
			}
			want := tt.json
			if want == "" {
				want = `"` + tt.text + `"`
			}
			line := write(t, render.NDJSON, render.Options{}, one())
			if line != `{"v":`+want+`,"w":1}`+"\n" {
				t.Errorf("ndjson:\n got %s\nwant %s", line, want)
			}
			if array := write(t, render.JSON, render.Options{}, one()); array != "[\n"+line+"]\n" {
				t.Errorf("json is not ndjson: %s", array)
			}
			if !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		})
	}
}

func FuzzTypeName(f *testing.F) {
	f.Add(`STRUCT("a ""b" VARCHAR, c MAP(DATE, UNION(x INTEGER[3])))`)
	f.Add(`DECIMAL(5`)
	f.Fuzz(func(t *testing.T, typ string) {
		r := of([]string{"v"}, []any{map[string]any{"a": int32(1), "b": []any{"x"}}})
		r.types = []string{typ}
		line := write(t, render.NDJSON, render.Options{}, r)
		if !json.Valid([]byte(line)) {
			t.Errorf("type %q gives %s", typ, line)
		}
	})
}
