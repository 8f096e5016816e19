package render_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"offtrail/cmd/internal/render"
)

// counter is a writer that keeps nothing.
type counter struct {
	lines, largest int
	watch          func()
}

func (c *counter) Write(p []byte) (int, error) {
	c.lines += bytes.Count(p, []byte("\n"))
	c.largest = max(c.largest, len(p))
	if c.watch != nil {
		c.watch()
	}
	return len(p), nil
}

func TestMillionRowsInBoundedMemory(t *testing.T) {
	// Lining up and escaping take time: those formats get fewer rows, which are many all the same.
	counts := map[render.Format]int{render.Table: 200_000, render.Markdown: 200_000, render.JSON: 200_000}
	agent := strings.Repeat("agent ", 10)
	// A value behind an interface is made once, so that what is measured is the writer's.
	values := []any{"ConsoleLogin", int64(1234567), agent, nil, time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)}
	for _, f := range render.Formats() {
		t.Run(string(f), func(t *testing.T) {
			want := 1_000_000
			if count, ok := counts[f]; ok {
				want = count
			}
			r := of([]string{"a VARCHAR", "n BIGINT", "agent VARCHAR", "nil VARCHAR", "t TIMESTAMP"})
			r.next = func(i int, dst []any) bool {
				copy(dst, values)
				return i < want
			}
			var peak uint64
			writes := 0
			out := &counter{}
			out.watch = func() {
				if writes++; writes%20 == 0 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
			}
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			n, err := render.Write(out, f, r, render.Options{})
			if err != nil || n != int64(want) || out.lines < want {
				t.Fatalf("%d rows, %d lines, %v", n, out.lines, err)
			}
			if out.largest > 1<<20 {
				t.Errorf("%d bytes were written at once", out.largest)
			}
			// Garbage that is not yet collected is counted too; all the rows would be over 20 MB.
			if grown := int64(peak) - int64(before.HeapAlloc); grown > 8<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

func TestRowsAllocateNothing(t *testing.T) {
	values := []any{"ConsoleLogin", int64(1), "日本\x1b", nil, true, 1.5}
	measure := func(f render.Format, n int) float64 {
		return testing.AllocsPerRun(5, func() {
			r := of([]string{"a VARCHAR", "n BIGINT", "u VARCHAR", "x VARCHAR", "b BOOLEAN", "d INTEGER"})
			r.next = func(i int, dst []any) bool {
				copy(dst, values[:5])
				dst[5] = nil
				return i < n
			}
			if _, err := render.Write(io.Discard, f, r, render.Options{}); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, f := range []render.Format{render.CSV, render.JSON, render.NDJSON} {
		if few, many := measure(f, 1000), measure(f, 9000); many > few+100 {
			t.Errorf("%s: 8,000 more rows take %.0f more allocations", f, many-few)
		}
	}
}

// screen tells what has been written so far.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// TestRowsDoNotWait runs a query whose second row takes a second and whose third takes an hour, by a clock of its own.
func TestRowsDoNotWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format       render.Format
		first        time.Duration // when the first row must be there
		one, two     string
		second, last string
	}{
		{render.CSV, 0, "\"a\"\n\"x1\"\n", "\"x2\"\n", "", "\"x3\"\n"},
		{render.JSON, 0, "[\n{\"a\":\"x1\"}", ",\n{\"a\":\"x2\"}", "", ",\n{\"a\":\"x3\"}\n]\n"},
		{render.NDJSON, 0, "{\"a\":\"x1\"}\n", "{\"a\":\"x2\"}\n", "", "{\"a\":\"x3\"}\n"},
		{render.Markdown, 0, "| a |\n| --- |\n| x1 |\n", "| x2 |\n", "", "| x3 |\n"},
		{render.Table, 200 * time.Millisecond, "a\n--\nx1\n", "x2\n", "", "x3\n"},
	}
	for _, tt := range tests {
		t.Run(string(tt.format), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out screen
				r := of([]string{"a VARCHAR"})
				r.next = func(i int, values []any) bool {
					switch i {
					case 1:
						time.Sleep(time.Second)
					case 2:
						time.Sleep(time.Hour)
					case 3:
						return false
					}
					values[0] = "x" + string(rune('1'+i))
					return true
				}
				done := make(chan error, 1)
				go func() {
					_, err := render.Write(&out, tt.format, r, render.Options{})
					done <- err
				}()
				expect := func(after time.Duration, want string) {
					t.Helper()
					time.Sleep(after)
					synctest.Wait()
					if got := out.String(); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				}
				expect(tt.first, tt.one)
				expect(time.Second-tt.first+100*time.Millisecond, tt.one+tt.two)
				if err := <-done; err != nil {
					t.Error(err)
				}
				expect(0, tt.one+tt.two+tt.last)
				expect(time.Hour, tt.one+tt.two+tt.last) // no timer is left behind
			})
		})
	}
}

// failing gives an error after some bytes.
type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left >= 0 {
		return len(p), nil
	}
	return 0, f.err
}

func TestWriteErrorsComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, f := range render.Formats() {
		for _, left := range []int{0, 200_000} {
			r := of([]string{"a VARCHAR"})
			read := 0
			r.next = func(i int, values []any) bool {
				read = i
				values[0] = "some text that takes a little room"
				return i < 1_000_000
			}
			_, err := render.Write(&failing{left: left, err: syscall.EPIPE}, f, r, render.Options{})
			if !errors.Is(err, syscall.EPIPE) || err.Error() != syscall.EPIPE.Error() {
				t.Errorf("%s: got %v", f, err)
			}
			if read > 20_000 {
				t.Errorf("%s: read %d rows for nobody", f, read)
			}
			if r.closed != 1 {
				t.Errorf("%s: rows stay open", f)
			}
		}
	}
}

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestShortWrite(t *testing.T) {
	t.Parallel()
	_, err := render.Write(short{}, render.CSV, of([]string{"a VARCHAR"}, []any{"x"}), render.Options{})
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}
