package cloudtrail_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"offtrail/fixtures/hostile"
	"offtrail/ingest/cloudtrail"
)

// TestLimits is not parallel: it measures memory.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name    string
		stream  hostile.Stream
		records int
		reason  string
		maxMiB  uint64 // allocated in all
	}{
		{"50 MB of records", hostile.ManyRecords(50 << 20), hostile.ManyRecords(50 << 20).Records, "", 8},
		{"a record of 50 MB", hostile.OneRecord(50 << 20), 2, "", 280},
		{"a record of 70 MiB", hostile.OneRecord(70 << 20), 1, "record longer than 64 MiB", 280},
	} {
		t.Run(c.name, func(t *testing.T) {
			var body bytes.Buffer
			if _, err := c.stream.WriteTo(&body); err != nil {
				t.Fatal(err)
			}
			decoder := cloudtrail.NewDecoder(cloudtrail.NewBatch(), discard{})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			report, err := decoder.Decode(&body, &cloudtrail.Provenance{})
			runtime.ReadMemStats(&after)
			if err != nil || report.Records != c.records {
				t.Errorf("%d records (%v), want %d", report.Records, err, c.records)
			}
			if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > c.maxMiB {
				t.Errorf("%d MiB were allocated, want at most %d", mib, c.maxMiB)
			}
			checkLong(t, c.stream, report, c.reason)
		})
	}
}

func checkLong(t *testing.T, s hostile.Stream, report cloudtrail.Report, reason string) {
	t.Helper()
	if reason == "" {
		if len(report.Bad) > 0 {
			t.Errorf("bad: %s at %d", report.Bad[0].Reason, report.Bad[0].Offset)
		}
		return
	}
	if len(report.Bad) != 1 {
		t.Fatalf("%d bad stretches, want 1", len(report.Bad))
	}
	b, frame := report.Bad[0], int64(len(`{"Records":[`))
	if b.Reason != reason || b.Offset != frame || b.Length != s.Size()-frame-int64(len(hostile.Record(1))+len("]}")) {
		t.Errorf("%s at %d, %d bytes", b.Reason, b.Offset, b.Length)
	}
	if len(b.Text) != 16<<20 || !bytes.HasPrefix(b.Text, []byte(`{"eventVersion":`)) {
		t.Errorf("%d bytes of text are kept", len(b.Text))
	}
}

// TestBatchIsBoundedByBytes has records of which the row holds little and the batch, kept whole, much.
func TestBatchIsBoundedByBytes(t *testing.T) {
	record := `{"eventName":"A",` + strings.Repeat(" ", 1<<20) + `"eventName":"B"}`
	var body io.Reader = strings.NewReader("")
	for range 40 {
		body = io.MultiReader(body, strings.NewReader(record))
	}
	var largest counting
	batch := cloudtrail.NewBatch()
	if _, err := cloudtrail.NewDecoder(batch, &largest).Decode(body, &cloudtrail.Provenance{}); err != nil {
		t.Fatal(err)
	}
	if err := largest.Full(batch); err != nil || largest > 10 {
		t.Errorf("a batch holds %d records of 1 MiB, want at most 10", largest)
	}
}

type counting int

func (c *counting) Full(b *cloudtrail.Batch) error {
	*c = max(*c, counting(len(b.Originals)))
	b.Reset()
	return nil
}

func (c *counting) Aggregated(*cloudtrail.Provenance, cloudtrail.Aggregated) error { return nil }

// TestDeep has a record nested 10,000 deep: the row says nothing of the deep part, and the record is kept whole.
func TestDeep(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":[`, 5000) + strings.Repeat("]}", 5000)
	for name, record := range map[string]string{
		"parameters":  `{"eventName":"A","requestParameters":` + deep + `}`,
		"unknown key": `{"eventName":"A","x":` + deep + `}`,
		"text field":  `{"eventName":"A","awsRegion":` + deep + `}`,
		"resources":   `{"eventName":"A","resources":[{"x":` + deep + `}]}`,
		"identity":    `{"eventName":"A","userIdentity":{"inScopeOf":` + deep + `}}`,
	} {
		batch := cloudtrail.NewBatch()
		report, err := cloudtrail.NewDecoder(batch, discard{}).Decode(strings.NewReader(record), &cloudtrail.Provenance{})
		if err != nil || report.Records != 1 || batch.Rows != 1 {
			t.Fatalf("%s: %d records: %v", name, report.Records, err)
		}
		if len(batch.Originals) != 1 || string(batch.Originals[0].Body) != record || batch.Originals[0].Reason != "nested too deep" {
			t.Errorf("%s: the record is not kept whole", name)
		}
		if strings.Contains(string(batch.Arena), strings.Repeat(`{"a":[`, 200)) {
			t.Errorf("%s: the row holds the deep value", name)
		}
		if got, err := cloudtrail.Restore(stored(batch, 0)); err != nil || string(got) != record {
			t.Errorf("%s: restored as %.100s: %v", name, got, err)
		}
	}
}

// TestManyAttributes bounds the one place where keys are compared with each other: the map holds the first ones, the overlay all.
func TestManyAttributes(t *testing.T) {
	t.Parallel()
	var list []string
	for i := range 50_000 {
		list = append(list, fmt.Sprintf(`"k%d":"v"`, i))
	}
	record := web("{" + strings.Join(list, ",") + "}")
	batch := cloudtrail.NewBatch()
	if _, err := cloudtrail.NewDecoder(batch, discard{}).Decode(strings.NewReader(record), &cloudtrail.Provenance{}); err != nil {
		t.Fatal(err)
	}
	if n := len(*stored(batch, 0).Web); n != 256 {
		t.Errorf("the map holds %d attributes, want 256", n)
	}
	if got, err := cloudtrail.Restore(stored(batch, 0)); err != nil || !sameJSON(got, []byte(record)) {
		t.Errorf("restored as %.200s: %v", got, err)
	}
}

// TestBadTextIsBounded has more bad text than is kept: 16 MiB of one stretch, 64 MiB of an object's.
func TestBadTextIsBounded(t *testing.T) {
	t.Parallel()
	stretch := `{"a":"` + strings.Repeat("x", 20<<20) + `"}`
	body := io.MultiReader(strings.NewReader(stretch), strings.NewReader(stretch), strings.NewReader(stretch), strings.NewReader(stretch), strings.NewReader(stretch))
	got := decode(t, body, cloudtrail.Key{})
	var kept []int
	for _, b := range got.Bad {
		kept = append(kept, len(b.Text)>>20)
		if b.Length != int64(len(stretch)) {
			t.Errorf("a stretch of %d bytes, want %d", b.Length, len(stretch))
		}
	}
	if !slices.Equal(kept, []int{16, 16, 16, 16, 0}) {
		t.Errorf("MiB kept: %v", kept)
	}
}
