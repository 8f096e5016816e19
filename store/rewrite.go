package store

import "strings"

// rewrite returns what to change in a text so that DuckDB answers as Athena does: the table becomes the view that holds the
// rows and columns asked for, and a * does not show more than it did before.
//
// The text is changed in place, not printed anew from its tree: what the user wrote stays as written, headings included,
// and places in DuckDB's messages lead back to it.
func rewrite(text string, v *survey, once bool) (edits, error) {
	var changes edits
	if v.hidden {
		for i := range v.stars {
			v.stars[i].shut(text)
		}
		for i := range v.stars {
			changes = append(changes, v.stars[i].hide(text)...)
		}
	}
	for _, s := range v.sources {
		change, err := s.rewrite(text, variant(once, v.hidden && !s.shut))
		if err != nil {
			return nil, err
		}
		changes = append(changes, change...)
	}
	return changes, nil
}

// rewrite names the view instead of the table. Without an alias of its own the view gets the table's name for one, so that
// columns may go on being qualified with it.
func (s *source) rewrite(text, view string) (edits, error) {
	if fold(s.table) != athenaTable || view == athenaTable {
		return nil, nil
	}
	names := words(text, s.at)
	if len(names) != 1 || fold(names[0].name) != athenaTable {
		return nil, refuse(s.at, "write its name without single quotes", "no table %q", s.table)
	}
	if s.alias == "" {
		view += " AS " + athenaTable
	}
	return edits{{names[0].from, names[0].to, view}}, nil
}

// shut makes the sources do without hidden columns where there is no way to keep those out of the *.
func (s *star) shut(text string) {
	if s.place(text) >= 0 {
		return
	}
	for _, source := range s.shows {
		source.shut = true
	}
}

// hide keeps the hidden columns of a *'s sources out of it.
func (s *star) hide(text string) edits {
	var columns []string
	for _, source := range s.shows {
		if fold(source.table) != athenaTable || source.shut {
			continue
		}
		for _, column := range hiddenColumns() {
			columns = append(columns, quoteName(source.name())+"."+quoteName(column))
		}
	}
	if len(columns) == 0 {
		return nil
	}
	at, list := s.place(text), strings.Join(columns, ", ")
	if s.excepts {
		return edits{{at, at, list + ", "}}
	}
	return edits{{at, at, " EXCLUDE (" + list + ")"}}
}

// place returns where the list of columns to leave out goes: behind the *, or into the list that is there. It is -1 for a *
// that nobody wrote, as after a bare FROM, and for forms that Athena does not have.
func (s *star) place(text string) int {
	if s.strange || s.at < 0 || s.at >= len(text) {
		return -1
	}
	at := s.at
	if names := words(text, at); len(names) > 0 {
		if at = skip(text, names[len(names)-1].to); at >= len(text) || text[at] != '.' {
			return -1
		}
		at = skip(text, at+1)
	}
	if at >= len(text) || text[at] != '*' {
		return -1
	}
	at++
	if !s.excepts {
		return at
	}
	except := words(text, skip(text, at))
	if len(except) != 1 {
		return -1
	}
	if at = skip(text, except[0].to); at >= len(text) || text[at] != '(' {
		return -1
	}
	return at + 1
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
