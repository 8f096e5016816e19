package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"offtrail/store"
)

// ask returns the headings and the rows of a query, values as text, columns apart by a bar.
func ask(t *testing.T, s *store.Store, query string, opts store.QueryOptions) (columns []string, rows []string) {
	t.Helper()
	r, err := s.Query(t.Context(), query, opts)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for r.Next() {
		rows = append(rows, strings.TrimSuffix(strings.Join(texts(r.Values()), "|"), "\n"))
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return r.Columns(), rows
}

func texts(values []any) []string {
	var out []string
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func TestQuery(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries, repeatMarked), store.Options{})
	for _, tt := range []struct {
		name, query string
		once        bool
		want        []string
	}{
		{"as delivered", "SELECT count(*) FROM cloudtrail_logs", false, []string{"3"}},
		{"each once", "SELECT count(*) FROM cloudtrail_logs", true, []string{"2"}},
		{"each once, in every place", "SELECT (SELECT count(*) FROM cloudtrail_logs), count(*) FROM cloudtrail_logs a JOIN cloudtrail_logs b ON true", true, []string{"2|4"}},
		{"each once, behind a WITH of the same name", "WITH cloudtrail_logs AS (SELECT * FROM cloudtrail_logs) SELECT count(*) FROM cloudtrail_logs", true, []string{"2"}},
		{"each once, with its path", `SELECT "$path" FROM cloudtrail_logs ORDER BY 1`, true, []string{"s3://logs/1", "s3://logs/3"}},
		{"events are once", "SELECT count(*) FROM events", false, []string{"2"}},

		{"Athena's database", `SELECT count(*) FROM "default"."cloudtrail_logs"`, false, []string{"3"}},
		{"without quotes", `SELECT count(*) FROM Default.CLOUDTRAIL_LOGS`, false, []string{"3"}},
		{"Athena's catalog", `SELECT count(*) FROM AwsDataCatalog."default".cloudtrail_logs`, true, []string{"2"}},
		{"spread over lines", "SELECT count(*) FROM\n  \"default\" -- db\n . /* table */ cloudtrail_logs", true, []string{"2"}},
		{"other tables of the database", `SELECT count(*) FROM "default".objects`, false, []string{"3"}},
		{"qualified by the table", `SELECT DISTINCT cloudtrail_logs.errorcode, CloudTrail_Logs.useridentity.type FROM "default".cloudtrail_logs`, true, []string{"AccessDenied|Root"}},
		{"qualified by database and table", `SELECT DISTINCT "default".cloudtrail_logs.errorcode, awsdatacatalog.default.cloudtrail_logs.useridentity.type FROM "default".cloudtrail_logs`, true, []string{"AccessDenied|Root"}},
		{"a star qualified by database and table", `SELECT count(*) FROM (SELECT "default".cloudtrail_logs.* FROM "default".cloudtrail_logs)`, true, []string{"2"}},
		{"database in a text", `SELECT 'default.x', E'\'default.x', $$default.x$$ -- default.x`, true, []string{"default.x|'default.x|default.x"}},
		{"database as an alias", `SELECT DISTINCT "default".errorcode FROM cloudtrail_logs AS "default"`, true, []string{"AccessDenied"}},
		{"under an alias", `SELECT DISTINCT l.errorcode FROM "default".cloudtrail_logs AS l`, true, []string{"AccessDenied"}},
		{"under an alias before", `SELECT DISTINCT l.errorcode FROM l: "default".cloudtrail_logs`, true, []string{"AccessDenied"}},
		{"columns renamed", `SELECT DISTINCT v FROM cloudtrail_logs AS t(v)`, true, []string{"1.11"}},
		{"spaces from a web page", "SELECT\u00a0count(*),\u00a0'\u00a0' FROM\u2003\"default\".cloudtrail_logs", true, []string{"2|\u00a0"}},
		{"a semicolon at the end", "SELECT 1;", false, []string{"1"}},
		{"values", "VALUES (1, 'a'), (2, 'b')", false, []string{"1|a", "2|b"}},
		{"whole division", "SELECT 7/2", false, []string{"3"}},
		{"recursion", "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT sum(n) FROM r", false, []string{"6"}},
		{"described", "SELECT count(*) FROM (DESCRIBE cloudtrail_logs)", false, []string{"34"}},

		// The forms of AWS's CloudTrail examples.
		{"fields of a struct", "SELECT useridentity.arn, eventname FROM cloudtrail_logs WHERE useridentity.type = 'Root' AND eventname LIKE 'Delete%'", false, []string{"arn:aws:iam::111111111111:root|DeleteUser"}},
		{"grouped by a quoted field", `SELECT "useridentity"."type", count(*) FROM cloudtrail_logs GROUP BY "useridentity"."type"`, false, []string{"Root|3"}},
		{"unnested, one alias", "SELECT DISTINCT unnested.resources_entry.ARN FROM cloudtrail_logs t CROSS JOIN UNNEST(t.resources) unnested (resources_entry) ORDER BY 1", false, []string{"arn:aws:s3:::b", "arn:aws:s3:::b/k"}},
		{"unnested, columns unqualified", `SELECT count(*) FROM "default".cloudtrail_logs CROSS JOIN UNNEST(resources) AS u (r) WHERE r.accountid IS NULL`, false, []string{"3"}},
		{"cast of a field", "SELECT DISTINCT CAST(useridentity.accountid AS bigint) FROM cloudtrail_logs", false, []string{"111111111111"}},
		{"partitions and times as text", "SELECT eventtime, year, month, day FROM cloudtrail_logs WHERE day >= '03' AND eventtime < '2024-05-01T00:00:00Z'", false, []string{"2024-04-30T23:59:59Z|2024|05|03"}},
		{"in, not null, limit", "SELECT eventname FROM cloudtrail_logs WHERE eventname IN ('DeleteUser') AND errorcode IS NOT NULL ORDER BY eventtime DESC LIMIT 10", false, []string{"DeleteUser"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := ask(t, s, tt.query, store.QueryOptions{Once: tt.once}); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHiddenColumns(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries, repeatMarked), store.Options{})
	const width = 34 // columns of Athena's table
	for _, tt := range []struct {
		name, query string
		columns     int
		want        int // rows
	}{
		{"not named", "SELECT * FROM cloudtrail_logs", width, 3},
		{"in the condition", `SELECT * FROM cloudtrail_logs WHERE "$path" = 's3://logs/1'`, width, 1},
		{"the other one", `SELECT * FROM cloudtrail_logs WHERE "timestamp" >= '2024/05/02'`, width, 2},
		{"in any case", `SELECT * FROM cloudtrail_logs WHERE "$PATH" = 's3://logs/1' AND TimeStamp LIKE '2024%'`, width, 1},
		{"beside the star", `SELECT *, "$path" FROM cloudtrail_logs`, width + 1, 3},
		{"with the star qualified", `SELECT t.*, t."$path" FROM "default".cloudtrail_logs t`, width + 1, 3},
		{"with the star qualified by the table", `SELECT cloudtrail_logs.*, "timestamp" FROM "default".cloudtrail_logs`, width + 1, 3},
		{"with a star that leaves out", `SELECT * EXCLUDE (useridentity) FROM cloudtrail_logs WHERE "$path" <> ''`, width - 1, 3},
		{"with a star that replaces", `SELECT * REPLACE (upper(eventname) AS eventname) FROM cloudtrail_logs WHERE "$path" <> ''`, width, 3},
		{"in a join", `SELECT * FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a."$path" = b."$path"`, 2 * width, 3},
		{"in a join USING", `SELECT * FROM cloudtrail_logs a JOIN cloudtrail_logs b USING (eventid, "$path")`, 2*width - 1, 3},
		{"of one side only", `SELECT b.* FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a."$path" = b."$path"`, width, 3},
		{"shown by a subquery", `SELECT * FROM (SELECT "$path", eventname FROM cloudtrail_logs)`, 2, 3},
		{"shown by a WITH", `WITH a AS (SELECT eventname, "timestamp" FROM cloudtrail_logs) SELECT * FROM a`, 2, 3},
		{"joined with what shows it", `SELECT * FROM cloudtrail_logs a JOIN (SELECT "$path", eventid AS id FROM cloudtrail_logs) b ON a."$path" = b."$path"`, width + 2, 3},
		{"in a subquery of the condition", `SELECT * FROM cloudtrail_logs WHERE eventid IN (SELECT eventid FROM cloudtrail_logs WHERE "$path" = 's3://logs/3')`, width, 1},
		{"in a union", `SELECT * FROM cloudtrail_logs UNION ALL SELECT * FROM cloudtrail_logs WHERE "$path" = 's3://logs/3'`, width, 4},
		{"a name of the query's own", `SELECT x.* FROM (SELECT eventtime AS "timestamp" FROM cloudtrail_logs) x WHERE x."timestamp" > ''`, 1, 3},
		{"in the order", `SELECT * FROM cloudtrail_logs ORDER BY "$path" DESC`, width, 3},
		{"in ORDER BY ALL", `SELECT eventname, "$path" FROM cloudtrail_logs ORDER BY ALL`, 2, 3},
		{"not joined by in a natural join", `WITH b AS (SELECT eventid, upper("$path") AS "$path" FROM cloudtrail_logs) SELECT a.* FROM cloudtrail_logs a NATURAL JOIN b`, width, 5},
		{"named where COLUMNS(*) stands elsewhere", `SELECT COLUMNS(*) FROM cloudtrail_logs WHERE EXISTS (SELECT "$path" FROM cloudtrail_logs)`, width, 3},
		{"named where a bare FROM stands elsewhere", `SELECT * FROM (FROM cloudtrail_logs) WHERE EXISTS (SELECT "$path" FROM cloudtrail_logs)`, width, 3},
		{"in a semi join", `SELECT * FROM cloudtrail_logs a SEMI JOIN cloudtrail_logs b USING (eventid) WHERE a."$path" = 's3://logs/1'`, width, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			columns, rows := ask(t, s, tt.query, store.QueryOptions{})
			if len(columns) != tt.columns || len(rows) != tt.want {
				t.Errorf("got %d columns and %d rows, want %d and %d: %q", len(columns), len(rows), tt.columns, tt.want, columns)
			}
		})
	}
}

func TestQueryError(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries), store.Options{})
	for _, tt := range []struct{ name, query, place, line, want string }{
		{"unknown column", "SELECT evntname FROM cloudtrail_logs", "1:8", "SELECT evntname FROM cloudtrail_logs", `Candidate bindings: "eventname"`},
		{"on another line", "SELECT eventid,\r\n  evntname\r\nFROM cloudtrail_logs", "2:3", "  evntname", `"evntname" not found`},
		{"behind a rewritten name", "SELECT 1 FROM \"default\".cloudtrail_logs\nWHERE evntname = 'é'", "2:7", "WHERE evntname = 'é'", `"evntname" not found`},
		{"behind a star", `SELECT *, "$path" FROM cloudtrail_logs WHERE evntname = ''`, "1:46", "", `"evntname" not found`},
		{"characters, not bytes", "SELECT 'éé', evntname FROM cloudtrail_logs", "1:14", "", `"evntname" not found`},
		{"unknown table of the database", "SELECT 1 FROM default.cloudtrail_log", "1:23", "", `no table "cloudtrail_log"; did you mean "cloudtrail_logs"?`},
		{"qualified", "SELECT cloudtrail_logs.evntname FROM cloudtrail_logs", "1:8", "", `table "cloudtrail_logs" does not have a column named "evntname"`},
		{"unknown table", "SELECT 1 FROM cloudtrail_log", "1:15", "", `no table "cloudtrail_log"; did you mean "cloudtrail_logs"?`},
		{"unknown function", "SELECT regexp_lik('a', 'b')", "1:8", "", `regexp_lik`},
		{"syntax", "SELECT 1\nFROM cloudtrail_logs WHERE )", "2:28", "", `syntax error at or near ")"`},
		{"at the end", "SELECT 1 FROM", "1:14", "", "syntax error at end of input"},
		{"not grouped", "SELECT eventname, count(*) FROM cloudtrail_logs", "1:8", "", "must appear in the GROUP BY clause"},
		{"value that cannot be cast", "SELECT\nCAST(eventname AS bigint) FROM cloudtrail_logs", "2:1", "", "could not convert string 'CreateUser'"},
		{"refused function", "SELECT eventid, getenv('HOME') FROM events", "1:17", "", `function "getenv" may not be called`},
		{"type without a reading", "SELECT '101'::BIT AS b", "0:0", "", `column "b"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := s.Query(t.Context(), tt.query, store.QueryOptions{Once: true})
			if err == nil {
				r.Next()
				err = r.Err()
				r.Close()
			}
			var e *store.QueryError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			line, column := e.Place()
			if place := fmt.Sprintf("%d:%d", line, column); place != tt.place {
				t.Errorf("got place %s, want %s: %v", place, tt.place, err)
			}
			if tt.line != "" && e.Line() != tt.line {
				t.Errorf("got line %q", e.Line())
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			for _, inner := range []string{"_once", "_hidden", "trail.", "\n"} {
				if strings.Contains(err.Error(), inner) {
					t.Errorf("%q is in %v", inner, err)
				}
			}
		})
	}
}

func TestQueryNeedsReadOnly(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), build(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var e *store.Error
	if _, err := s.Query(t.Context(), "SELECT 1", store.QueryOptions{}); !errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
}

// TestQueriesAtOnce holds several answers open together: each has a connection of its own, the later ones made after the
// settings are locked.
func TestQueriesAtOnce(t *testing.T) {
	t.Parallel()
	s := read(t, build(t, threeDeliveries), store.Options{})
	var ready, done sync.WaitGroup
	for range 4 {
		ready.Add(1)
		done.Go(func() {
			r, err := s.Query(context.WithoutCancel(t.Context()), "SELECT eventname FROM cloudtrail_logs", store.QueryOptions{})
			ready.Done()
			if err != nil {
				t.Error(err)
				return
			}
			ready.Wait()
			rows := 0
			for r.Next() {
				rows++
			}
			if err := errors.Join(r.Err(), r.Close()); err != nil || rows != 3 {
				t.Errorf("got %d rows, %v", rows, err)
			}
		})
	}
	done.Wait()
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		statements []string
		behind     bool
		repeats    int64
	}{
		{"empty", nil, false, 0},
		{"never looked for", []string{threeDeliveries}, true, 0},
		{"found", []string{threeDeliveries, repeatMarked}, false, 1},
		{"found among other kinds", []string{threeDeliveries, repeatMarked, "UPDATE records_recent SET kind = 3 WHERE object_id = 2"}, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := read(t, build(t, tt.statements...), store.Options{})
			behind, err := s.RepeatsBehind(t.Context())
			if err != nil || behind != tt.behind {
				t.Errorf("behind: got %v, %v", behind, err)
			}
			repeats, err := s.Repeats(t.Context())
			if err != nil || repeats != tt.repeats {
				t.Errorf("repeats: got %d, %v", repeats, err)
			}
		})
	}
}
