package store

import (
	"cmp"
	"slices"
	"strings"
)

// edit puts other text in the place of text[from:to].
type edit struct {
	from, to int
	text     string
}

// edits change a text in places that do not overlap, and lead back from the changed text to the first.
type edits []edit

func (e edits) sorted() edits {
	return slices.SortedStableFunc(slices.Values(e), func(a, b edit) int { return cmp.Compare(a.from, b.from) })
}

func (e edits) apply(text string) string {
	var out strings.Builder
	at := 0
	for _, change := range e.sorted() {
		out.WriteString(text[at:change.from])
		out.WriteString(change.text)
		at = change.to
	}
	out.WriteString(text[at:])
	return out.String()
}

// back returns the place in the first text for one in the changed text. What is new there stands where it replaces.
func (e edits) back(at int) int {
	shift := 0
	for _, change := range e.sorted() {
		from := change.from + shift
		if at < from {
			break
		}
		if at < from+len(change.text) {
			return change.from
		}
		shift += len(change.text) - (change.to - change.from)
	}
	return at - shift
}
