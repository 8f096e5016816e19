package render_test

import (
	"encoding/csv"
	"encoding/json"
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"offtrail/cmd/internal/render"
	"offtrail/cmd/internal/term"
)

// hostile is what an attacker might put into a user agent or a name.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b[H", "\x1b]8;;https://evil.example\a", "a\nfake | row\r\nb", "\u009b31m", "\x00\x7f\b",
		"\u202egpj.exe", "\u2066x\u2069", "ad\u200bmin", "\ufeff", "a\u2028b\u2029c", "\U000e0041",
		"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "'=1", "''=1", "＝1", "\u200b=1", "\n",
		"<script>alert(1)</script>", "<!--", "&lt;", "[x](javascript:1)", "![](//x)", "`code`", "**b**", "a|b", `a\|b`, `\`,
		"https://evil.example/a_b", "www.evil.example", "mailto:a@b.example", "| --- |", "~~x~~", "$x$", "# h",
		`"`, `""`, `","`, "", " ", "'", "null", "日本語", "e\u0301", "👩\u200d💻", "a\tb", "]]>", "\\u0041",
	}
}

// asRows gives each text as a value and once as a heading.
func asRows(heading string) *rows {
	r := of([]string{"x VARCHAR", "n INTEGER"})
	r.columns[0] = heading
	texts := hostile()
	r.next = func(i int, values []any) bool {
		if i >= len(texts) {
			return false
		}
		values[0], values[1] = texts[i], int32(-i)
		return true
	}
	return r
}

// unguard takes away the apostrophe that csv puts before a formula. It knows the rule from its documentation only.
func unguard(cell string) string {
	rest, had := strings.CutPrefix(cell, "'")
	if !had {
		return cell
	}
	seen := strings.TrimLeft(rest, "' \u00a0\u200b\ufeff\u2028\u2029\u202e\u2066")
	if seen != "" && (seen[0] < 0x20 || strings.ContainsRune("=+-@＝＋－＠", []rune(seen)[0])) {
		return rest
	}
	return cell
}

func TestHostileCSV(t *testing.T) {
	t.Parallel()
	for _, heading := range hostile() {
		out := write(t, render.CSV, render.Options{}, asRows(heading))
		records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatalf("heading %q: %v", heading, err)
		}
		for i, want := range append([]string{heading}, hostile()...) {
			got := records[i][0]
			// The reader, not the writer, takes the carriage return of a line break away.
			if want = strings.ReplaceAll(want, "\r\n", "\n"); unguard(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
			seen := strings.TrimLeft(got, " \u00a0\u200b")
			if seen != "" && (seen[0] < 0x20 || strings.ContainsRune("=+-@＝＋－＠", []rune(seen)[0])) {
				t.Errorf("a spreadsheet would run %q", got)
			}
		}
		if got := records[3][1]; got != "-2" {
			t.Errorf("a number became %q", got)
		}
	}
}

func TestHostileJSON(t *testing.T) {
	t.Parallel()
	for _, heading := range hostile() {
		out := write(t, render.JSON, render.Options{}, asRows(heading))
		if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && term.Hostile(r) || strings.ContainsRune("<>&", r) }); i >= 0 {
			t.Errorf("a terminal or page might obey %q", out[i:i+10])
		}
		var got []map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("heading %q: %v", heading, err)
		}
		for i, want := range hostile() {
			if got[i][heading] != want {
				t.Errorf("got %q, want %q", got[i][heading], want)
			}
		}
		if nd := write(t, render.NDJSON, render.Options{}, asRows(heading)); strings.Count(nd, "\n") != len(hostile()) {
			t.Errorf("heading %q: not one line per row", heading)
		}
	}
}

func TestHostileOnScreen(t *testing.T) {
	t.Parallel()
	extra := map[render.Format]int{render.Table: 2, render.Markdown: 2, render.CSV: 1}
	for f, headings := range extra {
		for _, width := range []int{20, 80} {
			for _, heading := range hostile() {
				out := write(t, f, render.Options{Width: width}, asRows(heading))
				if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && term.Hostile(r) }); i >= 0 {
					t.Errorf("%s: a terminal might obey %q", f, out[i:i+8])
				}
				if n := strings.Count(out, "\n"); n != len(hostile())+headings {
					t.Errorf("%s: %d lines for %d rows", f, n, len(hostile()))
				}
			}
		}
	}
}

// TestHostileMarkdown undoes what CommonMark defines (backslash escapes and references) and finds the text again; and
// outside of those nothing is left that could be markup.
func TestHostileMarkdown(t *testing.T) {
	t.Parallel()
	lines := strings.Split(write(t, render.Markdown, render.Options{}, asRows("x")), "\n")[2:]
	for i, want := range hostile() {
		line := lines[i]
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			t.Errorf("%q has %d cells", line, len(cells)-2)
			continue
		}
		cell := strings.TrimSuffix(strings.TrimPrefix(cells[1], " "), " ")
		if want = term.Safe(want); want == "" {
			want = `""`
		}
		text, bare := unescape(cell)
		if text != want {
			t.Errorf("got %q from %q, want %q", text, cell, want)
		}
		if strings.ContainsAny(bare, "`*_~[]<>|@$!#") {
			t.Errorf("%q leaves %q active", cell, bare)
		}
		for _, link := range []string{"://", "www.", "mailto:"} {
			if strings.Contains(cell, link) {
				t.Errorf("%q is a link", cell)
			}
		}
	}
}

// unescape reads a cell as CommonMark does; bare is what was not escaped.
func unescape(cell string) (text, bare string) {
	for cell != "" {
		if cell[0] == '\\' && len(cell) > 1 && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", cell[1]) >= 0 {
			text += cell[1:2]
			cell = cell[2:]
			continue
		}
		if end := strings.IndexByte(cell, ';'); cell[0] == '&' && end > 0 {
			text += html.UnescapeString(cell[:end+1])
			cell = cell[end+1:]
			continue
		}
		text, bare = text+cell[:1], bare+cell[:1]
		cell = cell[1:]
	}
	return text, bare
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		one := func() *rows { return of([]string{"v VARCHAR", "w VARCHAR"}, []any{s, nil}) }
		want := strings.ToValidUTF8(s, "\ufffd")
		var object map[string]any
		line := write(t, render.NDJSON, render.Options{}, one())
		if err := json.Unmarshal([]byte(line), &object); err != nil || object["v"] != want || object["w"] != nil {
			t.Errorf("json: %q came back as %v (%v)", s, object, err)
		}
		records, err := csv.NewReader(strings.NewReader(write(t, render.CSV, render.Options{}, one()))).ReadAll()
		if err != nil || len(records) != 2 {
			t.Fatalf("csv of %q: %v, %v", s, records, err)
		}
		lf := strings.ReplaceAll(want, "\r\n", "\n")
		if got := records[1][0]; got != lf && got != "'"+lf {
			t.Errorf("csv: %q came back as %q", s, got)
		}
		for _, format := range []render.Format{render.Table, render.Markdown} {
			out := write(t, format, render.Options{Width: 40}, one())
			if !utf8.ValidString(out) || strings.Count(out, "\n") != 3 {
				t.Errorf("%s of %q: %q", format, s, out)
			}
		}
	})
}
