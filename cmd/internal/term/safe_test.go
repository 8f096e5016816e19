package term_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"offtrail/cmd/internal/term"
)

func TestSafe(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "arn:aws:iam::1:user/x", "arn:aws:iam::1:user/x"},
		{"empty", "", ""},
		{"backslash stays", `C:\new`, `C:\new`},
		{"escape sequence", "\x1b[2J\x1b]0;owned\a", `\x1b[2J\x1b]0;owned\x07`},
		{"new lines and tabs", "a\r\nb\tc", `a\r\nb\tc`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"C1 control sequence introducer", "\u009b31m", `\u009b31m`},
		{"bidi overrides", "\u202egpj.exe\u2066x\u2069\u200f", `\u202egpj.exe\u2066x\u2069\u200f`},
		{"zero width", "ad\u200bmin\ufeff\u2060\u00ad", `ad\u200bmin\ufeff\u2060\u00ad`},
		{"line and paragraph separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"tag characters", "a\U000e0041", `a\U000e0041`},
		{"Hangul filler", "a\u3164b", `a\u3164b`},
		{"hiding selector", "a\U000e0100", `a\U000e0100`},
		{"not UTF-8", "a\xff\x9bb", `a\xff\x9bb`},
		{"replacement character stays", "\ufffd", "\ufffd"},
		{"other scripts stay", "日本 é e\u0301 Ж ❤\ufe0f", "日本 é e\u0301 Ж ❤\ufe0f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := term.Safe(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[0m\u202e\xff")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		got := term.Safe(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, term.Hostile) {
			t.Errorf("Safe(%q) = %q is not safe", s, got)
		}
		if again := term.Safe(got); again != got {
			t.Errorf("Safe(%q) = %q changes again to %q", s, got, again)
		}
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		width    int
		want     string
	}{
		{"fits", "abc", 3, "abc"},
		{"one too many", "abcd", 3, "ab…"},
		{"no room", "abc", 0, ""},
		{"room for the mark alone", "abc", 1, "…"},
		{"wide runes are not halved", "日本語", 4, "日…"},
		{"wide runes that fit", "日本語", 6, "日本語"},
		{"combining marks stay with their letter", "e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"flag is one glyph", "🇪🇺🇪🇺", 3, "🇪🇺…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := term.Cut(tt.in, tt.width)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if w := term.Width(got); w > tt.width {
				t.Errorf("%q takes %d columns of %d", got, w, tt.width)
			}
		})
	}
}

func TestCutMiddle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		width    int
		want     string
	}{
		{"fits", "abcdefgh", 8, "abcdefgh"},
		{"one too many", "abcdefghi", 8, "ab…efghi"},
		{"wide runes are not halved", "日本語日本語", 8, "日… 本語"},
		{"room for the mark and little else", "abc", 2, "…c"},
		{"room for the mark alone", "abc", 1, "…"},
		{"no room", "abc", 0, ""},
		{"combining marks stay with their letter", "e\u0301e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301…e\u0301e\u0301"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := term.CutMiddle(tt.in, tt.width)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if w := term.Width(got); w > tt.width {
				t.Errorf("%q takes %d columns of %d", got, w, tt.width)
			}
		})
	}
}
