package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"offtrail/fixtures/hostile"
	"offtrail/fixtures/oddities"
	"offtrail/ingest/cloudtrail"
)

func FuzzDecode(f *testing.F) {
	for _, o := range decodable(f) {
		if len(o) < 20_000 {
			f.Add(o, uint64(1))
		}
	}
	m := newMachine()
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		whole := m.decode(t, bytes.NewReader(body), cloudtrail.Key{})
		checkStretches(t, body, whole.Bad)
		for name, r := range map[string]*rand.Rand{"bytes": nil, "chunks": rand.New(rand.NewPCG(seed, 0))} {
			reader := iotest.OneByteReader(bytes.NewReader(body))
			if r != nil {
				reader = &chunks{body, r}
			}
			if pieces := m.decode(t, reader, cloudtrail.Key{}); !reflect.DeepEqual(whole, pieces) {
				t.Errorf("decoded by %s: %+v\nin one go: %+v", name, pieces.Report, whole.Report)
			}
		}
		checkAccounted(t, body, whole)
	})
}

// chunks reads a body in pieces of any length, none included.
type chunks struct {
	rest []byte
	r    *rand.Rand
}

func (c *chunks) Read(p []byte) (int, error) {
	n := copy(p, c.rest[:min(len(c.rest), c.r.IntN(100))])
	c.rest = c.rest[n:]
	if len(c.rest) == 0 && n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// checkStretches wants every bad stretch to be what it says, and none to overlap another.
func checkStretches(t *testing.T, body []byte, all []cloudtrail.Bad) {
	t.Helper()
	end := int64(0)
	for _, b := range all {
		if b.Offset < 0 || b.Length < 0 || b.Offset+b.Length > int64(len(body)) {
			t.Fatalf("bad stretch %d+%d (%s) of %d bytes", b.Offset, b.Length, b.Reason, len(body))
		}
		if got := body[b.Offset : b.Offset+b.Length]; !bytes.Equal(got, b.Text) {
			t.Errorf("bad text at %d is %q, want %q", b.Offset, b.Text, got)
		}
		if b.Reason == "" {
			t.Errorf("bad stretch at %d has no reason", b.Offset)
		}
		if b.Offset < end && !strings.HasPrefix(b.Reason, "text behind") {
			t.Errorf("bad stretch at %d (%s) overlaps the one before, which ends at %d", b.Offset, b.Reason, end)
		}
		end = b.Offset + b.Length
	}
}

// checkAccounted wants an object of which nothing is bad to be sound JSON by other means, too.
func checkAccounted(t *testing.T, body []byte, f found) {
	t.Helper()
	if len(f.Bad) > 0 || f.Digest != nil || len(f.originals) > 0 {
		return
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	for d.More() {
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			if !strings.Contains(err.Error(), "max depth") {
				t.Fatalf("nothing is bad in %q, but encoding/json says %v", body, err)
			}
			return
		}
	}
}

func FuzzRecord(f *testing.F) {
	for _, o := range decodable(f) {
		var d struct{ Records []json.RawMessage }
		if json.Unmarshal(o, &d) == nil {
			for _, r := range d.Records {
				if len(r) < 5000 {
					f.Add([]byte(r))
				}
			}
		}
	}
	m := newMachine()
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.TrimSpace(text)
		if _, err := parsed(text); err != nil || text[0] != '{' {
			return
		}
		body := hostile.Delivery(text)
		got := m.decode(t, bytes.NewReader(body), cloudtrail.Key{})
		if !isRecord(text) {
			return
		}
		if len(got.records) != 1 || len(got.Bad) > 0 {
			t.Fatalf("%d records and %d bad stretches came out of %s", len(got.records), len(got.Bad), text)
		}
		if !sameJSON(got.records[0], text) {
			t.Errorf("\n got %s\nwant %s", got.records[0], text)
		}
	})
}

// isRecord reports whether an object has a key that only a CloudTrail record has, and is not of the kind that has a table of its own.
func isRecord(text []byte) bool {
	var keys map[string]json.RawMessage
	if json.Unmarshal(text, &keys) != nil {
		return false
	}
	if strings.Contains(string(text), "Aggregated") || strings.Contains(string(text), `\u`) {
		return false
	}
	for _, marker := range []string{"eventVersion", "eventSource", "eventName", "eventID", "eventType", "eventCategory"} {
		if _, has := keys[marker]; has {
			return true
		}
	}
	return false
}

// decodable returns the bodies of all fixtures that are neither compressed nor archives.
func decodable(t testing.TB) (bodies [][]byte) {
	t.Helper()
	odd, err := oddities.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range odd {
		bodies = append(bodies, f.Body)
	}
	for _, o := range hostile.All() {
		if ext := o.Ext; ext != ".json.gz" && ext != ".tar" && ext != ".zip" {
			bodies = append(bodies, o.Body)
		}
	}
	return bodies
}
