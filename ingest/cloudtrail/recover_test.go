package cloudtrail_test

import (
	"bytes"
	"strings"
	"testing"

	"offtrail/fixtures/hostile"
	"offtrail/ingest/cloudtrail"
)

// TestRecover wants each piece of damage to cost its own record and no other, and to be noted with its place and text.
func TestRecover(t *testing.T) {
	t.Parallel()
	r := func(i int) string { return string(hostile.Record(i)) }
	half := r(1)[:len(r(1))/2]
	// Where the damage is not the middle one of three records: the bad texts, and the numbers of the records that come out.
	cases := map[string]struct {
		bad  []string
		good []int
	}{
		"json-missing-brace":         {[]string{r(1)[:len(r(1))-1] + ","}, []int{0, 2}},
		"json-unescaped-quote":       {[]string{strings.Replace(r(1), "aws-cli/2.15", `aws"cli`, 1) + ","}, []int{0, 2}},
		"json-truncated-record":      {[]string{half + ","}, []int{0, 2}},
		"json-extra-brace":           {[]string{"},"}, []int{0, 1}},
		"json-missing-comma-between": {[]string{""}, []int{0, 1}},
		"json-stray-comma-between":   {[]string{","}, []int{0, 1}},
		"json-trailing-comma":        {[]string{","}, []int{0, 1}},
		"json-cut-after-record":      {[]string{""}, []int{0, 1}},
		"json-cut-in-record":         {[]string{r(1)[:len(r(1))-98]}, []int{0}},
		"json-junk-behind":           {[]string{"<!-- seen -->\n"}, []int{0, 1}},
		"json-zeros-behind":          {[]string{strings.Repeat("\x00", 64)}, []int{0, 1}},
		"json-second-delivery":       {nil, []int{0, 1, 2}},
		"ndjson-broken-line":         {[]string{half + "\n"}, []int{0, 2}},
	}
	for _, o := range hostile.Syntax() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			c, listed := cases[o.Name]
			if !listed {
				middle := bytes.TrimPrefix(o.Body, []byte(`{"Records":[`+r(0)+","))
				c.bad, c.good = []string{string(bytes.TrimSuffix(middle, []byte(","+r(2)+"]}")))}, []int{0, 2}
			}
			got := decode(t, bytes.NewReader(o.Body), cloudtrail.Key{})
			var want [][]byte
			for _, i := range c.good {
				want = append(want, []byte(r(i)))
			}
			wantRecords(t, got.records, want)
			wantBad(t, o.Body, got.Bad, c.bad)
		})
	}
}

func wantBad(t *testing.T, body []byte, got []cloudtrail.Bad, want []string) {
	t.Helper()
	checkStretches(t, body, got)
	if len(got) != len(want) {
		t.Fatalf("%d bad stretches, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if string(got[i].Text) != want[i] {
			t.Errorf("bad text is %q\nwant %q", got[i].Text, want[i])
		}
	}
}

// TestRecoverForgesNothing breaks records around text and objects that an attacker may have put into them.
func TestRecoverForgesNothing(t *testing.T) {
	t.Parallel()
	r := func(i int) string { return string(hostile.Record(i)) }
	forged := `{"eventVersion":"1.08","eventName":"Forged","eventID":"x"}`
	with := func(value, old, new string) string {
		return strings.Replace(strings.Replace(r(1), `{"maxResults":5}`, value, 1), old, new, 1)
	}
	escaped := `"` + strings.ReplaceAll(forged, `"`, `\"`) + `"`
	for _, c := range []struct{ name, middle string }{
		{"in a string behind the damage", with(escaped, `"eventSource"`, `,"eventSource"`)},
		{"in a string before the damage", with(escaped, `"readOnly":true`, `"readOnly":True`)},
		{"in an object before the damage", with(`{"tags":`+forged+`}`, `"readOnly":true`, `"readOnly":True`)},
		{"in an array before the damage", with(`[`+forged+`,`+forged+`]`, `"readOnly":true`, `"readOnly":True`)},
		{"in a record that is cut", with(`{"tags":`+forged+`}`, `"}`, `"`)[:600]},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, body := range []string{`{"Records":[` + r(0) + "," + c.middle + "," + r(2) + "]}", `{"Records":[` + r(0) + "," + c.middle} {
				got := decode(t, strings.NewReader(body), cloudtrail.Key{})
				for _, record := range got.records {
					if bytes.Contains(record, []byte("Forged")) {
						t.Errorf("a forged record came out: %s", record)
					}
				}
				if len(got.Bad) == 0 || !strings.Contains(string(got.Bad[0].Text), "Forged") {
					t.Errorf("the broken record is not in quarantine: %+v", got.Bad)
				}
				checkStretches(t, []byte(body), got.Bad)
			}
		})
	}
}

// TestRecoverInAnyOrder has records whose first keys differ, so that only counting braces finds where the next begins.
func TestRecoverInAnyOrder(t *testing.T) {
	t.Parallel()
	body := `[{"eventName":"A","eventID":"1"}, {"eventID":"2",,"eventName":"B"} , {"awsRegion":"x","eventName":"C"},` + "\n" +
		`{"eventID":"4","a":{"b":tru}},{"eventSource":"}","eventName":"D"}]`
	got := decode(t, strings.NewReader(body), cloudtrail.Key{})
	wantRecords(t, got.records, [][]byte{
		[]byte(`{"eventName":"A","eventID":"1"}`), []byte(`{"awsRegion":"x","eventName":"C"}`), []byte(`{"eventSource":"}","eventName":"D"}`),
	})
	wantBad(t, []byte(body), got.Bad, []string{`{"eventID":"2",,"eventName":"B"}`, `{"eventID":"4","a":{"b":tru}}`})
}

// TestRecoverTakesLinearTime has damage at every few bytes; work that grew with its square would take hours.
func TestRecoverTakesLinearTime(t *testing.T) {
	t.Parallel()
	const pieces = 150_000
	for name, piece := range map[string]string{
		"broken objects":  `{x},`,
		"broken records":  `{"eventVersion"x`,
		"commas":          `,`,
		"strays":          `1,`,
		"open braces":     `{`,
		"open quotes":     `{"`,
		"foreign objects": `{"a":1},`,
		"open lines":      "{\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"Records":[` + strings.Repeat(piece, pieces) + string(hostile.Record(1)) + "]}"
			got := decode(t, strings.NewReader(body), cloudtrail.Key{})
			checkStretches(t, []byte(body), got.Bad)
			if len(got.Bad) == 0 {
				t.Error("nothing is quarantined")
			}
		})
	}
}
