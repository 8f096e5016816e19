package render_test

import (
	"strings"
	"testing"

	"offtrail/cmd/internal/render"
)

func TestTableWidths(t *testing.T) {
	t.Parallel()
	columns := []string{"name VARCHAR", "n BIGINT", "arn VARCHAR"}
	data := [][]any{
		{"root", int64(1), "arn:aws:iam::123456789012:root"},
		{"日本語のユーザー", int64(123456), "e\u0301e\u0301"},
		{"👍🏽🇪🇺", nil, "a\nb"},
	}
	tests := []struct {
		name string
		opts render.Options
		want string
	}{
		{"no terminal", render.Options{}, `
name             |      n | arn
-----------------+--------+-------------------------------
root             |      1 | arn:aws:iam::123456789012:root
日本語のユーザー | 123456 | e` + "\u0301e\u0301" + `
👍🏽🇪🇺             |        | a\nb
`},
		{"wide terminal", render.Options{Width: 58}, `
name             |      n | arn
-----------------+--------+-------------------------------
root             |      1 | arn:aws:iam::123456789012:root
日本語のユーザー | 123456 | e` + "\u0301e\u0301" + `
👍🏽🇪🇺             |        | a\nb
`},
		{"a little too narrow", render.Options{Width: 40}, `
name           |      n | arn
---------------+--------+---------------
root           |      1 | arn:aws:iam::…
日本語のユー…  | 123456 | e` + "\u0301e\u0301" + `
👍🏽🇪🇺           |        | a\nb
`},
		{"far too narrow", render.Options{Width: 26}, `
-[ 1 ]-
name | root
n    | 1
arn  | arn:aws:iam::12345…
-[ 2 ]-
name | 日本語のユーザー
n    | 123456
arn  | e` + "\u0301e\u0301" + `
-[ 3 ]-
name | 👍🏽🇪🇺
n    |
arn  | a\nb
`},
		{"too narrow, in full", render.Options{Width: 40, Full: true}, `
-[ 1 ]-
name | root
n    | 1
arn  | arn:aws:iam::123456789012:root
-[ 2 ]-
name | 日本語のユーザー
n    | 123456
arn  | e` + "\u0301e\u0301" + `
-[ 3 ]-
name | 👍🏽🇪🇺
n    |
arn  | a\nb
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := write(t, render.Table, tt.opts, of(columns, data...))
			if want := tt.want[1:]; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// columnsOf counts the columns of a text by other means than the code under test: it holds for the few scripts here.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == 0x301:
		case r >= 0x3000 && r < 0xfe00:
			n += 2
		default:
			n++
		}
	}
	return n
}

func TestTableNeverExceedsTerminal(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	columns := []string{"a VARCHAR", "日本 VARCHAR", "n INTEGER", "last VARCHAR", strings.Repeat("h", 50) + " VARCHAR"}
	for width := 25; width <= 200; width += 7 {
		r := of(columns)
		r.next = func(i int, values []any) bool {
			// Rows far behind the window are longer than all that the widths were chosen from.
			cell := "ab"
			if i > 1100 {
				cell = long
			}
			copy(values, []any{cell, strings.Repeat("語", 1+i/400), int32(i), cell, nil})
			return i < 1200
		}
		for line := range strings.SplitSeq(write(t, render.Table, render.Options{Width: width}, r), "\n") {
			if n := columnsOf(line); n > width {
				t.Fatalf("%d columns on a terminal of %d: %q", n, width, line)
			}
		}
	}
}

func TestTableElsewhereCutsNothing(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	r := of([]string{"a VARCHAR", "b VARCHAR"}, []any{"short", "b"}, []any{long, long})
	lines := strings.Split(write(t, render.Table, render.Options{}, r), "\n")
	if want := "short" + strings.Repeat(" ", 95) + " | b"; lines[2] != want {
		t.Errorf("padded beyond reason: %d bytes", len(lines[2]))
	}
	if lines[3] != long+" | "+long {
		t.Error("a long value was changed")
	}
}
