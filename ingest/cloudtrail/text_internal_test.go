package cloudtrail

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCompact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		lone             bool
	}{
		{name: "already compact", text: `{"a":[1,true,null,"x"]}`, want: `{"a":[1,true,null,"x"]}`},
		{name: "white space", text: "{ \"a\" :\t[ 1 ,\r\n2 ] }", want: `{"a":[1,2]}`},
		{name: "white space in strings stays", text: `{"a b" : " c "}`, want: `{"a b":" c "}`},
		{name: "numbers keep their text", text: `[1.10, 1E+5, -0, 9007199254740993]`, want: `[1.10,1E+5,-0,9007199254740993]`},
		{name: "slash", text: `"a\/b"`, want: `"a/b"`},
		{name: "letter", text: `"\u0041\u00e9\u20AC"`, want: `"Aé€"`},
		{name: "pair", text: `"\ud83d\ude00"`, want: `"😀"`},
		{name: "quote and backslash", text: `"\u0022\u005c"`, want: `"\"\\"`},
		{name: "short escapes", text: `"\u0008\u0009\u000a\u000c\u000d"`, want: `"\b\t\n\f\r"`},
		{name: "other controls", text: `"\u0000\u001F\u007f"`, want: "\"\\u0000\\u001F\x7f\""},
		{name: "escaped backslash before u", text: `"\\u0041"`, want: `"\\u0041"`},
		{name: "duplicate keys", text: `{"a":1, "a":2}`, want: `{"a":1,"a":2}`},
		{name: "escaped key", text: `{"\u0061":1}`, want: `{"a":1}`},
		{name: "replacement character", text: `"\ufffd"`, want: "\"\ufffd\""},
		{name: "first half alone", text: `"\ud800x"`, want: "\"\ufffdx\"", lone: true},
		{name: "second half alone", text: `"\udc00"`, want: "\"\ufffd\"", lone: true},
		{name: "halves in the wrong order", text: `"\udc00\ud800"`, want: "\"\ufffd\ufffd\"", lone: true},
		{name: "half before a pair", text: `"\ud800\ud83d\ude00"`, want: "\"\ufffd😀\"", lone: true},
		{name: "half before an escaped letter", text: `"\ud800\u0041"`, want: "\"\ufffdA\"", lone: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, intact := appendCompact([]byte("x"), []byte(c.text))
			if string(got) != "x"+c.want || intact == c.lone {
				t.Errorf("appendCompact(%s) = %s, %t", c.text, got[1:], intact)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, text := range []string{`"a\/\u0041\ud83d\ude00\ud800"`, `{"a b" : [1.10, "\u0000\u007f\\u0041"]}`, "\"\xff\"", `"\ufffd\udfff"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !isJSON(text) {
			return
		}
		compact, intact := appendCompact(nil, text)
		checkCompact(t, text, compact, intact)
		if text = bytes.TrimSpace(text); text[0] == '"' {
			checkUnescaped(t, text)
		}
	})
}

// checkCompact wants the compact text to say what text says, to be compact, and to be spelled like any other text that says so.
func checkCompact(t *testing.T, text, compact []byte, intact bool) {
	t.Helper()
	before, beforeErr := numbered(text)
	after, afterErr := numbered(compact)
	if beforeErr != nil || afterErr != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("compact %q says otherwise than %q", compact, text)
	}
	var squeezed bytes.Buffer
	if err := json.Compact(&squeezed, compact); err != nil || !bytes.Equal(squeezed.Bytes(), compact) {
		t.Errorf("compact %q is not compact", compact)
	}
	if again, whole := appendCompact(nil, compact); !bytes.Equal(again, compact) || !whole {
		t.Errorf("compacting %q again gives %q", compact, again)
	}
	if bytes.Contains(compact, []byte(`\/`)) && !bytes.Contains(compact, []byte(`\\/`)) {
		t.Errorf("compact %q escapes a slash", compact)
	}
	if !intact && !strings.Contains(strings.ToLower(string(text)), `\ud`) {
		t.Errorf("no surrogate in %q, but it is not intact", text)
	}
	if intact && !strings.Contains(string(text), "\ufffd") && utf8.Valid(text) && !strings.Contains(strings.ToLower(string(text)), `\ufffd`) &&
		bytes.Contains(compact, []byte("\ufffd")) {
		t.Errorf("%q lost a character without a word", text)
	}
}

func numbered(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// checkUnescaped wants the text of a JSON string to be what encoding/json takes it for, but for bytes that are no UTF-8, which
// stay as they are.
func checkUnescaped(t *testing.T, text []byte) {
	t.Helper()
	var want string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	got, _ := appendUnescaped(nil, text[1:len(text)-1])
	if !utf8.Valid(text) {
		got, want = bytes.ToValidUTF8(got, nil), strings.ReplaceAll(want, "\ufffd", "")
		got = bytes.ReplaceAll(got, []byte("\ufffd"), nil)
	}
	if string(got) != want {
		t.Errorf("%s stands for %q, want %q", text, got, want)
	}
	if utf8.Valid(text) {
		quoted := AppendQuoted(nil, string(got))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != string(got) {
			t.Errorf("quoting %q gives %s: %v", got, quoted, err)
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	if n := len(Fields()); n > maxFields {
		t.Errorf("%d top-level fields do not fit Batch.Nulls", n)
	}
	counts := map[FieldType]int{}
	var walk func([]Field, bool)
	walk = func(fields []Field, top bool) {
		for i := range fields {
			f := fields[i]
			if f.Type == JSON {
				f.Type = Text
			}
			if f.Slot != counts[f.Type] {
				t.Errorf("field %s has slot %d, want %d", f.JSON, f.Slot, counts[f.Type])
			}
			counts[f.Type]++
			if f.Column != strings.ToLower(f.JSON) {
				t.Errorf("field %s is in column %s", f.JSON, f.Column)
			}
			if top && int(f.null) != i {
				t.Errorf("field %s has null bit %d, want %d", f.JSON, f.null, i)
			}
			if f.Type == Struct {
				walk(f.Fields, false)
			}
		}
	}
	walk(Fields(), true)
	for kind, want := range map[FieldType]int{Text: texts, Struct: structs, Bool: bools, Time: 1, UUID: 1, List: 1, Map: 1} {
		if counts[kind] != want {
			t.Errorf("the schema has %d fields of type %d, Batch has room for %d", counts[kind], kind, want)
		}
	}
}
