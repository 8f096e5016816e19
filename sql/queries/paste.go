package queries

import (
	"fmt"
	"strings"
)

// Athena returns bound, a text from Bind, as it goes into Athena's editor: the query's name, its title and the
// parameters given as comments, then the SQL.
func (q *Query) Athena(bound string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "-- %s: %s\n", q.Name, q.Title)
	values := q.values(bound)
	for _, p := range q.Params {
		if value, ok := values[p.Name]; ok && value != null {
			fmt.Fprintf(&out, "-- %s = %s\n", p.Name, value)
		}
	}
	out.WriteString(bound)
	out.WriteByte('\n')
	return out.String()
}

// values reads the literals back out of a bound text. Binding puts one token for one, so the two texts run in step;
// where they do not, bound is no binding of this query and there is nothing to read.
func (q *Query) values(bound string) map[string]string {
	from, bad := lex(q.SQL)
	to, badBound := lex(bound)
	if bad != nil || badBound != nil || len(from) != len(to) {
		return nil
	}
	values := make(map[string]string)
	for i, t := range from {
		if t.kind == placeholder {
			values[t.in(q.SQL)[1:]] = to[i].in(bound)
		}
	}
	return values
}
