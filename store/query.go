package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"
)

// QueryOptions say how to read the tables.
type QueryOptions struct {
	// Once shows each event of cloudtrail_logs once, however often it was delivered: for questions of our own. Athena
	// counts every delivery.
	Once bool
}

// Query runs one SELECT over the tables that Tables lists. Nothing else runs: no other statement, no other table, no file.
// Rows arrive while the query runs. When ctx ends so does the query, at once; Close the rows in any case.
//
// A *QueryError is a mistake in the text. The store must be open read-only.
func (s *Store) Query(ctx context.Context, text string, opts QueryOptions) (*Rows, error) {
	if !s.readOnly {
		return nil, &Error{Op: "query database", Path: s.path, Err: errors.New("it is open for writing")}
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, s.explain("open database", err)
	}
	q := &statement{store: s, text: text}
	rows, err := q.answer(ctx, conn, opts)
	if err != nil {
		return nil, errors.Join(q.explain(ctx, err), conn.Close())
	}
	return rows, nil
}

// statement is a query on its way from what was typed to what DuckDB runs.
type statement struct {
	store   *Store
	text    string // as typed
	changes edits
}

func (q *statement) answer(ctx context.Context, conn *sql.Conn, opts QueryOptions) (*Rows, error) {
	compiled, err := q.compile(ctx, conn, opts)
	if err != nil {
		return nil, err
	}
	return stream(ctx, conn, q, compiled)
}

// compile admits the text, rewrites it and admits the outcome, so that what runs is what was looked at.
func (q *statement) compile(ctx context.Context, conn *sql.Conn, opts QueryOptions) (string, error) {
	if at := strings.IndexByte(q.text, 0); at >= 0 {
		return "", refuse(at, "", "a zero byte")
	}
	if !utf8.ValidString(q.text) {
		return "", refuse(-1, "", "it is not UTF-8")
	}
	text := blank(q.text)
	seen, err := admit(ctx, conn, text, Tables())
	if err != nil {
		return "", err
	}
	if q.changes, err = rewrite(text, seen, opts.Once); err != nil || len(q.changes) == 0 {
		return text, err
	}
	text = q.changes.apply(text)
	_, err = admit(ctx, conn, text, rewrittenTables())
	var refused *QueryError
	if errors.As(err, &refused) && refused.Offset >= 0 {
		refused.Offset = q.changes.back(refused.Offset)
	}
	return text, err
}

func admit(ctx context.Context, conn *sql.Conn, text string, tables []string) (*survey, error) {
	tree, err := parse(ctx, conn, text)
	if err != nil {
		return nil, err
	}
	v := &survey{tables: tables}
	err = v.query(tree, nil)
	var refused *QueryError
	if errors.As(err, &refused) && refused.unknown != "" {
		refused.Problem += nearest(ctx, conn, refused.unknown)
	}
	return v, err
}

// nearest asks whether a table with a name like it was meant.
func nearest(ctx context.Context, conn *sql.Conn, name string) string {
	const closest = `SELECT t FROM (SELECT unnest(string_split(?, ' ')) AS t) WHERE damerau_levenshtein(t, ?) <= 3
		ORDER BY damerau_levenshtein(t, ?) LIMIT 1`
	var table string
	if conn.QueryRowContext(ctx, closest, strings.Join(Tables(), " "), name, name).Scan(&table) != nil {
		return "" // a suggestion is a courtesy
	}
	return fmt.Sprintf("; did you mean %q?", table)
}

// explain turns whatever went wrong into an error in the user's terms.
func (q *statement) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("query database %q: %w", q.store.path, context.Cause(ctx))
	}
	if refused, ok := errors.AsType[*QueryError](err); ok {
		refused.Text = q.text
		refused.Offset = min(refused.Offset, len(q.text))
		return refused
	}
	message := err.Error()
	if duck, ok := errors.AsType[*duckdb.Error](err); ok {
		message = duck.Msg
	}
	fault := readFault(message)
	if !fault.ownMistake() {
		return q.store.explain("query database", plain(err))
	}
	at := fault.at()
	if at >= 0 {
		at = min(q.changes.back(at), len(q.text))
	}
	return &QueryError{Problem: userTerms(sentence(fault.Message)), Text: q.text, Offset: at}
}

// userTerms puts the names that a query may use in the place of those behind them.
func userTerms(message string) string {
	names := rewrittenTables()
	slices.Reverse(names) // longest first
	var pairs []string
	for _, name := range names {
		if strings.HasPrefix(name, athenaTable+"_") {
			pairs = append(pairs, name, athenaTable)
		}
	}
	return strings.NewReplacer(append(pairs, catalog+".main.", "", catalog+".", "", "values list ", "table ")...).Replace(message)
}
