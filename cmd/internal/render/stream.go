package render

import (
	"io"
	"sync"
	"time"
)

const (
	flushBytes = 64 << 10
	flushEvery = 100 * time.Millisecond // how long a row may wait for company
	hoardTime  = 200 * time.Millisecond // how long a table may look before it draws
)

// stream carries a layout's bytes to a writer in pieces that are neither small nor late. The first row goes out at
// once; after it a timer sees to it that nothing waits while the next row is being computed.
type stream struct {
	w io.Writer
	l layout
	h hoarder // l, if it holds rows back

	mu      sync.Mutex // the timer's goroutine flushes too
	buf     []byte
	err     error // the first that w gave
	timer   *time.Timer
	armed   bool
	begun   bool
	stopped bool
}

func newStream(w io.Writer, l layout) *stream {
	s := &stream{w: w, l: l, buf: l.head(nil)}
	s.h, _ = l.(hoarder)
	return s
}

func (s *stream) row(values []any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.buf = s.l.row(s.buf, values)
	switch {
	case len(s.buf) >= flushBytes, !s.begun && s.h == nil:
		s.send()
	case !s.begun:
		s.arm(hoardTime)
	case !s.armed:
		s.arm(flushEvery)
	}
	s.begun = true
	return s.err
}

// end writes what comes after the last row.
func (s *stream) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = s.l.tail(s.buf)
	s.send()
	return s.err
}

// flush writes everything that is held back.
func (s *stream) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
}

// stop ends the timer: nothing is written after it returns.
func (s *stream) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

func (s *stream) arm(after time.Duration) {
	s.armed = true
	if s.timer == nil {
		s.timer = time.AfterFunc(after, s.tick)
		return
	}
	s.timer.Reset(after)
}

func (s *stream) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = false
	if !s.stopped {
		s.settle()
	}
}

func (s *stream) settle() {
	if s.h != nil {
		s.buf = s.h.settle(s.buf)
	}
	s.send()
}

func (s *stream) send() {
	if s.err != nil || len(s.buf) == 0 {
		return
	}
	n, err := s.w.Write(s.buf)
	if err == nil && n < len(s.buf) {
		err = io.ErrShortWrite
	}
	s.err = err
	s.buf = s.buf[:0]
	if cap(s.buf) > 16*flushBytes {
		s.buf = nil // one huge row must not be paid for until the end
	}
}
