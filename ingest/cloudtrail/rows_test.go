package cloudtrail_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"offtrail/ingest/cloudtrail"
)

// found is what came out of one object.
type found struct {
	cloudtrail.Report
	records   [][]byte // restored from their rows, in order of position
	originals []cloudtrail.Original
	kinds     []cloudtrail.Kind
}

// decode runs an object through a decoder of its own and restores every row.
func decode(t testing.TB, r io.Reader, name cloudtrail.Key) found {
	t.Helper()
	return newMachine().decode(t, r, name)
}

// machine is a decoder that is used again and again.
type machine struct {
	collector
	batch   *cloudtrail.Batch
	decoder *cloudtrail.Decoder
}

func newMachine() *machine {
	m := &machine{batch: cloudtrail.NewBatch()}
	m.decoder = cloudtrail.NewDecoder(m.batch, m)
	return m
}

func (m *machine) decode(t testing.TB, r io.Reader, name cloudtrail.Key) found {
	t.Helper()
	m.collector = collector{t: t}
	m.batch.Reset()
	report, err := m.decoder.Decode(r, &cloudtrail.Provenance{ID: 1, Name: name})
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	m.take(m.batch)
	m.Report = report
	if len(m.records) != report.Records {
		t.Errorf("%d records came out, the report says %d", len(m.records), report.Records)
	}
	return m.found
}

type collector struct {
	found
	t testing.TB
}

func (c *collector) Full(b *cloudtrail.Batch) error {
	c.take(b)
	b.Reset()
	return nil
}

func (c *collector) Aggregated(_ *cloudtrail.Provenance, a cloudtrail.Aggregated) error {
	c.put(int(a.Position), a.Raw)
	return nil
}

func (c *collector) put(position int, record []byte) {
	for len(c.records) <= position {
		c.records = append(c.records, nil)
	}
	if c.records[position] != nil {
		c.t.Errorf("two records have position %d", position)
	}
	c.records[position] = record
}

func (c *collector) take(b *cloudtrail.Batch) {
	c.t.Helper()
	for row := range b.Rows {
		record, err := cloudtrail.Restore(stored(b, row))
		if err != nil {
			c.t.Errorf("restore row %d: %v", row, err)
		}
		c.put(int(b.Position[row]), record)
		c.kinds = append(c.kinds, b.Kind[row])
	}
	c.originals = append(c.originals, b.Originals...)
	checkText(c.t, b)
}

// checkText wants every text of the batch to be one that DuckDB takes.
func checkText(t testing.TB, b *cloudtrail.Batch) {
	t.Helper()
	check := func(column string, s cloudtrail.Span) {
		if !s.IsNull() && !utf8.Valid(b.Text(s)) {
			t.Errorf("column %s holds invalid UTF-8: %q", column, b.Text(s))
		}
	}
	for row := range b.Rows {
		for slot := range b.Texts {
			check(fmt.Sprint("text ", slot), b.Texts[slot][row])
		}
		check("rest", b.Rest[row])
		if s := b.Rest[row]; !s.IsNull() && !json.Valid(b.Text(s)) {
			t.Errorf("rest is no JSON: %q", b.Text(s))
		}
	}
	for i := range b.Resources.Fields {
		for _, s := range b.Resources.Fields[i] {
			check("resources", s)
		}
		for _, s := range b.Web.Fields[i] {
			check("attributes", s)
		}
	}
}

// stored reads a row out of a batch as the store would give it back.
func stored(b *cloudtrail.Batch, row int) *cloudtrail.Stored {
	s := &cloudtrail.Stored{Nulls: b.Nulls[row], Rest: text(b, b.Rest[row])}
	for i := range s.Texts {
		s.Texts[i] = text(b, b.Texts[i][row])
	}
	for i := range s.Present {
		s.Present[i] = b.Present[i][row]
	}
	for i := range s.Bools {
		if v := b.Bools[i][row]; v >= 0 {
			is := v == 1
			s.Bools[i] = &is
		}
	}
	if b.HasTime[row] {
		at := time.UnixMicro(b.Time[row])
		s.Time = &at
	}
	if id := hex.EncodeToString(b.ID[row][:]); b.HasID[row] {
		id = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
		s.ID = &id
	}
	if b.HasResources[row] {
		list := []cloudtrail.Resource{}
		for i := childStart(&b.Resources, row); i < int(b.Resources.End[row]); i++ {
			f := &b.Resources.Fields
			list = append(list, cloudtrail.Resource{text(b, f[0][i]), text(b, f[1][i]), text(b, f[2][i])})
		}
		s.Resources = &list
	}
	if b.HasWeb[row] {
		list := []cloudtrail.WebAttribute{}
		for i := childStart(&b.Web, row); i < int(b.Web.End[row]); i++ {
			list = append(list, cloudtrail.WebAttribute{Key: *text(b, b.Web.Fields[0][i]), Value: text(b, b.Web.Fields[1][i])})
		}
		s.Web = &list
	}
	for _, o := range b.Originals {
		if o.Row == row && cloudtrail.KeptWhole(o.Reason) {
			s.Original = o.Body
		}
	}
	return s
}

func text(b *cloudtrail.Batch, s cloudtrail.Span) *string {
	if s.IsNull() {
		return nil
	}
	t := string(b.Text(s))
	return &t
}

func childStart(c *cloudtrail.Children, row int) int {
	if row == 0 {
		return 0
	}
	return int(c.End[row-1])
}

// sameJSON reports whether two texts say the same: numbers by their text, keys in any order.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := parsed(a)
	y, errY := parsed(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func parsed(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("text behind the value: %v", err)
	}
	return v, nil
}

// wantRecords compares what came out with what should have.
func wantRecords(t testing.TB, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records came out, want %d", len(got), len(want))
	}
	for i := range want {
		if !sameJSON(got[i], want[i]) {
			t.Errorf("record %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}
