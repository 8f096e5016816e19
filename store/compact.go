package store

import (
	"context"
	"errors"
	"fmt"
)

// compactAt is when Compact pays: moving rows writes them twice, and reading a few row groups of left-overs costs nothing.
const compactAt = 8 * RowGroup

// Compact moves whole row groups from records_recent to records_bulk once there are enough of them.
func (s *Store) Compact(ctx context.Context) error {
	var rows int64
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM records_recent").Scan(&rows); err != nil {
		return s.explain("compact", err)
	}
	if rows < compactAt {
		return nil
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("compact", err)
	}
	defer tx.Rollback()
	move := rows / RowGroup * RowGroup
	steps := func() error {
		var last int64
		err := tx.QueryRowContext(ctx, fmt.Sprintf("SELECT max(rowid) FROM (SELECT rowid FROM records_recent ORDER BY rowid LIMIT %d)", move)).Scan(&last)
		if err != nil {
			return err
		}
		for _, statement := range []string{
			"INSERT INTO records_bulk SELECT * FROM records_recent WHERE rowid <= $1",
			"DELETE FROM records_recent WHERE rowid <= $1",
		} {
			if _, err := tx.ExecContext(ctx, statement, last); err != nil {
				return err
			}
		}
		return nil
	}
	if err := steps(); err != nil {
		return s.explain("compact", err)
	}
	return s.explain("compact", errors.Join(tx.Commit()))
}
