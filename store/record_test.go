package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offtrail/ingest/cloudtrail"
)

const (
	repeatedID = "aaaaaaaa-0000-4000-8000-000000000001"
	duplicate  = `{"eventName":"A","eventName":"B","eventID":"twice"}`
	aggregate  = `{"eventVersion":"1.0","eventCategory":"Aggregated","eventId":"bbbbbbbb-0000-4000-8000-000000000002"}`
	bridge     = `{"id":"x","detail":{"eventName":"C","eventID":"AAAAAAAA-0000-4000-8000-000000000003"}}`
)

// arrive takes an object in, in a transaction of its own.
func arrive(t *testing.T, s *Store, d cloudtrail.Delivery, body string) {
	t.Helper()
	ctx := t.Context()
	run, err := s.BeginSync(ctx, "v1.2.3", []string{"sync"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.NewWriter(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	batch := cloudtrail.NewBatch()
	sink := &appending{ctx: ctx, w: w}
	d.Status, d.Encoding = cloudtrail.StatusIngested, "gzip"
	if d.ContentID != d.Provenance.ID {
		d.Status = cloudtrail.StatusCopy
	} else {
		report, err := cloudtrail.NewDecoder(batch, sink).Decode(strings.NewReader(body), d.Provenance)
		if err != nil {
			t.Fatal(err)
		}
		d.Records = report.Records
	}
	if err := sink.Full(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(ctx, []cloudtrail.Delivery{d}); err != nil {
		t.Fatal(err)
	}
}

func delivery(id, content int32, key string) cloudtrail.Delivery {
	return cloudtrail.Delivery{
		Object:     cloudtrail.Object{URI: "s3://amzn-s3-demo-bucket/" + key, Key: key, Bucket: "amzn-s3-demo-bucket"},
		Provenance: &cloudtrail.Provenance{ID: id}, ContentID: content,
	}
}

// caseFile returns a store in which object 1 holds an event that object 2 holds again; 3 is a copy of 1; 5 replaced 4; 6 holds the odd ones.
func caseFile(t *testing.T) *Store {
	t.Helper()
	s := openEmpty(t)
	first := delivery(1, 1, "a.json.gz")
	first.SHA256, first.ContentSHA256 = [32]byte{0xab}, [32]byte{0xcd}
	first.ContentSize = 99
	first.Fetched = cloudtrail.Fetched{
		Size: 42, ETag: "etag", VersionID: "version", LastModified: time.Date(2024, 5, 1, 1, 2, 3, 0, time.UTC), Metadata: map[string]string{"k": "v"},
	}
	event := `{"eventName":"A","eventID":"` + repeatedID + `","readOnly":true}`
	arrive(t, s, first, `[{"eventID":"z"},`+event+`]`)
	arrive(t, s, delivery(2, 2, "b.json.gz"), strings.Replace(event, "true", "false", 1))
	arrive(t, s, delivery(3, 1, "copy/a.json.gz"), "")
	arrive(t, s, delivery(4, 4, "c.json.gz"), `{"eventName":"Before","eventID":"changed"}`)
	after := delivery(5, 5, "c.json.gz")
	after.Replaces = 4
	arrive(t, s, after, `{"eventName":"After","eventID":"changed"}`)
	arrive(t, s, delivery(6, 6, "d.json.gz"), duplicate+"\n"+aggregate+"\n"+bridge+"\n"+`{"eventName":"\ud800","eventID":"half"}`)
	if err := s.MarkRepeats(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func recordsOf(t *testing.T, s *Store, eventID string, want int) []StoredRecord {
	t.Helper()
	records, err := s.Records(t.Context(), eventID)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != want {
		t.Fatalf("%d records have eventID %q, want %d: %+v", len(records), eventID, want, records)
	}
	return records
}

func TestRecords(t *testing.T) {
	t.Parallel()
	s := caseFile(t)

	t.Run("provenance", func(t *testing.T) {
		got := recordsOf(t, s, repeatedID, 2)[0]
		want := Place{
			ID: 1, URI: "s3://amzn-s3-demo-bucket/a.json.gz", Bucket: "amzn-s3-demo-bucket", Key: "a.json.gz", Status: cloudtrail.StatusIngested,
			Encoding: "gzip", SHA256: "ab" + strings.Repeat("0", 62), ContentSHA256: "cd" + strings.Repeat("0", 62), Size: 42, ContentSize: 99,
			ETag: "etag", VersionID: "version", LastModified: time.Date(2024, 5, 1, 1, 2, 3, 0, time.UTC), Metadata: `{"k":"v"}`,
			Sync: 1, SyncStarted: time.Unix(1.8e9, 0).UTC(), SyncTool: "v1.2.3", IngestedAt: time.Unix(1.8e9, 0).UTC(),
		}
		if got.Object != want {
			t.Errorf("\n got %+v\nwant %+v", got.Object, want)
		}
		if got.Position != 1 || got.Kind != cloudtrail.KindTrail || got.Superseded || got.Kept != nil {
			t.Errorf("got %+v", got)
		}
		if len(got.Copies) != 1 || got.Copies[0].URI != "s3://amzn-s3-demo-bucket/copy/a.json.gz" || got.Copies[0].Status != cloudtrail.StatusCopy {
			t.Errorf("copies %+v", got.Copies)
		}
	})
	t.Run("repeat", func(t *testing.T) {
		got := recordsOf(t, s, repeatedID, 2)
		if got[0].Repeat != nil {
			t.Errorf("the first is a repeat of %+v", got[0].Repeat)
		}
		if r := got[1].Repeat; r == nil || *r != (Repeat{URI: "s3://amzn-s3-demo-bucket/a.json.gz", Position: 1}) {
			t.Errorf("the second is a repeat of %+v", r)
		}
		if !sameRecord(got[1].Record, []byte(`{"eventName":"A","eventID":"`+repeatedID+`","readOnly":false}`)) {
			t.Errorf("the second is %s", got[1].Record)
		}
	})
	t.Run("superseded", func(t *testing.T) {
		got := recordsOf(t, s, "changed", 2)
		if got[0].Superseded || got[0].Object.ID != 5 || !strings.Contains(string(got[0].Record), "After") {
			t.Errorf("first %+v", got[0])
		}
		if !got[1].Superseded || got[1].Object.Status != cloudtrail.StatusSuperseded || !strings.Contains(string(got[1].Record), "Before") {
			t.Errorf("second %+v", got[1])
		}
	})
	t.Run("aggregated", func(t *testing.T) {
		got := recordsOf(t, s, "bbbbbbbb-0000-4000-8000-000000000002", 1)[0]
		if got.Kind != cloudtrail.KindAggregated || string(got.Record) != aggregate || got.Object.ID != 6 || got.Position != 1 {
			t.Errorf("got %+v", got)
		}
	})
	for _, c := range []struct{ name, id, record, reason, kept string }{
		{"kept whole", "twice", duplicate, "duplicate key", duplicate},
		{"kept whole for its text", "half", `{"eventName":"\ud800","eventID":"half"}`, "lone surrogate", `{"eventName":"\ud800","eventID":"half"}`},
		{"in an envelope", "AAAAAAAA-0000-4000-8000-000000000003", bridge[len(`{"id":"x","detail":`) : len(bridge)-1], "envelope", bridge},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := recordsOf(t, s, c.id, 1)[0]
			if string(got.Record) != c.record {
				t.Errorf("record %s", got.Record)
			}
			if len(got.Kept) != 1 || got.Kept[0].Reason != c.reason || string(got.Kept[0].Body) != c.kept {
				t.Errorf("kept %s: %s", got.Kept[0].Reason, got.Kept[0].Body)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		for _, id := range []string{"", "aaaaaaaa-0000-4000-8000-00000000000f", "aaaaaaaa-0000-4000-8000-000000000003", "' OR true --"} {
			recordsOf(t, s, id, 0)
		}
	})
}

// TestRecordsReadOnly asks the locked-down file the same.
func TestRecordsReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "trail.duckdb")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	arrive(t, s, delivery(1, 1, "a.json"), `{"eventID":"`+repeatedID+`","resources":[{"ARN":"a"},{}]}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenReadOnly(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := recordsOf(t, s, repeatedID, 1)[0]; !sameRecord(got.Record, []byte(`{"resources":[{"ARN":"a"},{}],"eventID":"`+repeatedID+`"}`)) {
		t.Errorf("got %s", got.Record)
	}
}
