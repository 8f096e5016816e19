package cloudtrail_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"offtrail/ingest/cloudtrail"
)

// TestColumns says what a record's values become in its row. The rows are written as columns writes them.
func TestColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, record, want, whole string }{
		{"typed", `{"eventID":"00112233-4455-6677-8899-aabbccddeeff","eventTime":"2024-02-29T01:02:03Z","readOnly":true,"managementEvent":false}`,
			`eventTime=1709168523000000 eventID=00112233-4455-6677-8899-aabbccddeeff readOnly=1 managementEvent=0`, ""},
		{"typed, but odd", `{"eventID":"00112233-4455-6677-8899-AABBCCDDEEFF","eventTime":"2024-02-30T01:02:03Z","readOnly":"true","managementEvent":1}`,
			`readOnly=1 rest={"eventID":"00112233-4455-6677-8899-AABBCCDDEEFF","eventTime":"2024-02-30T01:02:03Z","readOnly":"true","managementEvent":1}`, ""},
		{"nulls", `{"eventID":null,"eventTime":null,"readOnly":null,"awsRegion":null,"requestParameters":null,"userIdentity":null,"resources":null}`,
			`null=userIdentity,eventTime,awsRegion,requestParameters,eventID,resources,readOnly`, ""},
		{"nested null", `{"eventName":"A","userIdentity":{"arn":null}}`, `userIdentity={} eventName=A rest={"userIdentity":{"arn":null}}`, ""},
		{"empty struct and text", `{"eventName":"","tlsDetails":{}}`, `eventName= tlsDetails={}`, ""},
		{"text that is none", `{"eventName":[1, "a\/b"],"awsRegion":1.10}`,
			`eventName=[1,"a/b"] awsRegion=1.10 rest={"eventName":[1,"a/b"],"awsRegion":1.10}`, ""},
		{"unescaped text", `{"eventName":"\u0041\n\"\ud83d\ude00\/"}`, "eventName=A\n\"😀/", ""},
		{"compact JSON", `{"eventName":"A","requestParameters":{ "a\/b" : "\u0041\u0001" , "n":[ 1.10 ]}}`,
			`eventName=A requestParameters={"a/b":"A\u0001","n":[1.10]}`, ""},
		{"escapes alone", `{"eventName":"A","requestParameters":{"a":"b\/c"}}`, `eventName=A requestParameters={"a":"b/c"}`, ""},
		{"space alone", `{"eventName":"A","requestParameters":{"a": 1}}`, `eventName=A requestParameters={"a":1}`, ""},
		{"space before, not inside", `{ "eventName" : "A" , "requestParameters" : {"a":1} }`, `eventName=A requestParameters={"a":1}`, ""},
		{"JSON that is a string", `{"eventName":"A","responseElements":"{\"a\":1}"}`,
			`eventName=A responseElements={"a":1} rest={"responseElements":"{\"a\":1}"}`, ""},
		{"unknown keys", `{"eventName":"A","new":{ "x":1 },"userIdentity":{"inScopeOf":{"a":1},"type":"T"},"new":2}`,
			`userIdentity={} userIdentity.type=T eventName=A rest={"new":{"x":1},"userIdentity":{"inScopeOf":{"a":1}},"new":2}`, ""},
		{"struct that is none", `{"eventName":"A","userIdentity":"root"}`, `eventName=A rest={"userIdentity":"root"}`, ""},
		{"key with an escape", `{"event\u004eame":"A","\u006eew":1}`, `eventName=A rest={"new":1}`, ""},
		{"keys twice", `{"eventName":"A","eventName":"B","readOnly":true,"readOnly":null,"eventTime":"2024-02-29T01:02:03Z","eventTime":1}`,
			`eventName=B null=readOnly rest={"eventTime":1}`, "duplicate key"},
		{"key null and then not", `{"eventName":null,"eventName":"B"}`, `eventName=B`, "duplicate key"},
		{"struct twice", `{"eventName":"A","userIdentity":{"type":"T","sessionContext":{"sessionIssuer":{"arn":"a"}}},"userIdentity":{"arn":"b"}}`,
			`userIdentity={} userIdentity.arn=b eventName=A`, "duplicate key"},
		{"list twice", `{"eventName":"A","resources":[{"ARN":"a"},{"ARN":"b"}],"resources":[{"ARN":"c"}]}`, `eventName=A resources=[c - -]`, "duplicate key"},
		{"key in another case", `{"eventName":"A","AWSREGION":"x"}`, `eventName=A awsRegion=x`, "key in another case"},
		{"key in another case, and as documented", `{"EVENTNAME":"A","eventName":"B"}`, `eventName=B`, "key in another case"},
		{"key as documented, and in another case", `{"eventName":"B","EVENTNAME":"A"}`, `eventName=B rest={"EVENTNAME":"A"}`, "key in another case"},
		{"resources", `{"eventName":"A","resources":[{"ARN":"a","accountId":"1","type":"t"},{"type":"u"},{}]}`, `eventName=A resources=[a 1 t; - - u; - - -]`, ""},
		{"no resources", `{"eventName":"A","resources":[ ]}`, `eventName=A resources=[]`, ""},
		{"odd resources", `{"eventName":"A","resources":[{"arn":"a"},{"ARN":1},{"x":1,"type":"t"},2]}`,
			`eventName=A resources=[a - -; - - -; - - t; - - -] rest={"resources":[{"arn":"a"},{"ARN":1},{"x":1,"type":"t"},2]}`, ""},
		{"resources that are none", `{"eventName":"A","resources":"x"}`, `eventName=A rest={"resources":"x"}`, ""},
		{"attributes", web(`{"a":"1","b\/":"\u0041"}`), `eventName=A ` + webStructs + ` attributes=[a=1; b/=A]`, ""},
		{"odd attributes", web(`{"a":"1","a":"2","b":null,"c":[ 1 ]}`),
			`eventName=A ` + webStructs + ` attributes=[a=1; b=-; c=[1]] rest=` + webRest(`{"a":"1","a":"2","b":null,"c":[1]}`), ""},
		{"an attribute twice", web(`{"a":"1","a":"2"}`),
			`eventName=A ` + webStructs + ` attributes=[a=1] rest=` + webRest(`{"a":"1","a":"2"}`), ""},
		{"attributes that are none", web(`"x"`), `eventName=A ` + webStructs + ` rest=` + webRest(`"x"`), ""},
		{"lone surrogates", `{"eventName":"a\ud800","requestParameters":{"x":"\udc00"},"\ud800":1}`,
			"eventName=a\ufffd requestParameters={\"x\":\"\ufffd\"} rest={\"\ufffd\":1}", "lone surrogate"},
		{"invalid UTF-8", "{\"eventName\":\"a\xff\",\"awsRegion\":\"\xe2\x82\",\"userAgent\":\"\xac\",\"\xff\":\"é\"}",
			`eventName=a? awsRegion=?? userAgent=? rest={"?":"é"}`, "invalid UTF-8"},
		{"invalid UTF-8 in lists", "{\"eventName\":\"A\",\"resources\":[{\"ARN\":\"\xe2\x82\",\"accountId\":\"\xac\"}]}", `eventName=A resources=[?? ? -]`, "invalid UTF-8"},
		{"invalid UTF-8 in attributes", web("{\"\xe2\x82\":\"\xac\"}"), `eventName=A ` + webStructs + ` attributes=[??=?]`, "invalid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			batch := cloudtrail.NewBatch()
			report, err := cloudtrail.NewDecoder(batch, discard{}).Decode(strings.NewReader(c.record), &cloudtrail.Provenance{})
			if err != nil || batch.Rows != 1 {
				t.Fatalf("%d rows: %v, %+v", batch.Rows, err, report)
			}
			if got, want := columns(batch), strings.Fields(c.want); !slices.Equal(sorted(strings.Fields(got)), sorted(want)) {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			whole := ""
			for _, o := range batch.Originals {
				whole += o.Reason
			}
			if whole != c.whole {
				t.Errorf("kept whole for %q, want %q", whole, c.whole)
			}
			checkText(t, batch)
		})
	}
}

func web(attributes string) string {
	return `{"eventName":"A","userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":` + attributes + `}}}}`
}

const webStructs = `userIdentity={} userIdentity.sessionContext={} userIdentity.sessionContext.webIdFederationData={}`

func webRest(attributes string) string {
	return `{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":` + attributes + `}}}}`
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// columns writes the first row of a batch as what is in it: column=value.
func columns(b *cloudtrail.Batch) string {
	row := stored(b, 0)
	var out, nulls []string
	put := func(name string, value any) { out = append(out, fmt.Sprintf("%s=%v", name, value)) }
	var walk func([]cloudtrail.Field, string)
	walk = func(fields []cloudtrail.Field, prefix string) {
		for i, f := range fields {
			name := prefix + f.JSON
			if prefix == "" && row.Nulls&(1<<i) != 0 {
				nulls = append(nulls, name)
			}
			switch {
			case (f.Type == cloudtrail.Text || f.Type == cloudtrail.JSON) && row.Texts[f.Slot] != nil:
				put(name, *row.Texts[f.Slot])
			case f.Type == cloudtrail.Bool && b.Bools[f.Slot][0] >= 0:
				put(name, b.Bools[f.Slot][0])
			case f.Type == cloudtrail.Struct && row.Present[f.Slot]:
				put(name, "{}")
				walk(f.Fields, name+".")
			case f.Type == cloudtrail.Struct:
				walk(f.Fields, name+".") // must hold nothing
			}
		}
	}
	walk(cloudtrail.Fields(), "")
	if row.Time != nil {
		put("eventTime", row.Time.UnixMicro())
	}
	if row.ID != nil {
		put("eventID", *row.ID)
	}
	if row.Resources != nil {
		var list []string
		for _, r := range *row.Resources {
			list = append(list, or(r[0])+" "+or(r[1])+" "+or(r[2]))
		}
		put("resources", "["+strings.Join(list, "; ")+"]")
	}
	if row.Web != nil {
		var list []string
		for _, a := range *row.Web {
			list = append(list, a.Key+"="+or(a.Value))
		}
		put("attributes", "["+strings.Join(list, "; ")+"]")
	}
	if nulls != nil {
		put("null", strings.Join(nulls, ","))
	}
	if row.Rest != nil {
		put("rest", *row.Rest)
	}
	return strings.Join(out, " ")
}

func or(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}
