package queries

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Catalog is a set of queries in order of name. It never changes after Load and is safe for concurrent use.
type Catalog struct {
	queries []*Query
}

// Load reads every .sql file of fsys. It returns no catalogue unless all of them are right; its error joins one
// *Problem for each thing wrong, in order of file and line, and any error of reading.
func Load(fsys fs.FS) (*Catalog, error) {
	var c Catalog
	var errs []error
	titles := make(map[string]string)
	err := fs.WalkDir(fsys, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk %q: %w", file, err)
		}
		if entry.IsDir() || path.Ext(file) != ".sql" {
			return nil
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("read query %q: %w", file, err)
		}
		q, problems := parse(file, string(text), titles)
		c.queries = append(c.queries, q)
		for _, p := range problems {
			errs = append(errs, p)
		}
		return nil
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	slices.SortFunc(c.queries, func(a, b *Query) int { return cmp.Compare(a.Name, b.Name) })
	return &c, nil
}

// All returns the queries in order of name.
func (c *Catalog) All() []*Query {
	return slices.Clone(c.queries)
}

// Lookup finds a query by its name, or by the last segment of the name where only one query has it.
func (c *Catalog) Lookup(name string) (*Query, error) {
	var named []*Query
	for _, q := range c.queries {
		if q.Name == name {
			return q, nil
		}
		if q.Base() == name {
			named = append(named, q)
		}
	}
	switch len(named) {
	case 0:
		return nil, fmt.Errorf("unknown query %q%s", name, didYouMean(c.near(name)))
	case 1:
		return named[0], nil
	}
	return nil, fmt.Errorf("ambiguous query %q%s", name, didYouMean(names(named)))
}

// near returns the names that a mistyped name may stand for: those closest to it as a whole or in the last segment,
// and all of a topic when only the topic was given.
func (c *Catalog) near(name string) []string {
	var topic []*Query
	spellings := make(map[string][]string)
	for _, q := range c.queries {
		if path.Dir(q.Name) == name {
			topic = append(topic, q)
		}
		spellings[q.Name] = []string{q.Name, q.Base()}
	}
	if len(topic) > 0 {
		return names(topic)
	}
	return nearest(name, spellings)
}

// Search returns, in order of name, the queries in which every word of text occurs, whatever its case: in the name,
// title, description, tags or parameters.
func (c *Catalog) Search(text string) []*Query {
	words := strings.Fields(strings.ToLower(text))
	var found []*Query
	for _, q := range c.queries {
		prose := q.prose()
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(prose, w) }) {
			found = append(found, q)
		}
	}
	return found
}

func (q *Query) prose() string {
	parts := append([]string{q.Name, q.Title, q.About}, q.Tags...)
	for _, p := range q.Params {
		parts = append(parts, p.Name, p.Doc)
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

func names(queries []*Query) []string {
	all := make([]string, len(queries))
	for i, q := range queries {
		all[i] = q.Name
	}
	return all
}
