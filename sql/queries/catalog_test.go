package queries_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"offtrail/sql/queries"
)

func file(title, tags string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- title: " + title + "\n-- about: Rows.\n-- tags: " + tags + "\nSELECT 1\n")}
}

func small(t *testing.T) *queries.Catalog {
	t.Helper()
	c, err := queries.Load(fstest.MapFS{
		"s3/deletions.sql":      file("Deleted buckets", "impact"),
		"connect/deletions.sql": file("Deleted instances", "impact, attack.t1485"),
		"connect/deleters.sql":  file("Who deleted", "identity"),
		"iam/activity.sql":      file("Everything", "identity"),
		"README.md":             {Data: []byte("not a query")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nameList(qs []*queries.Query) []string {
	names := make([]string, len(qs))
	for i, q := range qs {
		names[i] = q.Name
	}
	return names
}

func TestEmbeddedNames(t *testing.T) {
	t.Parallel()
	got := nameList(embedded(t).All())
	for _, want := range []string{"connect/deleters", "connect/deletions", "identity/activity"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
	if !slices.IsSorted(got) {
		t.Errorf("not in order of name: %v", got)
	}
}

func TestAllIsACopy(t *testing.T) {
	t.Parallel()
	c := small(t)
	c.All()[0] = nil
	if c.All()[0] == nil {
		t.Error("a caller's change to the list reached the catalogue")
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	c := small(t)
	tests := []struct{ name, ask, want, err string }{
		{name: "full name", ask: "s3/deletions", want: "s3/deletions"},
		{name: "last segment", ask: "deleters", want: "connect/deleters"},
		{name: "shared last segment", ask: "deletions",
			err: `ambiguous query "deletions": did you mean "connect/deletions" or "s3/deletions"?`},
		{name: "mistyped segment", ask: "activty", err: `unknown query "activty": did you mean "iam/activity"?`},
		{name: "mistyped name", ask: "connect/deleter", err: `unknown query "connect/deleter": did you mean "connect/deleters"?`},
		{name: "other case", ask: "IAM/Activity", err: `unknown query "IAM/Activity": did you mean "iam/activity"?`},
		{name: "topic", ask: "connect",
			err: `unknown query "connect": did you mean "connect/deleters" or "connect/deletions"?`},
		{name: "nothing near", ask: "zebra", err: `unknown query "zebra"`},
		{name: "empty", ask: "", err: `unknown query ""`},
		{name: "hostile", ask: "\x1b[2J", err: `unknown query "\x1b[2J"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, err := c.Lookup(tt.ask)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || q.Name != tt.want {
				t.Errorf("got %v, %v, want %s", q, err, tt.want)
			}
		})
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	c := small(t)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"word of a title", "buckets", []string{"s3/deletions"}},
		{"case ignored", "BUCKETS", []string{"s3/deletions"}},
		{"tag", "attack.t1485", []string{"connect/deletions"}},
		{"every word must occur", "connect who", []string{"connect/deleters"}},
		{"several found in order", "identity", []string{"connect/deleters", "iam/activity"}},
		{"nothing", "zebra", []string{}},
		{"no words is everything", " ", []string{"connect/deleters", "connect/deletions", "iam/activity", "s3/deletions"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := nameList(c.Search(tt.text)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
