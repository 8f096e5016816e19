package queries_test

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"offtrail/sql/queries"
)

const head = "-- title: T\n-- about: A\n" // two lines, so that a body starts on line 3

func TestParse(t *testing.T) {
	t.Parallel()
	word, when, ten := "it's", "2026-05-01", "10"
	want := &queries.Query{
		Name:  "topic/name",
		Title: "Deletions: all of them",
		About: "First line; second line.",
		Tags:  []string{"impact", "attack.t1485"},
		Params: []queries.Param{
			{Name: "who", Type: queries.String, Doc: "whose -- exactly"},
			{Name: "word", Type: queries.String, Default: &word, Doc: "d"},
			{Name: "since", Type: queries.Timestamp, Default: &when, Doc: "d"},
			{Name: "top", Type: queries.Integer, Default: &ten, Doc: "d"},
			{Name: "on", Type: queries.Date, Nullable: true, Doc: "d"},
		},
		SQL: "SELECT ':no', \":no\" -- :no\nFROM t /* :no; */ WHERE a = :who AND b = :word AND c > :since\n" +
			"AND (:on IS NULL OR d = :on) LIMIT :top",
	}
	text := "-- title: Deletions: all of them\n-- about: First line;\n-- about: second line.\n-- tags: impact, attack.t1485\n" +
		"-- param: who string -- whose -- exactly\n-- param: word string = 'it''s' -- d\n" +
		"-- param: since timestamp = '2026-05-01' -- d\n-- param: top integer=10 -- d\n-- param: on date? -- d\n\n" +
		want.SQL + " ;\n\n"
	for name, text := range map[string]string{"unix": text, "windows": strings.ReplaceAll(text, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := load(t, text); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"unknown key", head + "-- titel: T\nSELECT 1", `3: unknown header key "titel": did you mean "title"?`},
		{"far-off key", head + "-- engines: T\nSELECT 1", `3: unknown header key "engines"`},
		{"no key", head + "-- hello\nSELECT 1", `3: header line is not written -- key: value`},
		{"no space", head + "--tags: a\nSELECT 1", `3: header line is not written -- key: value`},
		{"two titles", head + "-- title: U\nSELECT 1", `3: header has a second title`},
		{"two lists of tags", head + "-- tags: a\n-- tags: b\nSELECT 1", `4: header has tags twice`},
		{"repeated tag", head + "-- tags: a, a\nSELECT 1", `3: tag "a" stands twice`},
		{"unfit tag", head + "-- tags: A b\nSELECT 1", `3: tag "A b" is not in small letters, digits, dots and dashes`},
		{"no title", "-- about: A\nSELECT 1", `1: header has no title`},
		{"empty title", "-- title:\n-- about: A\nSELECT 1", `1: header has no title`},
		{"no about", "-- title: T\nSELECT 1", `1: header has no about`},
		{"header below the body's start", head + "\n-- tags: a\nSELECT 1", `4: header line below the header`},
		{"control character", "-- title: T\x1b\n-- about: A\nSELECT 1",
			`1: line holds the control or text direction character '\x1b'`},
		{"text direction", head + "SELECT 1 -- \u202e", `3: line holds the control or text direction character '\u202e'`},
		{"not UTF-8", head + "SELECT '\xff'", `3: line is not UTF-8`},

		{"param without description", head + "-- param: a string\nSELECT :a",
			`3: parameter is not written NAME TYPE[?] [= DEFAULT] -- DESCRIPTION
4: parameter "a" is used but not declared`},
		{"param in capitals", head + "-- param: A string -- d\nSELECT 1",
			`3: parameter is not written NAME TYPE[?] [= DEFAULT] -- DESCRIPTION`},
		{"unknown type", head + "-- param: a text -- d\nSELECT :a", `3: parameter "a" has unknown type "text"`},
		{"same name twice", head + "-- param: a string -- d\n-- param: a date -- d\nSELECT :a",
			`4: parameter "a" is already declared on line 3`},
		{"bare text default", head + "-- param: a string = x -- d\nSELECT :a",
			`3: default of parameter "a": x is not a literal of type string`},
		{"quoted number", head + "-- param: a integer = '1' -- d\nSELECT :a",
			`3: default of parameter "a": '1' is not a literal of type integer`},
		{"default no date", head + "-- param: a date = '2026-02-30' -- d\nSELECT :a",
			`3: default of parameter "a": "2026-02-30" is not a date like 2026-05-01`},
		{"default a function", head + "-- param: a timestamp = now() -- d\nSELECT :a",
			`3: default of parameter "a": now() is not a literal of type timestamp`},
		{"nullable with default", head + "-- param: a string? = 'x' -- d\nSELECT :a IS NULL",
			`3: parameter "a" is nullable and has a default: it can be left out in one way only`},
		{"undeclared", head + "-- param: event string -- d\nSELECT :event,\n:evnt",
			`5: parameter "evnt" is used but not declared: did you mean "event"?`},
		{"unused", head + "-- param: a string -- d\nSELECT ':a' -- :a", `3: parameter "a" is declared but never used`},
		{"nullable untested", head + "-- param: a string? -- d\nSELECT :a = b",
			`3: parameter "a" is nullable but never tested with :a IS NULL`},

		{"touching a string", head + "-- param: a string -- d\nSELECT :a'x'",
			`4: put a space before the string: X'…' and E'…' differ between Athena and DuckDB`},
		{"behind a string", head + "-- param: a string -- d\nSELECT 'x':a",
			`4: placeholder :a touches what is beside it: put spaces around it`},
		{"touching a word", head + "-- param: a string -- d\nSELECT e:a",
			`4: placeholder :a touches what is beside it: put spaces around it`},
		{"in front of a name", head + "-- param: a string -- d\nSELECT :a\"x\"",
			`4: placeholder :a touches what is beside it: put spaces around it`},
		{"behind a sign", head + "-- param: a integer -- d\nSELECT 1 -:a",
			`4: placeholder :a touches what is beside it: put spaces around it`},

		{"no statement", head, `3: file holds no query`},
		{"only a comment", head + "\n-- nothing\n", `3: file holds no query`},
		{"not a query", head + "\n-- first\nDELETE FROM t", `5: query does not start with SELECT or WITH`},
		{"second statement", head + "SELECT 1;\nSELECT 2", `4: text after the closing semicolon: a query is one statement`},
		{"comment after semicolon", head + "SELECT 1; -- x",
			`3: text after the closing semicolon: a query is one statement`},
		{"two semicolons", head + "SELECT 1;;", `3: text after the closing semicolon: a query is one statement`},
		{"open string", head + "SELECT 'a\nFROM b'", `3: ' is not closed on its line`},
		{"open name", head + "SELECT\n\"a", `4: " is not closed on its line`},
		{"open comment", head + "SELECT 1\n/* a", `4: comment is not closed`},
		{"nested comment", head + "SELECT /* /* */ 1 */", `3: comment within a comment: DuckDB nests them, Athena does not`},
		{"escape string", head + "SELECT E'\\''", `3: put a space before the string: X'…' and E'…' differ between Athena and DuckDB`},
		{"double colon", head + "SELECT a::date", `3: a::type is not Athena SQL: write CAST(a AS type)`},
		{"slice", head + "SELECT a[1:2]", `3: character ':' is not Athena SQL outside a string, a quoted name or a comment`},
		{"dollar quotes", head + "SELECT $$a$$", `3: character '$' is not Athena SQL outside a string, a quoted name or a comment`},
		{"question mark", head + "SELECT ?", `3: character '?' is not Athena SQL outside a string, a quoted name or a comment`},
		{"no-break space", head + "SELECT\u00a01", `3: character '\u00a0' is not Athena SQL outside a string, a quoted name or a comment`},

		{"all at once, in order", "-- title: T\n-- tags: a,a\n-- param: a string -- d\n-- param: b string -- d\nSELECT :c; x",
			`1: header has no about
2: tag "a" stands twice
3: parameter "a" is declared but never used
4: parameter "b" is declared but never used
5: text after the closing semicolon: a query is one statement
5: parameter "c" is used but not declared: did you mean "a" or "b"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.Load(fstest.MapFS{"topic/name.sql": {Data: []byte(tt.text)}})
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(err.Error(), "topic/name.sql:", ""); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestLoadReportsAllFiles(t *testing.T) {
	t.Parallel()
	_, err := queries.Load(fstest.MapFS{
		"a/one.sql":      {Data: []byte(head + "SELECT ?")},
		"a/two.sql":      {Data: []byte(head + "SELECT 1")},
		"a/b/deep.sql":   {Data: []byte("-- title: D\n-- about: A\nSELECT 1")},
		"root.sql":       {Data: []byte("-- title: R\n-- about: A\nSELECT 1")},
		"a/Capital.sql":  {Data: []byte("-- title: C\n-- about: A\nSELECT 1")},
		"a/notes.sql.md": {Data: []byte("ignored")},
	})
	const unfit = ":1: file is not named topic/name.sql in small letters, digits and dashes"
	want := "a/Capital.sql" + unfit + "\na/b/deep.sql" + unfit +
		"\na/one.sql:3: character '?' is not Athena SQL outside a string, a quoted name or a comment" +
		"\na/two.sql:1: title \"T\" is already that of a/one.sql\nroot.sql" + unfit
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	var p *queries.Problem
	if !errors.As(err, &p) || p.File != "a/Capital.sql" || p.Line != 1 {
		t.Errorf("first problem is %+v", p)
	}
}

func TestLoadReportsUnreadable(t *testing.T) {
	t.Parallel()
	_, err := queries.Load(fstest.MapFS{"a/one.sql/x": {}, "a": {Mode: fs.ModeDir}, "a/two.sql": {Mode: fs.ModeSymlink, Data: []byte("gone")}})
	if err == nil || !strings.Contains(err.Error(), `read query "a/two.sql"`) {
		t.Errorf("error %v", err)
	}
}
