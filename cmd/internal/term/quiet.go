package term

import (
	"io"
	"sync"
)

// quiet prints what must not be missed and nothing else.
type quiet struct {
	mu sync.Mutex
	w  io.Writer
}

var _ Printer = (*quiet)(nil)

// NewQuiet returns a Printer that shows messages only.
func NewQuiet(w io.Writer) Printer { return &quiet{w: w} }

func (q *quiet) Update(Snapshot) {}

func (q *quiet) Message(level, message string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, _ = io.WriteString(q.w, Safe(level)+": "+Safe(message)+"\n")
}

func (q *quiet) Done(Snapshot) {}
