package store_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offtrail/store"
)

// TestRefused tries every way out that is known. None may run, write or read anything.
func TestRefused(t *testing.T) {
	t.Parallel()
	path := build(t, threeDeliveries)
	folder := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(folder, "secret.csv"), []byte("secret\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, folder)
	s := read(t, path, store.Options{})
	for _, tt := range []struct{ name, query, want string }{
		{"nothing", "", "empty"},
		{"a comment only", "-- SELECT 1", "empty"},
		{"two statements", "SELECT 1; SELECT 2", "2 statements"},
		{"a write before a select", "CREATE TABLE x (a INT); SELECT 1", "not a SELECT"},
		{"a write behind a comment", "SELECT 1; -- \n DROP VIEW events", "not a SELECT"},
		{"a zero byte", "SELECT 1 \x00; DROP VIEW events", "zero byte"},
		{"not UTF-8", "SELECT '\xff'", "UTF-8"},
		{"copy out", "COPY (SELECT 1) TO 'DIR/x.csv'", "not a SELECT"},
		{"copy in", "COPY records_recent FROM 'DIR/secret.csv'", "not a SELECT"},
		{"export", "EXPORT DATABASE 'DIR/x'", "not a SELECT"},
		{"import", "IMPORT DATABASE 'DIR/x'", "not a SELECT"},
		{"attach", "ATTACH 'DIR/x.db'", "not a SELECT"},
		{"attach in memory", "ATTACH ':memory:' AS m", "not a SELECT"},
		{"detach", "DETACH trail", "not a SELECT"},
		{"use", "USE memory", "not a SELECT"},
		{"install", "INSTALL httpfs", "not a SELECT"},
		{"load", "LOAD 'DIR/x.duckdb_extension'", "not a SELECT"},
		{"set", "SET lock_configuration = false", "not a SELECT"},
		{"set variable", "SET VARIABLE x = 1", "not a SELECT"},
		{"reset", "RESET TimeZone", "not a SELECT"},
		{"pragma", "PRAGMA enable_profiling", "not a SELECT"},
		{"call", "CALL enable_logging(storage = 'stdout')", "not a SELECT"},
		{"create", "CREATE TEMP TABLE x AS SELECT 1", "not a SELECT"},
		{"macro", "CREATE TEMP MACRO count(x) AS 1", "not a SELECT"},
		{"delete", "DELETE FROM records_recent", "not a SELECT"},
		{"update", "UPDATE objects SET uri = ''", "not a SELECT"},
		{"insert", "INSERT INTO repeats VALUES (1, 1, 1, 1, true)", "not a SELECT"},
		{"insert in WITH", "WITH x AS (INSERT INTO repeats VALUES (1, 1, 1, 1, true) RETURNING *) SELECT * FROM x", "CTE needs a SELECT"},
		{"delete in WITH", "WITH x AS (DELETE FROM repeats RETURNING *) SELECT * FROM x", "CTE needs a SELECT"},
		{"select into", "SELECT 1 INTO x", "not supported"},
		{"explain analyze", "EXPLAIN ANALYZE SELECT 1", "not a SELECT"},
		{"prepare", "PREPARE p AS SELECT 1", "not a SELECT"},
		{"transaction", "BEGIN", "not a SELECT"},
		{"checkpoint", "FORCE CHECKPOINT", "not a SELECT"},
		{"placeholder", "SELECT ?", "placeholder"},

		{"file in FROM", "SELECT * FROM 'DIR/secret.csv'", "no table"},
		{"file in double quotes", `SELECT * FROM "DIR/secret.csv"`, "no table"},
		{"bare file", `FROM 'DIR/secret.csv'`, "no table"},
		{"TABLE of a file", `TABLE "DIR/secret.csv"`, "no table"},
		{"described file", `DESCRIBE 'DIR/secret.csv'`, "no table"},
		{"summarized file", `SUMMARIZE 'DIR/secret.csv'`, "no table"},
		{"file in a subquery", "SELECT (SELECT secret FROM 'DIR/secret.csv')", "no table"},
		{"file in EXISTS", "SELECT 1 WHERE EXISTS (FROM 'DIR/secret.csv')", "no table"},
		{"file in ORDER BY", "SELECT 1 ORDER BY (SELECT secret FROM 'DIR/secret.csv')", "no table"},
		{"file in LIMIT", "SELECT 1 LIMIT (SELECT count(*) FROM 'DIR/secret.csv')", "no table"},
		{"file in a join", "SELECT 1 FROM events LEFT JOIN 'DIR/secret.csv' ON true", "no table"},
		{"file in a join's condition", "SELECT 1 FROM events a JOIN events b ON (SELECT true FROM 'DIR/secret.csv')", "no table"},
		{"file in a union", "SELECT 'x' UNION ALL SELECT secret FROM 'DIR/secret.csv'", "no table"},
		{"file in VALUES", "VALUES ((SELECT secret FROM 'DIR/secret.csv'))", "no table"},
		{"file in a window", "SELECT sum(1) OVER (PARTITION BY (SELECT secret FROM 'DIR/secret.csv'))", "no table"},
		{"file in a lambda", "SELECT list_transform([1], lambda x: (SELECT secret FROM 'DIR/secret.csv'))", "no table"},
		{"file in a function's argument", "SELECT * FROM range((SELECT count(*) FROM 'DIR/secret.csv'))", "no table"},
		{"file in PIVOT", "FROM (FROM 'DIR/secret.csv') PIVOT (count(*) FOR secret IN ('x'))", "no table"},
		{"file in a sample", "FROM 'DIR/secret.csv' TABLESAMPLE 10%", "no table"},
		{"file under an alias that is a table's", `SELECT * FROM 'DIR/secret.csv' AS events`, "no table"},
		{"file named in its own WITH", `WITH "DIR/secret.csv" AS (SELECT * FROM "DIR/secret.csv") SELECT * FROM "DIR/secret.csv"`, "no table"},
		{"file named in a later WITH", `WITH a AS (SELECT * FROM "DIR/secret.csv"), "DIR/secret.csv" AS (SELECT 1) SELECT * FROM a`, "no table"},
		{"file named in an inner WITH", `SELECT * FROM (WITH "DIR/secret.csv" AS (SELECT 1) SELECT 1), "DIR/secret.csv"`, "no table"},
		{"file at the root of a recursion", `WITH RECURSIVE "DIR/secret.csv" AS (SELECT * FROM "DIR/secret.csv" UNION ALL SELECT 'x' FROM "DIR/secret.csv") SELECT * FROM "DIR/secret.csv"`, "no table"},
		{"file like a WITH but for a letter", "WITH \"k.csv\" AS (SELECT 1) SELECT * FROM \"\u212A.csv\"", "no table"},

		{"read_text", "SELECT * FROM read_text('DIR/secret.csv')", `function "read_text"`},
		{"read_blob", "SELECT * FROM read_blob('DIR/secret.csv')", `function "read_blob"`},
		{"read_csv", "SELECT * FROM read_csv('DIR/secret.csv')", `function "read_csv"`},
		{"read_json", "SELECT * FROM Read_JSON_Auto('DIR/secret.csv')", `function "read_json_auto"`},
		{"read_parquet", "SELECT * FROM parquet_scan('DIR/secret.csv')", `function "parquet_scan"`},
		{"read_duckdb", "SELECT * FROM read_duckdb('DIR/x.db')", `function "read_duckdb"`},
		{"sniff_csv", "SELECT * FROM sniff_csv('DIR/secret.csv')", `function "sniff_csv"`},
		{"glob", "SELECT * FROM glob('DIR/*')", `function "glob"`},
		{"logging to a file", "SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': 'DIR/log'})", `function "enable_logging"`},
		{"logging to stdout", "SELECT * FROM enable_logging(storage = 'stdout')", `function "enable_logging"`},
		{"logging off", "SELECT * FROM disable_logging()", `function "disable_logging"`},
		{"profiling", "SELECT * FROM enable_profiling()", `function "enable_profiling"`},
		{"another parser", "SELECT * FROM enable_peg_parser()", `function "enable_peg_parser"`},
		{"checkpoint function", "SELECT * FROM force_checkpoint()", `function "force_checkpoint"`},
		{"query()", "SELECT * FROM query('FROM duckdb_settings()')", `function "query"`},
		{"query_table()", "SELECT * FROM query_table('DIR/secret.csv')", `function "query_table"`},
		{"macro over query_table()", "SELECT * FROM histogram('DIR/secret.csv', secret)", `function "histogram"`},
		{"serialized SQL", "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", `function "json_execute_serialized_sql"`},
		{"arrow_scan", "SELECT * FROM arrow_scan(0, 0, 0)", `function "arrow_scan"`},
		{"table function qualified", "SELECT * FROM system.main.duckdb_settings()", `function "duckdb_settings"`},
		{"table function in EXISTS", "SELECT EXISTS (SELECT 1 FROM duckdb_settings())", `function "duckdb_settings"`},
		{"lateral table function", "SELECT * FROM events, LATERAL read_text(requestparameters)", `function "read_text"`},

		{"settings", "SELECT * FROM duckdb_settings", "no table"},
		{"secrets", "SELECT * FROM duckdb_secrets()", `function "duckdb_secrets"`},
		{"catalog", "SELECT * FROM pg_catalog.pg_tables", "no table"},
		{"information schema", "SELECT * FROM information_schema.tables", "no table"},
		{"sqlite_master", "SELECT * FROM sqlite_master", "no table"},
		{"a table behind the views", "SELECT * FROM records_bulk", "no table"},
		{"a view behind the views", "SELECT * FROM cloudtrail_logs_once", "no table"},
		{"a table by its catalog", "SELECT * FROM trail.main.objects", "no table"},
		{"another database", `SELECT * FROM security.cloudtrail_logs`, "no table"},
		{"show tables", "SHOW TABLES", "SHOW"},
		{"show all", "SHOW ALL TABLES", "SHOW"},
		{"show in a subquery", "SELECT * FROM (SHOW DATABASES)", "SHOW"},

		{"settings function", "SELECT current_setting('temp_directory')", `function "current_setting"`},
		{"as a method", "SELECT ('temp_directory').current_setting()", `function "current_setting"`},
		{"qualified", "SELECT system.main.current_setting('temp_directory')", `function "current_setting"`},
		{"in an aggregate's filter", "SELECT count(*) FILTER (current_setting('threads') > 1) FROM events", `function "current_setting"`},
		{"environment", "SELECT getenv('HOME')", `function "getenv"`},
		{"sequence", "SELECT nextval('x')", `function "nextval"`},
		{"log entry", "SELECT write_log('x')", `function "write_log"`},
		{"wait", "SELECT sleep_ms(1)", `function "sleep_ms"`},
		{"wait, as in Postgres", "SELECT pg_sleep(1)", `function "pg_sleep"`},
		{"plan", "SELECT json_serialize_plan('SELECT 1')", `function "json_serialize_plan"`},
		{"transaction number", "SELECT txid_current()", `function "txid_current"`},
		{"the query itself", "SELECT current_query()", `function "current_query"`},
		{"what the optimizer uses", "SELECT __internal_compress_integral_utinyint(1, 1)", "__internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, once := range []bool{false, true} {
				rows, err := s.Query(t.Context(), strings.ReplaceAll(tt.query, "DIR", folder), store.QueryOptions{Once: once})
				if err == nil {
					t.Fatalf("it ran: %v", errors.Join(rows.Err(), rows.Close()))
				}
				var refused *store.QueryError
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %q", err, tt.want)
				}
			}
		})
	}
	if after := snapshot(t, folder); after != before {
		t.Errorf("the folder holds\n%s\nand held\n%s", after, before)
	}
}

// snapshot describes all files of a folder.
func snapshot(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %x\n", entry.Name(), sha256.Sum256(data))
	}
	return out.String()
}
