package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// figures are what truth.json says of a set of real records, counted without a database.
type figures struct {
	Events    int        `json:"events"`
	EventIDs  int        `json:"distinct_eventIDs"`
	DeletesBy []deletion `json:"deletes_by"`
	Activity  map[string]struct {
		Events   int     `json:"events"`
		Errors   int     `json:"errors"`
		First    string  `json:"first"`
		Last     string  `json:"last"`
		ByName   []tally `json:"by_eventName"`
		EventIDs string  `json:"eventIDs_sha256"` // of the IDs, sorted, a line each
	} `json:"seed_q3"`
}

// deletion is one line of deletes_by: an array in JSON.
type deletion struct {
	service, name, account, region string
	calls                          int
}

func (d *deletion) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&d.service, &d.name, &d.account, &d.region, &d.calls})
}

// tally is one line of by_eventName: an array in JSON.
type tally struct {
	service, name string
	calls         int
}

func (c *tally) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&c.service, &c.name, &c.calls})
}

// TestTruth asks for what real records that lie beside the repository say. Where they do not lie there, nothing is tested.
func TestTruth(t *testing.T) {
	t.Parallel()
	dir := sharedData(t)
	text, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("no real records beside the repository")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var sets map[string]figures
	if err := json.Unmarshal(text, &sets); err != nil {
		t.Fatal(err)
	}
	if len(sets) != 4 {
		t.Errorf("truth.json knows %d sets, want 4", len(sets))
	}
	for name, want := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			s.run(0, "sync", filepath.Join(dir, name), "--db", "case.duckdb")
			checkCounts(s, want)
			checkDeletions(s, want)
			checkActivity(s, want)
		})
	}
}

// sharedData is the folder of real records beside the repository, there or not.
func sharedData(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for !exists(t, filepath.Join(dir, "go.mod")) {
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(filepath.Dir(dir), "shared", "data")
}

// rows runs a command line with JSON output and decodes its rows.
func rows[T any](s *session, args ...string) (all []T) {
	s.t.Helper()
	e := s.run(0, append(args, "--db", "case.duckdb", "--output", "ndjson")...)
	for line := range strings.Lines(e.stdout) {
		var row T
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			s.t.Fatalf("row %q: %v", line, err)
		}
		all = append(all, row)
	}
	return all
}

func checkCounts(s *session, want figures) {
	s.t.Helper()
	type counts struct{ Records, IDs, Events, Once int }
	got := rows[counts](s, "sql", `SELECT
		(SELECT count(*) FROM cloudtrail_logs) AS records, (SELECT count(DISTINCT eventid) FROM cloudtrail_logs) AS ids,
		(SELECT count(*) FROM events) AS events, (SELECT count(DISTINCT eventid) FROM events) AS once`)
	if w := (counts{want.Events, want.EventIDs, want.EventIDs, want.EventIDs}); len(got) != 1 || got[0] != w {
		s.t.Errorf("counted %+v, want %+v", got, w)
	}
}

func checkDeletions(s *session, want figures) {
	s.t.Helper()
	type answer struct {
		EventSource, EventName, RecipientAccountID, AWSRegion string
		Deleted, Failed                                       number
	}
	got := map[deletion]bool{}
	for _, a := range rows[answer](s, "query", "deletions", "--service", "%", "--event", "Delete%") {
		got[deletion{a.EventSource, a.EventName, a.RecipientAccountID, a.AWSRegion, int(a.Deleted + a.Failed)}] = true
	}
	for _, d := range want.DeletesBy {
		if !got[d] {
			s.t.Errorf("deletions lack %v", d)
		}
	}
	if len(got) != len(want.DeletesBy) {
		s.t.Errorf("%d kinds of deletions, want %d", len(got), len(want.DeletesBy))
	}
}

func checkActivity(s *session, want figures) {
	s.t.Helper()
	type answer struct{ EventTime, EventSource, EventName, ErrorCode, ErrorMessage, EventID string }
	for user, w := range want.Activity {
		got := rows[answer](s, "query", "activity", "--user", user)
		if len(got) != w.Events || len(got) == 0 {
			s.t.Errorf("%s: %d calls, want %d", user, len(got), w.Events)
			continue
		}
		if got[0].EventTime != w.First || got[len(got)-1].EventTime != w.Last {
			s.t.Errorf("%s: from %s to %s, want %s to %s", user, got[0].EventTime, got[len(got)-1].EventTime, w.First, w.Last)
		}
		var ids []string
		errored, names := 0, map[string]int{}
		for _, a := range got {
			ids = append(ids, a.EventID)
			names[a.EventSource+" "+a.EventName]++
			if a.ErrorCode != "" {
				errored++
			}
		}
		if errored != w.Errors {
			s.t.Errorf("%s: %d errors, want %d", user, errored, w.Errors)
		}
		for _, c := range w.ByName {
			if n := names[c.service+" "+c.name]; n != c.calls {
				s.t.Errorf("%s: %d of %s %s, want %d", user, n, c.service, c.name, c.calls)
			}
		}
		if len(names) != len(w.ByName) {
			s.t.Errorf("%s: %d names, want %d", user, len(names), len(w.ByName))
		}
		slices.Sort(ids)
		sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
		if text := hex.EncodeToString(sum[:]); text != w.EventIDs {
			s.t.Errorf("%s: the event IDs hash to %s, want %s", user, text, w.EventIDs)
		}
	}
}

// number is a number as JSON output writes it: of 64 bits as text, perhaps.
type number int

func (n *number) UnmarshalJSON(text []byte) error {
	value, err := strconv.Atoi(strings.Trim(string(text), `"`))
	*n = number(value)
	return err
}
