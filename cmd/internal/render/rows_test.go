package render_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"offtrail/cmd/internal/render"
)

// rows is an answer held in memory. Like a driver it reuses one slice for the values of every row.
type rows struct {
	columns, types []string
	next           func(i int, values []any) bool
	err            error
	closed         int
	closeErr       error

	i      int
	values []any
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Types() []string   { return r.types }
func (r *rows) Values() []any     { return r.values }
func (r *rows) Err() error        { return r.err }
func (r *rows) Close() error      { r.closed++; return r.closeErr }

func (r *rows) Next() bool {
	if r.values == nil {
		r.values = make([]any, len(r.columns))
	}
	r.i++
	return r.next(r.i-1, r.values)
}

// of makes rows of the given columns, "name TYPE".
func of(columns []string, data ...[]any) *rows {
	r := &rows{next: func(i int, values []any) bool {
		if i >= len(data) {
			return false
		}
		copy(values, data[i])
		return true
	}}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		r.columns = append(r.columns, name)
		r.types = append(r.types, typ)
	}
	return r
}

func write(t *testing.T, f render.Format, opts render.Options, r *rows) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := render.Write(&out, f, r, opts); err != nil {
		t.Fatalf("write %s: %v", f, err)
	}
	if r.closed != 1 {
		t.Errorf("%s closed the rows %d times", f, r.closed)
	}
	return out.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, f := range render.Formats() {
		if got, err := render.Parse(string(f)); err != nil || got != f {
			t.Errorf("parse %q: %q, %v", f, got, err)
		}
	}
	want := `unknown output format "xml": choose one of table, csv, json, ndjson, markdown`
	if _, err := render.Parse("xml"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	r := of([]string{"a VARCHAR"})
	if _, err := render.Write(&bytes.Buffer{}, "xml", r, render.Options{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if r.closed != 1 {
		t.Error("rows stay open")
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	columns := []string{"eventname VARCHAR", "n BIGINT", "n BIGINT", "who STRUCT(type VARCHAR, arn VARCHAR)", "last VARCHAR"}
	data := [][]any{
		{"ConsoleLogin", int64(9007199254740993), nil, map[string]any{"arn": nil, "type": "Root"}, ""},
		{`say "hi"`, int64(-5), int64(1), nil, nil},
	}
	tests := []struct {
		format      render.Format
		empty, full string
	}{
		{render.Table, `eventname | n | n | who | last
----------+---+---+-----+-----
`, `eventname    |                n | n | who                   | last
-------------+------------------+---+-----------------------+-----
ConsoleLogin | 9007199254740993 |   | {type=Root, arn=null} | ""
say "hi"     |               -5 | 1 |                       |
`},
		{render.CSV, `"eventname","n","n","who","last"
`, `"eventname","n","n","who","last"
"ConsoleLogin","9007199254740993",,"{type=Root, arn=null}",""
"say ""hi""","-5","1",,
`},
		{render.JSON, "[]\n", `[
{"eventname":"ConsoleLogin","n":9007199254740993,"n_2":null,"who":{"type":"Root","arn":null},"last":""},
{"eventname":"say \"hi\"","n":-5,"n_2":1,"who":null,"last":null}
]
`},
		{render.NDJSON, "", `{"eventname":"ConsoleLogin","n":9007199254740993,"n_2":null,"who":{"type":"Root","arn":null},"last":""}
{"eventname":"say \"hi\"","n":-5,"n_2":1,"who":null,"last":null}
`},
		{render.Markdown, `| eventname | n | n | who | last |
| --- | ---: | ---: | --- | --- |
`, `| eventname | n | n | who | last |
| --- | ---: | ---: | --- | --- |
| ConsoleLogin | 9007199254740993 |  | \{type=Root, arn=null\} | "" |
| say "hi" | -5 | 1 |  |  |
`},
	}
	for _, tt := range tests {
		t.Run(string(tt.format), func(t *testing.T) {
			t.Parallel()
			if got := write(t, tt.format, render.Options{}, of(columns)); got != tt.empty {
				t.Errorf("no rows:\n got %s\nwant %s", got, tt.empty)
			}
			if got := write(t, tt.format, render.Options{}, of(columns, data...)); got != tt.full {
				t.Errorf("two rows:\n got %s\nwant %s", got, tt.full)
			}
		})
	}
}

func TestRepeatedHeadings(t *testing.T) {
	t.Parallel()
	r := of([]string{"a INTEGER", "a INTEGER", "a_2 INTEGER", "a INTEGER"}, []any{int32(1), int32(2), int32(3), int32(4)})
	want := `{"a":1,"a_3":2,"a_2":3,"a_4":4}` + "\n"
	if got := write(t, render.NDJSON, render.Options{}, r); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOneNullColumnKeepsItsRows(t *testing.T) {
	t.Parallel()
	got := write(t, render.CSV, render.Options{}, of([]string{"a VARCHAR"}, []any{nil}, []any{"x"}))
	if want := "\"a\"\n\"\"\n\"x\"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	broken, unclosed := errors.New("query broke"), errors.New("close broke")
	tests := []struct {
		name     string
		err      error
		closeErr error
		want     error
		out      string
	}{
		{"rows end early", broken, nil, broken, "[\n{\"a\":1}"}, // no bracket: no reader takes it for whole
		{"rows end early and do not close", broken, unclosed, broken, "[\n{\"a\":1}"},
		{"rows do not close", nil, unclosed, unclosed, "[\n{\"a\":1}\n]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := of([]string{"a INTEGER"}, []any{int32(1)})
			r.err, r.closeErr = tt.err, tt.closeErr
			var out bytes.Buffer
			n, err := render.Write(&out, render.JSON, r, render.Options{})
			if n != 1 || !errors.Is(err, tt.want) || out.String() != tt.out {
				t.Errorf("got %d, %v, %q", n, err, out.String())
			}
		})
	}
	t.Run("a table shows what it held", func(t *testing.T) {
		t.Parallel()
		r := of([]string{"a INTEGER"}, []any{int32(1)})
		r.err = broken
		var out bytes.Buffer
		if _, err := render.Write(&out, render.Table, r, render.Options{}); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if out.String() != "a\n-\n1\n" {
			t.Errorf("got %q", out.String())
		}
	})
}
