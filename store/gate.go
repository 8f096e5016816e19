package store

import (
	"maps"
	"slices"
	"strings"
)

// survey goes through a query's tree once. It refuses everything that is not known to be harmless, and notes what the
// rewriting needs: which tables are read, which * shows them, which columns are named.
type survey struct {
	tables []string // that FROM may name

	sources []*source
	stars   []star
	hidden  bool // a hidden column is named
}

// source is a table in a FROM.
type source struct {
	table, alias string
	at           int
	shut         bool // the hidden columns must not show: something takes all columns that there are
}

// name is what a column of the source may be qualified with.
func (s *source) name() string {
	if s.alias != "" {
		return s.alias
	}
	return s.table
}

// star is a * and the sources that it shows.
type star struct {
	at      int
	shows   []*source
	excepts bool // it has an EXCLUDE
	strange bool // COLUMNS(…) and the like
}

// scope is what names mean in one SELECT.
type scope struct {
	outer   *scope
	ctes    []string
	sources []*source
}

// cte reports whether a name in FROM means a WITH clause. Only clauses that come before, and the right side of a recursive
// one, can mean themselves by it: to err that way would let a file name through.
func (s *scope) cte(name string) bool {
	for ; s != nil; s = s.outer {
		if slices.Contains(s.ctes, name) {
			return true
		}
	}
	return false
}

// named returns the sources that NAME.* shows, or * if name is empty.
func (s *scope) named(name string) []*source {
	if name == "" {
		return s.sources
	}
	for ; s != nil; s = s.outer {
		for _, from := range s.sources {
			if fold(from.name()) == fold(name) {
				return []*source{from}
			}
		}
	}
	return nil
}

// query goes through a SELECT, a UNION and the like, or a recursive WITH.
func (v *survey) query(n syntax, outer *scope) error {
	in := &scope{outer: outer}
	for _, entry := range n.object("cte_map").list("map") {
		cte := object(entry)
		if err := v.query(cte.object("value").object("query").object("node"), in); err != nil {
			return err
		}
		if err := v.rest(cte.object("value"), in, "query"); err != nil {
			return err
		}
		in.ctes = append(in.ctes, fold(cte.text("key")))
	}
	switch kind := n.text("type"); kind {
	case "SELECT_NODE":
		if err := v.from(n.object("from_table"), in, false); err != nil {
			return err
		}
		// ORDER BY ALL is written as a *, but means the columns of the answer.
		if err := v.rest(n, in, "cte_map", "from_table", "modifiers"); err != nil {
			return err
		}
		return v.part(n["modifiers"], &scope{outer: in})
	case "SET_OPERATION_NODE":
		if err := v.query(n.object("left"), in); err != nil {
			return err
		}
		if err := v.query(n.object("right"), in); err != nil {
			return err
		}
		return v.rest(n, in, "cte_map", "left", "right")
	case "RECURSIVE_CTE_NODE":
		if err := v.query(n.object("left"), in); err != nil {
			return err
		}
		self := &scope{outer: in, ctes: []string{fold(n.text("cte_name"))}}
		if err := v.query(n.object("right"), self); err != nil {
			return err
		}
		return v.rest(n, in, "cte_map", "left", "right")
	default:
		return refuse(n.at(), "", "%q is not answered here", kind)
	}
}

// from goes through what stands after FROM. Within shut, everything that a table has is taken as it is.
func (v *survey) from(n syntax, in *scope, shut bool) error {
	switch kind := n.text("type"); kind {
	case "EMPTY":
		return nil
	case "BASE_TABLE":
		return v.table(n, in, shut)
	case "SUBQUERY":
		if err := v.query(n.object("subquery").object("node"), in); err != nil {
			return err
		}
		return v.rest(n, in, "subquery")
	case "EXPRESSION_LIST":
		return v.rest(n, in)
	case "JOIN":
		v.hidden = v.hidden || slices.ContainsFunc(n.names("using_columns"), isHidden)
		shut = shut || n.text("ref_type") == "NATURAL"
		if err := v.from(n.object("left"), in, shut); err != nil {
			return err
		}
		// * shows nothing of the right side of these two.
		shut = shut || n.text("join_type") == "SEMI" || n.text("join_type") == "ANTI"
		if err := v.from(n.object("right"), in, shut); err != nil {
			return err
		}
		return v.rest(n, in, "left", "right")
	case "PIVOT":
		if err := v.from(n.object("source"), in, true); err != nil {
			return err
		}
		return v.rest(n, in, "source")
	case "TABLE_FUNCTION":
		f := n.object("function")
		if name := f.text("function_name"); !slices.Contains(tableFunctions(), fold(name)) {
			return refuse(n.at(), "FROM takes tables, and of functions only "+strings.Join(tableFunctions(), ", "), "function %q may not stand in FROM", name)
		}
		if err := v.rest(f, in); err != nil {
			return err
		}
		return v.rest(n, in, "function")
	case "SHOW_REF":
		if n.object("query") == nil {
			return refuse(n.at(), tablesHint(), "SHOW is not answered here")
		}
		return v.query(n.object("query"), in)
	default:
		return refuse(n.at(), "", "%q is not answered here", kind)
	}
}

func (v *survey) table(n syntax, in *scope, shut bool) error {
	s := &source{table: n.text("table_name"), alias: n.text("alias"), at: n.at(), shut: shut}
	if err := v.rest(n, in); err != nil {
		return err
	}
	database := n.text("catalog_name") + n.text("schema_name")
	if database == "" && in.cte(fold(s.table)) {
		return nil
	}
	if database != "" || !slices.Contains(v.tables, fold(s.table)) {
		err := refuse(s.at, tablesHint(), "no table %q", strings.TrimLeft(n.text("catalog_name")+"."+n.text("schema_name")+"."+s.table, "."))
		err.unknown = fold(s.table)
		return err
	}
	v.sources = append(v.sources, s)
	in.sources = append(in.sources, s)
	return nil
}

// rest goes through all parts of a node but those named, always in the same order: the first mistake is the one told.
func (v *survey) rest(n syntax, in *scope, but ...string) error {
	for _, key := range slices.Sorted(maps.Keys(n)) {
		if slices.Contains(but, key) {
			continue
		}
		if err := v.part(n[key], in); err != nil {
			return err
		}
	}
	return nil
}

// part goes through whatever stands in an expression, a clause or a list.
func (v *survey) part(part any, in *scope) error {
	if list, ok := part.([]any); ok {
		for _, item := range list {
			if err := v.part(item, in); err != nil {
				return err
			}
		}
		return nil
	}
	n := object(part)
	if n == nil {
		return nil
	}
	switch {
	case strings.HasSuffix(n.text("type"), "_NODE"):
		return v.query(n, in)
	case n["table_name"] != nil:
		return v.from(n, in, true)
	case n["function_name"] != nil:
		if name := n.text("function_name"); refusedFunction(fold(name)) {
			return refuse(n.at(), "", "function %q may not be called", name)
		}
	}
	switch n.text("class") {
	case "PARAMETER":
		return refuse(n.at(), "write the value in its place", "a placeholder without a value")
	case "COLUMN_REF":
		v.hidden = v.hidden || slices.ContainsFunc(n.names("column_names"), isHidden)
	case "STAR":
		v.stars = append(v.stars, star{at: n.at(), shows: in.named(n.text("relation_name")),
			excepts: len(n.list("exclude_list"))+len(n.list("qualified_exclude_list")) > 0,
			strange: n["columns"] == true || n["expr"] != nil})
	}
	return v.rest(n, in)
}

func tablesHint() string { return "the tables are " + strings.Join(Tables(), ", ") }
