package queries

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const null = "NULL"

// Bind returns the query's SQL with every parameter's value written in. A parameter left out takes its default, or
// NULL if it is nullable. The error names all unknown, missing and unfit parameters.
//
// A value is data whatever it holds: its literal is always the single token where the placeholder was.
func (q *Query) Bind(args map[string]string) (string, error) {
	literals, err := q.literals(args)
	if err != nil {
		return "", fmt.Errorf("bind query %q: %w", q.Name, err)
	}
	tokens, bad := lex(q.SQL)
	if bad != nil {
		return "", fmt.Errorf("bind query %q: %s", q.Name, bad.why)
	}
	var sql strings.Builder
	done := 0
	for _, t := range tokens {
		if t.kind != placeholder {
			continue
		}
		sql.WriteString(q.SQL[done:t.start])
		sql.WriteString(literals[t.in(q.SQL)[1:]])
		done = t.end
	}
	sql.WriteString(q.SQL[done:])
	return sql.String(), nil
}

// literals returns the literal of each of the query's parameters.
func (q *Query) literals(args map[string]string) (map[string]string, error) {
	var wrong, missing []string
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if _, ok := q.param(name); !ok {
			wrong = append(wrong, fmt.Sprintf("unknown parameter %q%s", name, didYouMean(q.nearestParam(name))))
		}
	}
	literals := make(map[string]string, len(q.Params))
	for _, p := range q.Params {
		value, given := args[p.Name]
		switch {
		case given:
		case p.Default != nil:
			value = *p.Default
		case p.Nullable:
			literals[p.Name] = null
			continue
		default:
			missing = append(missing, p.Name)
			continue
		}
		literal, err := p.literal(value)
		if err != nil {
			wrong = append(wrong, err.Error())
		}
		literals[p.Name] = literal
	}
	if len(missing) > 0 {
		wrong = append(wrong, "missing required "+strings.Join(missing, ", "))
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return literals, nil
}

func (q *Query) nearestParam(name string) []string {
	spellings := make(map[string][]string, len(q.Params))
	for _, p := range q.Params {
		spellings[p.Name] = []string{p.Name}
	}
	return nearest(name, spellings)
}
