package store

import (
	"context"
	"errors"
	"fmt"
)

// The two shapes of view records: while records_recent may hold rows, and when it is known to be empty.
const (
	viewBoth = "CREATE OR REPLACE VIEW records AS FROM records_bulk UNION ALL FROM records_recent"
	viewBulk = "CREATE OR REPLACE VIEW records AS FROM records_bulk"
)

// spread makes view records show both tables, before anything is written to the second.
func (s *Store) spread(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, viewBoth)
	return s.explain("open database", err)
}

// Compact moves what is left over in records_recent to records_bulk. Until it has run, queries are right, but slower.
func (s *Store) Compact(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("compact", err)
	}
	defer tx.Rollback()
	for _, statement := range []string{
		"INSERT INTO records_bulk FROM records_recent",
		"DELETE FROM records_recent",
		viewBulk,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return s.explain("compact", fmt.Errorf("%s: %w", statement, err))
		}
	}
	return s.explain("compact", errors.Join(tx.Commit()))
}

// Unfinished reports whether a sync was cut short before it had marked repeats and compacted. Finish makes up for it.
func (s *Store) Unfinished(ctx context.Context) (bool, error) {
	behind, err := s.RepeatsBehind(ctx)
	if err != nil || behind {
		return behind, err
	}
	var left bool
	err = s.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM records_recent").Scan(&left)
	return left, s.explain("read records", err)
}

// Finish does what stands between the last record of a sync and the first question.
func (s *Store) Finish(ctx context.Context) error {
	return errors.Join(s.Compact(ctx), s.MarkRepeats(ctx))
}
