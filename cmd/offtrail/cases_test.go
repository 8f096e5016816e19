package main_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"offtrail/sql/queries"
)

// TestQueryCases proves every named query by its case, fixtures/queries/NAME.txtar:
//
//	events.ndjson          records, one a line: some that the query must find, and near misses that it must not
//	args, want.csv         what is asked, one argument a line, and the whole answer
//	args.2, want.2.csv …   further questions
//
// The records go the way that every record goes: offtrail syncs them and is asked.
func TestQueryCases(t *testing.T) {
	t.Parallel()
	catalog, err := queries.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	cases := caseFiles(t)
	for _, q := range catalog.All() {
		at := slices.Index(cases, q.Name)
		if at < 0 {
			t.Errorf("query %s has no case: write fixtures/queries/%[1]s.txtar (CONTRIBUTING.md, Add a query)", q.Name)
			continue
		}
		cases = slices.Delete(cases, at, at+1)
		t.Run(q.Name, func(t *testing.T) {
			t.Parallel()
			proveQuery(t, q.Name, readCase(t, caseFile(q.Name)))
		})
	}
	for _, name := range cases {
		t.Errorf("case fixtures/queries/%s.txtar has no query: write sql/queries/%[1]s.sql, or remove the case", name)
	}
}

const caseFolder = "../../fixtures/queries"

func caseFile(name string) string {
	return filepath.Join(caseFolder, filepath.FromSlash(name)+".txtar")
}

// caseFiles lists the names that there are cases for.
func caseFiles(t *testing.T) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(caseFolder), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, is := strings.CutSuffix(path, ".txtar")
		if !is {
			t.Errorf("fixtures/queries/%s is no case: cases end in .txtar", path)
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// queryCase is a case as its file says it.
type queryCase struct {
	events    []string
	questions []question
}

type question struct {
	args []string
	want [][]string // the header, then rows
}

// readCase reads a case and refuses what would prove nothing.
func readCase(t *testing.T, path string) queryCase {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	take := func(name string) string {
		text, found := files[name]
		if !found {
			t.Fatalf("%s has no %s", path, name)
		}
		delete(files, name)
		return text
	}
	c := queryCase{events: lines(take("events.ndjson"))}
	for n := 1; n == 1 || files[numbered("args", n, "")] != "" || files[numbered("want", n, ".csv")] != ""; n++ {
		c.questions = append(c.questions, question{lines(take(numbered("args", n, ""))), rowsOf(t, take(numbered("want", n, ".csv")))})
	}
	for name := range files {
		t.Errorf("%s: %s belongs to nothing: questions are args and want.csv, args.2 and want.2.csv, and so on", path, name)
	}
	if len(c.questions[0].want) < 2 {
		t.Errorf("%s: want.csv has no row: add an event that the query must find", path)
	}
	return c
}

// numbered is the name of a question's file; the first has no number.
func numbered(name string, n int, extension string) string {
	if n > 1 {
		name += fmt.Sprintf(".%d", n)
	}
	return name + extension
}

func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func rowsOf(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("read csv: %v\n%s", err, text)
	}
	return rows
}

func proveQuery(t *testing.T, name string, c queryCase) {
	s := newSession(t)
	db := s.syncEvents("all", c.events)
	for i, q := range c.questions {
		got := rowsOf(t, s.ask(db, name, q.args))
		if !reflect.DeepEqual(got, q.want) {
			t.Errorf("%s %q answers\n%s\nwant (%s)\n%s", name, q.args, show(got), numbered("want", i+1, ".csv"), show(q.want))
		}
	}
	if t.Failed() {
		return
	}
	if !s.hasNearMiss(name, c) {
		t.Errorf("every event of fixtures/queries/%s.txtar is in want.csv: add one to events.ndjson that is nearly what is asked for, and must not be found", name)
	}
}

// hasNearMiss reports whether some event can be taken away and the first question has the same answer. The last events
// are tried first: that is where one writes those that must not match.
func (s *session) hasNearMiss(name string, c queryCase) bool {
	s.t.Helper()
	tried := map[string]bool{}
	for i, event := range slices.Backward(c.events) {
		id := eventID(s.t, event)
		if tried[id] {
			continue
		}
		tried[id] = true
		rest := slices.DeleteFunc(slices.Clone(c.events), func(other string) bool { return eventID(s.t, other) == id })
		if len(rest) == 0 {
			return false
		}
		db := s.syncEvents(fmt.Sprintf("without%d", i), rest)
		if reflect.DeepEqual(rowsOf(s.t, s.ask(db, name, c.questions[0].args)), c.questions[0].want) {
			return true
		}
	}
	return false
}

func eventID(t *testing.T, event string) string {
	t.Helper()
	var e struct{ EventID string }
	if err := json.Unmarshal([]byte(event), &e); err != nil || e.EventID == "" {
		t.Fatalf("read eventID of %s: %v", event, err)
	}
	return e.EventID
}

// syncEvents brings events into a database of their own, whose name it returns.
func (s *session) syncEvents(name string, events []string) (db string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name+".ndjson"), []byte(strings.Join(events, "\n")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	db = name + ".duckdb"
	s.run(0, "sync", name+".ndjson", "--db", db)
	return db
}

// ask runs a named query and returns its rows as CSV.
func (s *session) ask(db, name string, args []string) string {
	s.t.Helper()
	return s.run(0, append([]string{"query", name, "--db", db, "--output", "csv"}, args...)...).stdout
}

func show(rows [][]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows) // a strings.Builder takes everything
	return b.String()
}
