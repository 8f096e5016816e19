package cloudtrail_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"offtrail/fixtures/hostile"
	"offtrail/fixtures/oddities"
	"offtrail/ingest/cloudtrail"
)

// TestOddities wants every record out of every container, nothing else, and every envelope of a record kept.
func TestOddities(t *testing.T) {
	t.Parallel()
	all, err := oddities.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Form == oddities.CSV {
			continue
		}
		t.Run(f.Slug, func(t *testing.T) {
			t.Parallel()
			got := decode(t, bytes.NewReader(f.Body), cloudtrail.ParseKey(f.Key))
			want := make([][]byte, len(f.Inner))
			for i, r := range f.Inner {
				want[i] = r
			}
			wantRecords(t, got.records, want)
			switch f.Form {
			case oddities.Digest:
				if !bytes.Equal(got.Digest, bytes.TrimSpace(f.Body)) {
					t.Errorf("the digest is %q", got.Digest)
				}
			case oddities.Keys:
				if len(got.Bad) != 1 {
					t.Errorf("%d bad stretches, want the whole object as one", len(got.Bad))
				}
			default:
				if len(got.Bad) > 0 {
					t.Errorf("bad: %s: %s", got.Bad[0].Reason, got.Bad[0].Text)
				}
			}
			if enveloped := map[oddities.Form]bool{
				oddities.Lookup: true, oddities.LookupNDJSON: true, oddities.EventBridge: true, oddities.RawStrings: true, oddities.RawStringsNDJSON: true,
			}; enveloped[f.Form] && len(got.originals) != len(want) {
				t.Errorf("%d envelopes are kept, want %d", len(got.originals), len(want))
			}
		})
	}
}

func TestContainers(t *testing.T) {
	t.Parallel()
	a, b := `{"eventName":"A","eventID":"1"}`, `{"eventName":"B","eventID":"2"}`
	quoted := func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }
	for _, c := range []struct {
		name, body string
		want, bad  []string
	}{
		{"wrapper with more keys", `{"Records":[` + a + `],"next":{"Records":[1]}}`, []string{a}, nil},
		{"wrapper with keys before", `{"n":{"Records":[]},"Records":[` + a + `,` + b + `]}`, []string{a, b}, nil},
		{"wrapper in lower case", `{"records":[` + a + `]}`, []string{a}, nil},
		{"two arrays in a wrapper", `{"Records":[` + a + `],"records":[` + b + `]}`, []string{a, b}, nil},
		{"two arrays behind another key", `{"n":1,"Records":[` + a + `],"Records":[` + b + `]}`, []string{a, b}, nil},
		{"wrappers one behind the other", `{"Records":[` + a + `]}` + "\n" + `{"Records":[` + b + `]}`, []string{a, b}, nil},
		{"arrays one behind the other", `[` + a + `][` + b + `]`, []string{a, b}, nil},
		{"array that is broken, in a wrapper with keys before", `{"n":1,"Records":[{"eventVersion":1,},{"eventVersion":2},{"eventVersion":3}]}`,
			[]string{`{"eventVersion":2}`, `{"eventVersion":3}`}, []string{`{"n":1,"Records":[{"eventVersion":1,},`}},
		{"log events", `{"owner":"1","logEvents":[{"id":"1","message":` + quoted(a) + `},{"id":"2","message":"x"}]}`, []string{a}, []string{`{"id":"2","message":"x"}`}},
		{"delivery in a string", `{"message":` + quoted(`{"Records":[`+a+`,`+b+`]}`) + `}`, []string{a, b}, nil},
		{"delivery in a string with a stray", `{"message":` + quoted(`{"Records":[`+a+`,1,2]}`) + `}`, []string{a},
			[]string{`{"message":` + quoted(`{"Records":[`+a+`,1,2]}`) + `}`}},
		{"message that is no record, beside records", `{"message":"{\"x\":1}","Records":[` + a + `]}`, []string{a}, nil},
		{"message that is no record", `{"message":"{\"x\":1}","a":2}`, nil, []string{`{"message":"{\"x\":1}","a":2}`}},
		{"message that is cut", `{"message":"{\"eventName\":1"}`, nil, []string{`{"message":"{\"eventName\":1"}`}},
		{"message with text behind the record", `{"message":` + quoted(a+" x") + `}`, []string{a}, []string{`{"message":` + quoted(a+" x") + `}`}},
		{"keys in another case", `{"EventName":"A","eventsource":"s"}`, []string{`{"EventName":"A","eventsource":"s"}`}, nil},
		{"one key in another case", `{"eventsource":"s","x":1}`, nil, []string{`{"eventsource":"s","x":1}`}},
		{"lines with a foreign one", a + "\n{\"x\":1}\r\n\n" + b + "\n", []string{a, b}, []string{`{"x":1}`}},
		{"lines with words between", a + "\nwords\n" + b + "\n", []string{a, b}, []string{"words\n"}},
		{"records null", `{"Records":null}`, nil, []string{`{"Records":null}`}},
		{"nothing", ``, nil, []string{``}},
		{"white space", " \n", nil, []string{``}},
		{"byte order mark alone", "\ufeff", nil, []string{``}},
		{"byte order mark twice", "\ufeff\ufeff" + a, nil, []string{"\ufeff" + a}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, strings.NewReader(c.body), cloudtrail.Key{})
			var want [][]byte
			for _, r := range c.want {
				want = append(want, []byte(r))
			}
			wantRecords(t, got.records, want)
			wantBad(t, []byte(c.body), got.Bad, c.bad)
		})
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	const headings = "\ufeffUser name,AWS access key,Event time,Event name,Event ID,Read-only,Note\r\n"
	const good = "ines,,2024-03-05T10:53:11Z,StopLogging,fcb6e57b-45db-4910-a23b-1debd86257af,True,\"two\nlines, \"\"quoted\"\"\"\r\n"
	const broken = "x,\"y\"z,2024-03-05T10:53:11Z,A,1,false,\n"
	const open = "\"never closed,2024-03-05T10:53:11Z\n"
	const long = "a,b,c,d,e,f,g,h\n"
	const empty = ",,,,,,\n"
	const last = ",AKIA,,DeleteTrail,2,,"
	body := headings + good + "\r\n" + broken + open + long + empty + last
	got := decode(t, strings.NewReader(body), cloudtrail.Key{})
	wantRecords(t, got.records, [][]byte{
		[]byte(`{"eventTime":"2024-03-05T10:53:11Z","eventName":"StopLogging","eventID":"fcb6e57b-45db-4910-a23b-1debd86257af","readOnly":"true","userIdentity":{"userName":"ines"}}`),
		[]byte(`{"eventName":"DeleteTrail","eventID":"2","userIdentity":{"accessKeyId":"AKIA"}}`),
	})
	wantBad(t, []byte(body), got.Bad, []string{broken, open, long, empty})
	want := `{"User name":"ines","AWS access key":"","Event time":"2024-03-05T10:53:11Z","Event name":"StopLogging",` +
		`"Event ID":"fcb6e57b-45db-4910-a23b-1debd86257af","Read-only":"True","Note":"two\nlines, \"quoted\""}`
	if len(got.originals) != 2 || !sameJSON(got.originals[0].Body, []byte(want)) {
		t.Errorf("the rows are kept as %+v", got.originals)
	}
}

// TestHistoryFixture checks the console's own file, whose 16 headings are all known but one.
func TestHistoryFixture(t *testing.T) {
	t.Parallel()
	all, err := oddities.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Form != oddities.CSV {
			continue
		}
		got := decode(t, bytes.NewReader(f.Body), cloudtrail.Key{})
		if len(got.records) != 2 || len(got.Bad) > 0 || len(got.originals) != 2 {
			t.Fatalf("%d records, %d envelopes, bad: %+v", len(got.records), len(got.originals), got.Bad)
		}
		want := `{"eventTime":"2024-03-05T10:54:18Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-west-1",` +
			`"sourceIPAddress":"198.51.100.124","userAgent":"Mozilla/5.0 (X11, U; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0",` +
			`"requestID":"7237b756-e751-47c9-a8bd-dcb9d2440221","eventID":"937193e5-d82f-46b1-a7ab-6d7420d9f38a","readOnly":"false",` +
			`"eventType":"AwsApiCall","recipientAccountId":"111122223333","eventCategory":"Management",` +
			`"userIdentity":{"userName":"ines","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}}`
		if !sameJSON(got.records[1], []byte(want)) {
			t.Errorf("\n got %s\nwant %s", got.records[1], want)
		}
		if !bytes.Contains(got.originals[1].Body, []byte(`"Resources":"[]"`)) {
			t.Errorf("the row is kept as %s", got.originals[1].Body)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, record string
		key, want    cloudtrail.Kind
	}{
		{"the key decides", `{"eventID":"1","eventCategory":"Insight"}`, cloudtrail.KindTrail, cloudtrail.KindTrail},
		{"insight by category", `{"eventID":"1","eventCategory":"Insight"}`, cloudtrail.KindUnknown, cloudtrail.KindInsight},
		{"insight by type", `{"eventID":"1","eventType":"AwsCloudTrailInsight"}`, cloudtrail.KindUnknown, cloudtrail.KindInsight},
		{"network activity", `{"eventID":"1","eventCategory":"NetworkActivity"}`, cloudtrail.KindUnknown, cloudtrail.KindNetworkActivity},
		{"anything else", `{"eventID":"1"}`, cloudtrail.KindUnknown, cloudtrail.KindTrail},
		{"a record among digests is not hidden", `{"eventID":"1"}`, cloudtrail.KindDigest, cloudtrail.KindTrail},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, strings.NewReader(c.record), cloudtrail.Key{Kind: c.key})
			if len(got.kinds) != 1 || got.kinds[0] != c.want {
				t.Errorf("kinds %v, want %v", got.kinds, c.want)
			}
		})
	}
	for _, c := range []struct {
		name, body string
		bad        int
	}{
		{"aggregated", `[{"eventCategory":"Aggregated","eventId":"1"}]`, 0},
		{"aggregated that DuckDB could not read", `[{"eventCategory":"Aggregated","x":"\ud800"}]`, 1},
		{"aggregated and too deep", `[{"eventCategory":"Aggregated","x":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}]`, 1},
	} {
		got := decode(t, strings.NewReader(c.body), cloudtrail.Key{})
		if len(got.Bad) != c.bad || len(got.records) != 1-c.bad || len(got.kinds) != 0 {
			t.Errorf("%s: %d records, bad %+v", c.name, len(got.records), got.Bad)
		}
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	body := string(hostile.Delivery(hostile.Record(0), hostile.Record(1)))
	damage := &cloudtrail.Damage{Reason: "truncated gzip stream"}
	for _, c := range []struct {
		name, body, bad string
		records         int
	}{
		{"behind the last byte", body, "", 2},
		{"in the second record", body[:1000], body[714:1000], 1},
		{"between the records", body[:714], "", 1},
		{"at once", "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, io.MultiReader(strings.NewReader(c.body), iotest.ErrReader(damage)), cloudtrail.Key{})
			wantBad(t, []byte(c.body), got.Bad, []string{c.bad})
			if len(got.records) != c.records || !got.Damaged || !strings.HasPrefix(got.Bad[0].Reason, damage.Reason) {
				t.Errorf("%d records, damaged %t, %s", len(got.records), got.Damaged, got.Bad[0].Reason)
			}
		})
	}
}

func TestErrorsEndDecoding(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, err := range map[string]error{"any": broken, "an end that is none": io.ErrUnexpectedEOF} {
		for _, body := range []string{"", `{"Records":[`, `{"Records":[{"eventName":`, `{"eventName":"A"}`, "words", "Event ID,Event time,Event name\n1,2,"} {
			d := cloudtrail.NewDecoder(cloudtrail.NewBatch(), discard{})
			_, got := d.Decode(io.MultiReader(strings.NewReader(body), iotest.ErrReader(err)), &cloudtrail.Provenance{})
			if !errors.Is(got, err) {
				t.Errorf("%s error behind %q gives %v", name, body, got)
			}
		}
	}
	d := cloudtrail.NewDecoder(cloudtrail.NewBatch(), failing{broken})
	body := "[" + strings.Repeat(`{"eventID":"1"},`, cloudtrail.BatchRows+1) + "1]"
	if _, err := d.Decode(strings.NewReader(body), &cloudtrail.Provenance{}); err != broken {
		t.Errorf("the handler's error comes back as %v", err)
	}
	if _, err := d.Decode(strings.NewReader(`{"eventID":"1","eventCategory":"Aggregated"}`), &cloudtrail.Provenance{}); err != broken {
		t.Errorf("the handler's error comes back as %v", err)
	}
}

type failing struct{ err error }

func (f failing) Full(*cloudtrail.Batch) error { return f.err }

func (f failing) Aggregated(*cloudtrail.Provenance, cloudtrail.Aggregated) error { return f.err }
