package store

import "testing"

func TestBlank(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing to do", "SELECT a FROM b", "SELECT a FROM b"},
		{"database", "FROM default.t", "FROM         t"},
		{"database in quotes", `FROM "Default".t`, "FROM           t"},
		{"catalog", `awsdatacatalog.default.t.a`, "                       t.a"},
		{"over lines", "default\n. --x\n\"t\"", "       \n     \n\"t\""},
		{"column", "SELECT default.t.a, b", "SELECT         t.a, b"},
		{"a table's own", "SELECT t.default", "SELECT t.default"},
		{"alone", "SELECT default", "SELECT default"},
		{"catalog alone", "awsdatacatalog.t", "awsdatacatalog.t"},
		{"in a text", "'default.t'", "'default.t'"},
		{"after an escaped quote", `'it''s default.t'`, `'it''s default.t'`},
		{"after a backslash", `'\' default.t`, `'\'         t`},
		{"after a backslash that escapes", `E'\' default.t'`, `E'\' default.t'`},
		{"in a name", `"a default.t"`, `"a default.t"`},
		{"in a line comment", "-- default.t\ndefault.t", "-- default.t\n        t"},
		{"in a comment in a comment", "/* /* */ default.t */default.t", "/* /* */ default.t */        t"},
		{"in dollars", "$$default.t$$", "$$default.t$$"},
		{"in tagged dollars", "$x$ $$ default.t $x$ default.t", "$x$ $$ default.t $x$         t"},
		{"odd space", "a\u00a0b\u2003c\ufeff", "a  b   c   "},
		{"odd space in a text", "'\u00a0'", "'\u00a0'"},
		{"letters beyond ASCII", "é.ü", "é.ü"},
		{"open text", "'default.t", "'default.t"},
		{"open comment", "/* default.t", "/* default.t"},
		{"open dollars", "$$default.t", "$$default.t"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := blank(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	changes := edits{{9, 10, "longer"}, {0, 2, "x"}, {4, 4, "new"}}
	if got, want := changes.apply("ab cd ef g h"), "x cnewd ef longer h"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	for _, tt := range []struct {
		name      string
		now, then int
	}{
		{"in what replaced", 0, 0},
		{"behind it", 2, 3},
		{"in what is new", 4, 4},
		{"behind that", 6, 4},
		{"in the last", 12, 9},
		{"behind it all", 18, 11},
	} {
		if got := changes.back(tt.now); got != tt.then {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.then)
		}
	}
}
