package queries_test

import (
	"testing"

	"offtrail/sql/queries"
)

const boundFile = head + `-- param: who string -- d
-- param: event string = 'Delete%' -- d
-- param: from timestamp? -- d
-- param: day date = '2026-01-02' -- d
-- param: top integer = 5 -- d
-- param: loud boolean = false -- d
SELECT ':who', ":who", :who, (:event), :from IS NULL, :day, :loud, /* :who */ :who -- :who
LIMIT :top`

func TestBind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args map[string]string
		want string
	}{
		{"defaults", map[string]string{"who": "bob"},
			"SELECT ':who', \":who\", 'bob', ('Delete%'), NULL IS NULL, '2026-01-02', false, /* :who */ 'bob' -- :who\nLIMIT 5"},
		{"all given", map[string]string{"who": "it's; -- :top", "event": "'", "from": "2026-05-01T01:30:00+02:00",
			"day": "2024-02-29", "top": "007", "loud": "true"},
			"SELECT ':who', \":who\", 'it''s; -- :top', (''''), '2026-04-30T23:30:00Z' IS NULL, '2024-02-29', true, " +
				"/* :who */ 'it''s; -- :top' -- :who\nLIMIT 7"},
	}
	q := load(t, boundFile)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := q.Bind(tt.args)
			if err != nil || got != tt.want {
				t.Errorf("got  %s\nwant %s\nerror %v", got, tt.want, err)
			}
		})
	}
}

func TestBindRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args map[string]string
		want string
	}{
		{"missing", nil, `missing required who`},
		{"unknown", map[string]string{"who": "a", "evnt": "x"}, `unknown parameter "evnt": did you mean "event"?`},
		{"other case", map[string]string{"who": "a", "From": "x"}, `unknown parameter "From": did you mean "from"?`},
		{"nothing near", map[string]string{"who": "a", "zebra": "x"}, `unknown parameter "zebra"`},
		{"empty", map[string]string{"who": ""}, `parameter "who": "" is empty: give a value or leave the parameter out`},
		{"nul", map[string]string{"who": "a\x00b"}, `parameter "who": "a\x00b" holds a control or text direction character`},
		{"newline", map[string]string{"who": "a\nb"}, `parameter "who": "a\nb" holds a control or text direction character`},
		{"override", map[string]string{"who": "a\u202eb"}, `parameter "who": "a\u202eb" holds a control or text direction character`},
		{"not UTF-8", map[string]string{"who": "\xff"}, `parameter "who": "\xff" is not UTF-8`},
		{"all at once", map[string]string{"top": "-1", "zebra": "x"},
			`unknown parameter "zebra"; parameter "top": "-1" is not a whole number from 0 to 9223372036854775807; missing required who`},
	}
	q := load(t, boundFile)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := q.Bind(tt.args)
			if want := `bind query "topic/name": ` + tt.want; err == nil || err.Error() != want {
				t.Errorf("got %q\nerror %v\nwant  %s", got, err, want)
			}
		})
	}
}

func TestLiterals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		typ         queries.Type
		value, want string // no want: refused
	}{
		{queries.String, "x", "'x'"},
		{queries.String, `\`, `'\'`},
		{queries.String, "\ufffd é 😀", "'\ufffd é 😀'"},
		{queries.Timestamp, "2026-05-01T09:30:00Z", "'2026-05-01T09:30:00Z'"},
		{queries.Timestamp, "2026-05-01", "'2026-05-01T00:00:00Z'"},
		{queries.Timestamp, "2026-05-01T09:30", "'2026-05-01T09:30:00Z'"},
		{queries.Timestamp, "2026-05-01 09:30", "'2026-05-01T09:30:00Z'"},
		{queries.Timestamp, "2026-05-01 09:30:15", "'2026-05-01T09:30:15Z'"},
		{queries.Timestamp, "2026-05-01T09:30-05:00", "'2026-05-01T14:30:00Z'"},
		{queries.Timestamp, "2026-05-01T09:30:00.5Z", ""},
		{queries.Timestamp, "2026-05-01T24:00:00Z", ""},
		{queries.Timestamp, "2025-02-29", ""},
		{queries.Timestamp, "9999-12-31T23:59:59-01:00", ""},
		{queries.Timestamp, "0000-01-01T00:00:00+01:00", ""},
		{queries.Timestamp, "2026", ""},
		{queries.Timestamp, "2026-05-01T09:30:00Z'", ""},
		{queries.Date, "2024-02-29", "'2024-02-29'"},
		{queries.Date, "2026-5-1", ""},
		{queries.Date, "2026-05-01T00:00:00Z", ""},
		{queries.Integer, "0", "0"},
		{queries.Integer, "9223372036854775807", "9223372036854775807"},
		{queries.Integer, "9223372036854775808", ""},
		{queries.Integer, "-5", ""},
		{queries.Integer, "+5", ""},
		{queries.Integer, "1e3", ""},
		{queries.Integer, "1_000", ""},
		{queries.Integer, "٣", ""},
		{queries.Boolean, "true", "true"},
		{queries.Boolean, "TRUE", ""},
		{queries.Boolean, "1", ""},
	}
	for _, tt := range tests {
		t.Run(string(tt.typ)+" "+tt.value, func(t *testing.T) {
			t.Parallel()
			q := load(t, head+"-- param: v "+string(tt.typ)+" -- d\nSELECT :v")
			got, err := q.Bind(map[string]string{"v": tt.value})
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("got %s, want an error", got)
			case tt.want != "" && (err != nil || got != "SELECT "+tt.want):
				t.Errorf("got %s, %v, want SELECT %s", got, err, tt.want)
			}
		})
	}
}

func TestAthena(t *testing.T) {
	t.Parallel()
	q := load(t, boundFile)
	bound, err := q.Bind(map[string]string{"who": "it's"})
	if err != nil {
		t.Fatal(err)
	}
	want := "-- topic/name: T\n-- who = 'it''s'\n-- event = 'Delete%'\n-- day = '2026-01-02'\n-- top = 5\n-- loud = false\n" +
		bound + "\n"
	if got := q.Athena(bound); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := q.Athena("SELECT 2"), "-- topic/name: T\nSELECT 2\n"; got != want {
		t.Errorf("text of another query: got\n%s\nwant\n%s", got, want)
	}
}
