package queries_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"offtrail/sql/queries"
)

// load loads one query from the text of its file.
func load(t testing.TB, text string) *queries.Query {
	t.Helper()
	c, err := queries.Load(fstest.MapFS{"topic/name.sql": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c.All()[0]
}

func embedded(t testing.TB) *queries.Catalog {
	t.Helper()
	c, err := queries.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The order of rows is part of an answer, and an answer that no case file shows is not known to be right.
func TestEmbeddedQueriesAreOrderedAndHaveCases(t *testing.T) {
	t.Parallel()
	ordered := regexp.MustCompile(`(?m)^ORDER BY .+$`)
	for _, q := range embedded(t).All() {
		t.Run(q.Name, func(t *testing.T) {
			t.Parallel()
			if !ordered.MatchString(q.SQL) {
				t.Error("no ORDER BY at the top level")
			}
			file := filepath.Join("..", "..", "fixtures", "queries", filepath.FromSlash(q.Name)+".txtar")
			if _, err := os.Stat(file); err != nil {
				t.Error(err)
			}
			if len(q.Tags) == 0 {
				t.Error("no tags to find it by")
			}
		})
	}
}

// These functions exist in both engines and answer differently, or exist in one only.
func TestEmbeddedQueriesKeepToSharedDialect(t *testing.T) {
	t.Parallel()
	traps := regexp.MustCompile(`(?i)\b(regexp_\w+|split_part|date_diff|date_add|date_trunc|date_parse|greatest|least|concat|` +
		`element_at|cardinality|contains|json_\w+|format|if|substr|from_iso8601_\w+|count_if|approx_\w+)\s*\(|->|/`)
	for _, q := range embedded(t).All() {
		if trap := traps.FindString(q.SQL); trap != "" {
			t.Errorf("%s uses %q", q.Name, trap)
		}
	}
}
