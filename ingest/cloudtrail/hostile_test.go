package cloudtrail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"offtrail/fixtures/hostile"
	"offtrail/ingest"
	"offtrail/ingest/archivesource"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/filesource"
)

// TestHostile takes every damaged and hostile object the whole way from a file to a sink.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, o := range hostile.All() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			got := run(t, o)
			if got == nil {
				return
			}
			may := checkOut(t, got.records, o)
			if o.Bad > 0 && may == 0 && got.reported == 0 {
				t.Errorf("nothing is quarantined: %s", o.Why)
			}
			if o.Bad == 0 && len(got.Bad) > 0 {
				t.Errorf("quarantined %q (%s), though all is sound: %s", got.Bad[0].Text, got.Bad[0].Reason, o.Why)
			}
			if ext := filepath.Ext(o.Ext); ext != ".gz" && ext != ".tar" && ext != ".zip" {
				checkStretches(t, o.Body, got.Bad)
			}
		})
	}
}

// checkOut wants the good records, in order, and none but these and those that may come out. It returns how many of the latter did.
func checkOut(t *testing.T, got [][]byte, o hostile.Object) (may int) {
	t.Helper()
	good := 0
	for _, r := range got {
		same := func(want json.RawMessage) bool { return sameJSON(r, want) }
		switch {
		case good < len(o.Good) && same(o.Good[good]):
			good++
		case slices.ContainsFunc(o.May, same):
			may++
		default:
			t.Errorf("a record came out that is neither owed nor allowed: %.300s", r)
		}
	}
	if good < len(o.Good) {
		t.Errorf("only %d of %d good records came out: %s", good, len(o.Good), o.Why)
	}
	return may
}

// run syncs a single object into memory. It returns nil when the object is an archive that is refused as a whole.
func run(t *testing.T, o hostile.Object) *memory {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/01", "111122223333_CloudTrail_eu-west-1_20240501T0005Z_"+o.File())
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, o.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &memory{collector: collector{t: t}}
	source, err := source(t, dir, path, o.Ext, sink)
	if err != nil {
		t.Logf("refused: %v", err)
		return nil
	}
	counters := new(ingest.Counters)
	out, err := ingest.Run(t.Context(), []ingest.Source{source}, sink, ingest.EmptyManifest(), ingest.Options{Loaders: 1, Fetchers: 1}, counters)
	if err != nil {
		sink.reported++
	}
	sink.reported += len(out.Failures)
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	sink.records = slices.Concat(sink.objects...)
	return sink
}

func source(t *testing.T, dir, path, ext string, sink *memory) (ingest.Source, error) {
	skipped := func(string, string) { sink.reported++ }
	if ext == ".tar" || ext == ".zip" {
		s, err := archivesource.Open(t.Context(), path, t.TempDir())
		if err != nil {
			return nil, err
		}
		s.Skipped = skipped
		return s, nil
	}
	s, err := filesource.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Skipped = skipped
	return s, nil
}

// memory is a sink that restores what it is given.
type memory struct {
	collector
	objects   [][][]byte // the records of each object
	committed int        // objects
	reported  int        // pieces that were refused or quarantined
}

var (
	_ ingest.Sink   = (*memory)(nil)
	_ ingest.Writer = (*memory)(nil)
)

func (m *memory) NewWriter(context.Context) (ingest.Writer, error) { return m, nil }

func (m *memory) Append(_ context.Context, b *cloudtrail.Batch, _ bool) error {
	for _, r := range b.Runs { // an object's rows, one object at a time
		for row := r.From; row < r.To; row++ {
			record, err := cloudtrail.Restore(stored(b, row))
			if err != nil {
				m.t.Error(err)
			}
			m.put(r.Object.ID, record)
		}
	}
	checkText(m.t, b)
	return nil
}

func (m *memory) put(object int32, record []byte) {
	for len(m.objects) <= int(object) {
		m.objects = append(m.objects, nil)
	}
	m.objects[object] = append(m.objects[object], bytes.Clone(record))
}

func (m *memory) AppendAggregated(object int32, a cloudtrail.Aggregated) error {
	m.put(object, a.Raw)
	return nil
}

func (m *memory) Commit(_ context.Context, deliveries []cloudtrail.Delivery) error {
	m.committed = len(m.objects)
	for _, d := range deliveries {
		m.Bad = append(m.Bad, d.Bad...)
		m.reported += len(d.Bad)
	}
	return nil
}

func (m *memory) Rollback() error {
	m.objects = m.objects[:m.committed]
	return nil
}

func (m *memory) Close() error { return nil }
