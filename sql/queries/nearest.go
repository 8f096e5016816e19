package queries

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// nearest returns, sorted, the names that have a spelling closest to word, and none where even the closest differs in
// more than about a third of its letters: a far-fetched guess helps less than no guess.
func nearest(word string, spellings map[string][]string) []string {
	word = strings.ToLower(word)
	best := max(1, (utf8.RuneCountInString(word)+1)/3)
	var found []string
	for _, name := range slices.Sorted(maps.Keys(spellings)) {
		d := best + 1
		for _, s := range spellings[name] {
			d = min(d, distance(word, s, d))
		}
		if d < best {
			best, found = d, nil
		}
		if d == best {
			found = append(found, name)
		}
	}
	return found
}

// distance is the Levenshtein distance of a and b, or limit where that is smaller.
func distance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if gap := len(ra) - len(rb); gap >= limit || -gap >= limit {
		return limit
	}
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, ca := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, cb := range rb {
			replace := diagonal
			if ca != cb {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return min(row[len(rb)], limit)
}

func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return ": did you mean " + strings.Join(quoted, " or ") + "?"
}
