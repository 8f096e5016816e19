package queries

import "fmt"

// Problem is one thing wrong with a query file.
type Problem struct {
	File string
	Line int
	Text string
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}
