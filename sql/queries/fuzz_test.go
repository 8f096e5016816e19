package queries_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"offtrail/sql/queries"
)

// cut is a second opinion on where SQL's tokens lie, for tests that must not trust the package's own.
func cut(sql string) []string {
	return cutter.FindAllString(sql, -1)
}

var cutter = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|:\w+|\w+|[^\s]`)

// unseen are controls, line and paragraph separators, and the marks of text direction.
var unseen = regexp.MustCompile(`\p{Cc}|\p{Zl}|\p{Zp}|[\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// sameShape fails unless bound is template with one token in place of each placeholder.
func sameShape(t *testing.T, template, bound string, fits func(name, literal string) bool) {
	t.Helper()
	from, to := cut(template), cut(bound)
	if len(from) != len(to) {
		t.Fatalf("%d tokens became %d:\n%q\n%q", len(from), len(to), template, bound)
	}
	for i, token := range from {
		name, isParam := strings.CutPrefix(token, ":")
		switch {
		case isParam && !fits(name, to[i]):
			t.Fatalf("placeholder %s became %q", token, to[i])
		case !isParam && token != to[i]:
			t.Fatalf("token %q became %q", token, to[i])
		}
	}
}

func FuzzBind(f *testing.F) {
	for _, v := range []string{"bob", "'", "''", `\'`, "' OR 1=1 --", "'; DROP TABLE t; --", "*/ /*", "$$", "\"", ":b", "?", "", "\n",
		"\x00", "\xff", "\u202e", "\ufffd", "é😀", "a' || :a || '"} {
		f.Add(v, "x")
		f.Add("x", v)
	}
	q := load(f, head+`-- param: a string -- d
-- param: b string? -- d
SELECT 'it''s :a', "a"":b", :a, (:b), f( :a,:b ) -- :a ' "
FROM t /* :b ' */ WHERE x=:a AND :b IS NULL OR ':b' <> :b`)
	f.Fuzz(func(t *testing.T, a, b string) {
		bound, err := q.Bind(map[string]string{"a": a, "b": b})
		if err != nil {
			for _, v := range []string{a, b} {
				if v == "" || !utf8.ValidString(v) || unseen.MatchString(v) {
					return
				}
			}
			t.Fatal(err)
		}
		values := map[string]string{"a": a, "b": b}
		sameShape(t, q.SQL, bound, func(name, literal string) bool {
			return literal == "'"+strings.ReplaceAll(values[name], "'", "''")+"'"
		})
	})
}

func FuzzLoad(f *testing.F) {
	f.Add(boundFile)
	for _, q := range embedded(f).All() {
		f.Add(head + q.SQL)
	}
	for _, body := range []string{"SELECT :a", "SELECT 'a':a", "SELECT :a:a", "SELECT -:a", "SELECT a::b", "SELECT E'\\' :a --'",
		"SELECT $$ :a $$", "SELECT \"a :a", "SELECT /* /* :a */", "SELECT 1;", "WITH a AS (SELECT :a) SELECT :a;;", "SELECT :a IS NULL"} {
		f.Add(head + "-- param: a string = '''' -- d\n" + body)
	}
	hostile := map[queries.Type]string{
		queries.String: "'; --/* \" :a", queries.Timestamp: "2026-05-01", queries.Date: "2026-05-01", queries.Integer: "1",
		queries.Boolean: "true",
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := queries.Load(fstest.MapFS{"topic/name.sql": {Data: []byte(text)}})
		if err != nil {
			return
		}
		q := c.All()[0]
		args := make(map[string]string)
		for _, p := range q.Params {
			args[p.Name] = hostile[p.Type]
		}
		bound, err := q.Bind(args)
		if err != nil {
			t.Fatal(err)
		}
		sameShape(t, q.SQL, bound, func(_, literal string) bool { return !strings.HasPrefix(literal, ":") })
		if again := load(t, head+"\n"+bound); again.SQL != bound {
			t.Fatalf("bound text loads as %q, not as %q", again.SQL, bound)
		}
		if lines := strings.Count(q.Athena(bound), "\n"); lines != 2+len(q.Params)+strings.Count(bound, "\n") {
			t.Fatalf("a comment of the pasted text runs over its line:\n%s", q.Athena(bound))
		}
	})
}
