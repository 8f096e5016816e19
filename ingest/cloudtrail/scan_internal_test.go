package cloudtrail

import (
	"encoding/json"
	"strings"
	"testing"
)

var values = []struct {
	name, text string
	valid      bool
}{
	{"object", `{"a":1}`, true},
	{"empty object", `{}`, true},
	{"empty array", `[ ]`, true},
	{"nested", `[{"a":[1,{"b":null}]},[],{}]`, true},
	{"spaced", " { \"a\" :\t[ 1 ,\r\n2 ] } ", true},
	{"string", `"abc"`, true},
	{"long string", `"` + strings.Repeat("abcdefg", 9) + `"`, true},
	{"escapes", `"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"`, true},
	{"lone surrogate", `"\ud800"`, true},
	{"two-byte and four-byte characters", `"é😀"`, true},
	{"delete is no control character", "\"\x7f\"", true},
	{"zero", `0`, true},
	{"minus zero", `-0`, true},
	{"fraction", `1.10`, true},
	{"exponents", `[1e5,1E+5,1.5e-5]`, true},
	{"literals", `[true,false,null]`, true},
	{"nothing", ``, false},
	{"only space", ` `, false},
	{"two values", `1 2`, false},
	{"open object", `{"a":1`, false},
	{"open array", `[1`, false},
	{"open string", `"abc`, false},
	{"wrong closer", `[1}`, false},
	{"closer alone", `]`, false},
	{"trailing comma in array", `[1,]`, false},
	{"trailing comma in object", `{"a":1,}`, false},
	{"leading comma", `[,1]`, false},
	{"no colon", `{"a" 1}`, false},
	{"no comma", `[1 2]`, false},
	{"no key", `{:1}`, false},
	{"number as key", `{1:1}`, false},
	{"single quotes", `{'a':1}`, false},
	{"control character early", "\"\x01\"", false},
	{"control character in the second word", "\"abcdefgh\x1f\"", false},
	{"line feed in a string", "\"a\nb\"", false},
	{"unknown escape", `"\q"`, false},
	{"short unicode escape", `"\u00e"`, false},
	{"unicode escape with a letter too far", `"\u00eg"`, false},
	{"leading zero", `05`, false},
	{"minus alone", `-`, false},
	{"plus", `+1`, false},
	{"point at the end", `1.`, false},
	{"point at the start", `.5`, false},
	{"exponent without digits", `1e`, false},
	{"two points", `1.2.3`, false},
	{"NaN", `NaN`, false},
	{"capital literal", `True`, false},
	{"longer literal", `nullx`, false},
	{"form feed as space", "\f1", false},
	{"no-break space", "\u00a01", false},
}

func TestScannerAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, c := range values {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if json.Valid([]byte(c.text)) != c.valid {
				t.Fatal("the case itself is wrong")
			}
			if got := isJSON([]byte(c.text)); got != c.valid {
				t.Errorf("isJSON(%q) = %t", c.text, got)
			}
		})
	}
}

// TestScannerIsShortOrBad cuts sound values everywhere: more input could complete each piece.
func TestScannerIsShortOrBad(t *testing.T) {
	t.Parallel()
	for _, c := range values {
		if !c.valid {
			continue
		}
		for n := range len(c.text) {
			s := scanner{b: []byte(c.text[:n])}
			if st := s.value(); st == bad {
				t.Errorf("%q is bad (%s), want short or ok", c.text[:n], s.why)
			}
		}
	}
}

func TestScannerDepth(t *testing.T) {
	t.Parallel()
	const depth = 1_000_000
	s := scanner{b: []byte(strings.Repeat(`[{"a":`, depth) + "1" + strings.Repeat("}]", depth))}
	if st := s.value(); st != ok || s.i != len(s.b) {
		t.Errorf("value() = %v at %d (%s)", st, s.i, s.why)
	}
}

func FuzzScanner(f *testing.F) {
	for _, c := range values {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := isJSON(text), json.Valid(text); got != want && !tooDeep(text) {
			t.Errorf("isJSON(%q) = %t, json.Valid = %t", text, got, want)
		}
	})
}

// tooDeep reports whether encoding/json refuses text for its depth alone.
func tooDeep(text []byte) bool {
	var v any
	err := json.Unmarshal(text, &v)
	return err != nil && strings.Contains(err.Error(), "max depth")
}
