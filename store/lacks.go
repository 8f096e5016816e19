package store

import (
	"context"
	"database/sql"
	"errors"

	"offtrail/sql/status"
)

// Lacks is what the answers of a database may lack.
type Lacks struct {
	Outcome     string // of the last sync: ok, partial, interrupted, failed or killed; empty when there was none
	Unreached   int64  // objects that it listed and did not get to
	Unread      int64  // objects that no sync could read so far
	Quarantined int64  // objects of which not all became records
	Empty       bool   // there is no record at all
}

// Lacks says what the file lacks, as far as it knows.
func (s *Store) Lacks(ctx context.Context) (Lacks, error) {
	var l Lacks
	text, err := status.SQL("lacks")
	if err != nil {
		return l, err
	}
	err = s.db.QueryRowContext(ctx, text).Scan(&l.Outcome, &l.Unreached, &l.Unread, &l.Quarantined, &l.Empty)
	if errors.Is(err, sql.ErrNoRows) {
		return Lacks{Empty: true}, nil
	}
	return l, s.explain("read syncs", err)
}
