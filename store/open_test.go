package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"offtrail/store"
)

// Three deliveries of two events, each in an object of its own: the second object delivers the first one's event again.
const threeDeliveries = `
INSERT INTO objects BY NAME
SELECT i AS id, i AS content_id, 1 AS sync_id, 'ingested' AS status, 1 AS kind, 's3://logs/' || i AS uri, 'logs' AS bucket, 'k' || i AS key,
       '111111111111' AS account, 'us-east-1' AS region, '2024-05-0' || i AS day, 1 AS size, 'gzip' AS encoding, '' AS sha256,
       '' AS content_sha256, 1 AS content_size, 1 AS records, 0 AS stem_hash, 0 AS fingerprint, now()::TIMESTAMP AS ingested_at
FROM range(1, 4) r(i);
INSERT INTO records_recent BY NAME
SELECT i AS object_id, 0 AS position, 1 AS kind, '111111111111' AS account, 'us-east-1' AS region, '2024/05/0' || i AS delivered,
       '1.11' AS eventversion, TIMESTAMP '2024-04-30 23:59:59' AS event_time, 'iam.amazonaws.com' AS eventsource,
       CASE WHEN i = 3 THEN 'DeleteUser' ELSE 'CreateUser' END AS eventname, 'AccessDenied' AS errorcode,
       '{"userName":"eve"}' AS requestparameters, 'arn:aws:s3:::b' AS errormessage, '1.2.3.4' AS sourceipaddress,
       ('00000000-0000-0000-0000-00000000000' || (CASE WHEN i = 2 THEN 1 ELSE i END))::UUID AS event_id, false AS read_only, 0 AS nulls,
       {'type': 'Root', 'arn': 'arn:aws:iam::111111111111:root', 'accountid': '111111111111'} AS useridentity,
       [{'arn': 'arn:aws:s3:::b/k', 'accountid': '111111111111', 'type': 'AWS::S3::Object'}, {'arn': 'arn:aws:s3:::b', 'accountid': NULL, 'type': 'AWS::S3::Bucket'}] AS resources
FROM range(1, 4) r(i);`

// repeatMarked says of the second of them that it repeats the first.
const repeatMarked = `INSERT INTO repeats VALUES (2, 0, 1, 0, true); INSERT INTO repeats_through VALUES (3);`

// build makes a database, runs statements over it past the store, and returns its path.
func build(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trail.duckdb")
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// read opens a database for queries, for as long as the test runs.
func read(t *testing.T, path string, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.OpenReadOnly(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
