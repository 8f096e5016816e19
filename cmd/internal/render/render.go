// Package render writes the rows of a query in the format that the user asked for.
//
// Every format writes the same values in the same text, which is the one that Athena would give:
//
//	BOOLEAN      true, false
//	numbers      exact digits; DOUBLE as 1.5 or 1.0E10; NaN, Infinity, -Infinity
//	DATE         2024-05-01
//	TIMESTAMP    2024-05-01 12:00:00.000, with more digits only if they are not zero
//	TIMESTAMPTZ  2024-05-01 12:00:00.000 UTC
//	INTERVAL     2 00:00:00.000, or 1-2 for years and months, or both
//	UUID         7f1b7c62-0d3e-4a55-9d8e-2f6a5b1c9e10
//	BLOB         68 65 6c 6c 6f
//	LIST         [a, b]
//	STRUCT, MAP  {type=Root, arn=null}
//
// json and ndjson differ only in that they keep structure: lists and structs are arrays and objects, numbers and
// booleans are JSON's own, NULL is null. NULL is nothing at all in csv, where every other value has quotes, and blank
// in table and markdown, where an empty string is "".
//
// Values come from logs, and attackers write parts of those. Each format disarms what bites in it: table and markdown
// show control and invisible characters as escapes, markdown also escapes its own markup, csv puts an apostrophe before
// a text that a spreadsheet would take for a formula, and json escapes whatever a terminal or a web page might obey.
//
// The package knows no engine and opens no stream: rows and the writer come from the caller.
package render

import (
	"fmt"
	"io"
	"strings"
)

// Rows is a query's answer, read once from first to last. Values are valid until the next call of Next. Types are
// DuckDB's names, one per column. A STRUCT may be a map[string]any, or, when it must keep an order that its type
// does not tell, have the methods Keys() []any and Values() []any. A JSON column may be json.RawMessage, which alone
// keeps the text of its numbers.
type Rows interface {
	Columns() []string
	Types() []string
	Next() bool
	Values() []any
	Err() error
	Close() error
}

// Format is the name of a form of output.
type Format string

// The formats.
const (
	Table    Format = "table"
	CSV      Format = "csv"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	Markdown Format = "markdown"
)

// Formats lists every format, in the order in which help shows them.
func Formats() []Format {
	return []Format{Table, CSV, JSON, NDJSON, Markdown}
}

// Parse finds a format by its name.
func Parse(name string) (Format, error) {
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
	}
	return "", unknown(name)
}

func unknown(name string) error {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return fmt.Errorf("unknown output format %q: choose one of %s", name, strings.Join(names, ", "))
}

// Options say who will look at the output.
type Options struct {
	// Width is the number of columns of the terminal that shows the output; 0 when no terminal does. On a terminal, a
	// table is made to fit and csv too escapes control characters. Elsewhere nothing is ever cut.
	Width int
	// Full keeps a table from cutting cells to make them fit.
	Full bool
}

// Write writes all rows and closes them. The first row is written as soon as it is there (a table waits a moment, to
// see how wide its columns should be) and memory does not grow with the number of rows.
//
// n counts the rows read. After an error the output ends early, and in json visibly so: its closing bracket is missing.
// An error of w is returned as it is, so that a caller can tell a reader that went away (EPIPE).
func Write(w io.Writer, f Format, rows Rows, opts Options) (n int64, err error) {
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	l, err := newLayout(f, columns(rows), opts)
	if err != nil {
		return 0, err
	}
	s := newStream(w, l)
	defer s.stop()
	for rows.Next() {
		if err := s.row(rows.Values()); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		s.flush() // what was read is worth seeing; why it ends is what matters
		return n, err
	}
	return n, s.end()
}

// column is a heading and what is known of the values below it.
type column struct {
	name  string
	shape *shape
}

func columns(rows Rows) []column {
	types := rows.Types()
	cols := make([]column, len(rows.Columns()))
	for i, name := range rows.Columns() {
		cols[i] = column{name: valid(name), shape: &shape{}}
		if i < len(types) {
			cols[i].shape = parseShape(types[i])
		}
	}
	return cols
}

// layout turns rows into the bytes of a format. Each method appends to dst and returns it.
type layout interface {
	head(dst []byte) []byte
	row(dst []byte, values []any) []byte
	tail(dst []byte) []byte
}

// hoarder is a layout that holds the first rows back. settle makes it give them up.
type hoarder interface {
	layout
	settle(dst []byte) []byte
}

func newLayout(f Format, cols []column, opts Options) (layout, error) {
	switch f {
	case Table:
		return newTable(cols, opts), nil
	case CSV:
		return &csv{cols: cols, terminal: opts.Width > 0}, nil
	case JSON:
		return &array{objects: newObjects(cols)}, nil
	case NDJSON:
		return &lines{objects: newObjects(cols)}, nil
	case Markdown:
		return &markdown{cols: cols}, nil
	default:
		return nil, unknown(string(f))
	}
}
