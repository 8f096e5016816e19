package store

import (
	"slices"
	"strings"
)

// athenaTable is the view that stands for Athena's table.
const athenaTable = "cloudtrail_logs"

// hiddenColumns are those that answer when named and stay out of *.
func hiddenColumns() []string { return []string{"timestamp", "$path"} }

func isHidden(column string) bool { return slices.Contains(hiddenColumns(), fold(column)) }

// Tables lists what a query may name in FROM.
func Tables() []string {
	return []string{
		athenaTable, "cloudtrail_network_activity", "events", "insights", "aggregated",
		"objects", "syncs", "failures", "quarantine", "listings", "digests",
		"records", "superseded_records", "originals", "aggregated_records", "repeats",
	}
}

// variant names the view behind athenaTable that shows each event once, or the hidden columns, or both.
func variant(once, hidden bool) string {
	name := athenaTable
	if once {
		name += "_once"
	}
	if hidden {
		name += "_hidden"
	}
	return name
}

// rewrittenTables is what a statement may name once it is rewritten.
func rewrittenTables() []string {
	return append(Tables(), variant(true, false), variant(false, true), variant(true, true))
}

// tableFunctions may stand in FROM: those that make rows of their arguments alone. Of the others, most read files,
// settings or the catalog, run text as SQL, or switch something on.
func tableFunctions() []string {
	return []string{"unnest", "range", "generate_series", "json_each", "json_tree"}
}

// refusedFunction reports whether an expression may not call a function. Here what is bad is listed, not what is good: of
// DuckDB's thousand functions and our own macros nearly all do nothing but compute, and those that do more are few and
// known (a test holds this list against what DuckDB itself calls volatile). They act (nextval, write_log, setseed), wait
// (sleep_ms), plan SQL held in text, or tell of the session, its settings and what is inside.
func refusedFunction(name string) bool {
	switch name {
	case "nextval", "currval", "setseed", "write_log", "sleep_ms",
		"getenv", "getvariable", "current_setting", "parse_duckdb_log_message",
		"current_query", "current_query_id", "current_connection_id", "current_transaction_id", "txid_current",
		"json_serialize_plan", "json_execute_serialized_sql",
		"create_sort_key", "vector_type", "stats", "finalize", "combine", "get_block_size":
		return true
	}
	return strings.HasPrefix(name, "__internal_") || strings.HasPrefix(name, "pg_")
}

// fold makes names comparable as DuckDB compares them: only A to Z have a small form, so that no other letter is taken
// for one of them.
func fold(name string) string {
	folded := []byte(name)
	for i, c := range folded {
		if c >= 'A' && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}
