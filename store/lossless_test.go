package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"offtrail/fixtures/corpus"
	"offtrail/fixtures/demotrail"
	"offtrail/fixtures/hostile"
	"offtrail/fixtures/oddities"
	"offtrail/ingest/cloudtrail"
)

// loaded is an inflated object and the records that must come back from the store.
type loaded struct {
	name    string
	key     string
	body    []byte
	records [][]byte
}

// TestLossless takes every record that there is through a database and back.
func TestLossless(t *testing.T) {
	t.Parallel()
	for name, objects := range map[string]func(*testing.T) []loaded{
		"oddities": oddObjects, "hostile": hostileObjects, "demo": demoObjects, "generated": generatedObjects, "real": realObjects,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := objects(t)
			s := openEmpty(t)
			fill(t, s, all)
			total := checkStored(t, s, all)
			checkViews(t, s)
			t.Logf("%d records in %d objects", total, len(all))
		})
	}
}

func openEmpty(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "trail.duckdb"), Options{Threads: 1, Now: func() time.Time { return time.Unix(1.8e9, 0) }})
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

// fill decodes the objects, numbered from 1, into the store, in one transaction.
func fill(t testing.TB, s *Store, objects []loaded) {
	t.Helper()
	ctx := t.Context()
	run, err := s.BeginSync(ctx, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.NewWriter(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	batch := cloudtrail.NewBatch()
	sink := &appending{ctx: ctx, w: w}
	decoder := cloudtrail.NewDecoder(batch, sink)
	var deliveries []cloudtrail.Delivery
	for i, o := range objects {
		from := &cloudtrail.Provenance{ID: int32(i + 1), Name: cloudtrail.ParseKey(o.key)}
		report, err := decoder.Decode(bytes.NewReader(o.body), from)
		if err != nil {
			t.Fatalf("decode %s: %v", o.name, err)
		}
		deliveries = append(deliveries, cloudtrail.Delivery{
			Object:     cloudtrail.Object{URI: "file:///" + o.name, Key: o.key, Name: from.Name},
			Provenance: from, ContentID: from.ID, Status: cloudtrail.StatusIngested, Encoding: "none",
			Records: report.Records, Bad: report.Bad, Digest: report.Digest,
		})
	}
	if err := sink.Full(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(ctx, deliveries); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.MarkRepeats(ctx); err != nil {
		t.Fatal(err)
	}
}

// appending hands on what a decoder finds.
type appending struct {
	ctx context.Context
	w   *Writer
}

func (a *appending) Full(b *cloudtrail.Batch) error {
	err := a.w.Append(a.ctx, b, false)
	b.Reset()
	return err
}

func (a *appending) Aggregated(from *cloudtrail.Provenance, record cloudtrail.Aggregated) error {
	return a.w.AppendAggregated(from.ID, record)
}

// checkStored compares what the store gives back with what the objects held.
func checkStored(t *testing.T, s *Store, objects []loaded) (total int) {
	t.Helper()
	got := make([]map[int32][]byte, len(objects)+1)
	for i := range got {
		got[i] = map[int32][]byte{}
	}
	put := func(r StoredRecord) {
		if _, twice := got[r.Object.ID][r.Position]; twice {
			t.Errorf("two records at %d in object %d", r.Position, r.Object.ID)
		}
		got[r.Object.ID][r.Position] = r.Record
	}
	rows, err := s.rowsWhere(t.Context(), currentRecords, "true")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		put(r)
	}
	aggregated, err := s.aggregatedWhere(t.Context(), "true")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range aggregated {
		put(r)
	}
	for i, o := range objects {
		records := got[i+1]
		if len(records) != len(o.records) {
			t.Errorf("%s: %d records came back, want %d", o.name, len(records), len(o.records))
			continue
		}
		total += len(records)
		for n, want := range o.records {
			if have := records[int32(n)]; !sameRecord(have, want) {
				t.Errorf("%s, record %d:\n got %s\nwant %s", o.name, n, have, want)
			}
		}
	}
	return total
}

// sameRecord reports whether got is want: byte for byte, or as JSON with numbers by their text. Text that encoding/json cannot
// tell apart from other text (invalid UTF-8, lone surrogates, duplicate keys) must be there byte for byte.
func sameRecord(got, want []byte) bool {
	if bytes.Equal(got, want) {
		return true
	}
	x, exact := exactly(want)
	y, _ := exactly(got)
	return exact && x != nil && reflect.DeepEqual(x, y)
}

// exactly returns the JSON value that text is, and whether that says all that the text does.
func exactly(text []byte) (v any, exact bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil || !onlySpace(d.Buffered()) {
		return nil, false
	}
	return v, !bytes.ContainsRune(text, '\uFFFD') && !bytes.Contains(fmt.Append(nil, v), []byte("\uFFFD"))
}

func onlySpace(r io.Reader) bool {
	rest, err := io.ReadAll(r)
	return err == nil && len(bytes.TrimSpace(rest)) == 0
}

// checkViews reads every column of every view: one row that DuckDB's JSON functions choke on would fail them all.
func checkViews(t *testing.T, s *Store) {
	t.Helper()
	views, err := s.db.QueryContext(t.Context(), "SELECT view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal", catalog)
	if err != nil {
		t.Fatal(err)
	}
	defer views.Close()
	var names []string
	for views.Next() {
		var name string
		if err := views.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := views.Err(); err != nil || len(names) < 5 {
		t.Fatalf("there are %d views: %v", len(names), err)
	}
	for _, name := range names {
		var sum any
		if err := s.db.QueryRowContext(t.Context(), "SELECT bit_xor(hash(v)) FROM "+quoteName(name)+" v").Scan(&sum); err != nil {
			t.Errorf("read view %s: %v", name, err)
		}
	}
	var broken int
	err = s.db.QueryRowContext(t.Context(), `SELECT count(*) FROM records WHERE NOT coalesce(json_valid(rest), true)
		OR NOT coalesce(json_valid(requestparameters), true) AND requestparameters LIKE '{%'`).Scan(&broken)
	if err != nil || broken > 0 {
		t.Errorf("%d records hold JSON that DuckDB does not read: %v", broken, err)
	}
}

func oddObjects(t *testing.T) (objects []loaded) {
	all, err := oddities.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Form == oddities.CSV {
			continue // its rows are no JSON; the decoder's own tests say what becomes of them
		}
		o := loaded{name: f.File(), key: f.Key, body: f.Body}
		for _, r := range f.Inner {
			o.records = append(o.records, r)
		}
		objects = append(objects, o)
	}
	return objects
}

// hostileObjects returns the hostile objects all of whose records are sound.
func hostileObjects(*testing.T) (objects []loaded) {
	for _, f := range append(append(append(hostile.Texts(), hostile.Names()...), hostile.Numbers()...), append(hostile.Markup(), hostile.Deep()...)...) {
		o := loaded{name: f.File(), key: f.File(), body: f.Body}
		for _, r := range f.Good {
			o.records = append(o.records, r)
		}
		switch {
		case f.Bad == 0:
		case len(f.Good) == 2 && len(f.May) == 1: // offtrail brings out what may come out
			o.records = [][]byte{f.Good[0], f.May[0], f.Good[1]}
		default:
			continue
		}
		objects = append(objects, o)
	}
	return objects
}

func demoObjects(t *testing.T) (objects []loaded) {
	all, err := demotrail.Objects()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if body, err := gunzip(bytes.NewReader(d.Body)); err == nil { // one is damaged on purpose
			objects = append(objects, readDelivery(t, d.Key, body))
		}
	}
	return objects
}

func generatedObjects(t *testing.T) (objects []loaded) {
	_, err := corpus.Generate(t.Context(), corpus.Options{Seed: 7, Events: 4000}, func(key string, gz []byte) error {
		body, err := gunzip(bytes.NewReader(gz))
		objects = append(objects, readDelivery(t, key, body))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// realObjects returns the data that lies beside the repository, where it does.
func realObjects(t *testing.T) (objects []loaded) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; root != filepath.Dir(root); root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
	}
	data := filepath.Join(root, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Log("no real data beside the repository")
		return nil
	}
	err = filepath.WalkDir(data, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".gz" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		body, err := gunzip(f)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(data, path)
		objects = append(objects, readDelivery(t, filepath.ToSlash(key), body))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// readDelivery reads an object's records as CloudTrail delivers them.
func readDelivery(t *testing.T, key string, body []byte) loaded {
	t.Helper()
	var d struct{ Records []json.RawMessage }
	into := any(&d)
	if body[0] == '[' { // as aggregated records are delivered
		into = &d.Records
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	o := loaded{name: key, key: key, body: body}
	for _, r := range d.Records {
		o.records = append(o.records, r)
	}
	return o
}

func gunzip(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
