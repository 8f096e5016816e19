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

// NewQuiet returns a Printer that shows messages and the summary only.
func NewQuiet(w io.Writer) Printer { return &quiet{w: w} }

func (q *quiet) Update(Snapshot) {}

func (q *quiet) Message(level, message string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, _ = io.WriteString(q.w, Safe(level)+": "+Safe(message)+"\n")
}

func (q *quiet) About(level, what, object, why string) { q.Message(level, sentence(what, object, why)) }

func (q *quiet) Done(_ Snapshot, summary ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, line := range summary {
		_, _ = io.WriteString(q.w, Safe(line)+"\n")
	}
}

// sentence is what is said of an object where no line is too long.
func sentence(what, object, why string) string { return what + " " + object + ": " + why }
