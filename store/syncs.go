package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Run is one sync as the manifest records it. The counts add up: Listed is the sum of the next four.
type Run struct {
	ID                                             int32
	Outcome                                        string // ok, partial, interrupted or failed
	Listed, Ingested, Already, Quarantined, Failed int64
	Records, Bytes                                 int64
}

// Failure is an object that could not be read.
type Failure struct{ URI, Reason string }

// Listing is a day prefix that was listed and taken in whole.
type Listing struct{ Prefix, Day string }

// BeginSync notes the start of a sync and returns its number.
func (s *Store) BeginSync(ctx context.Context, tool string, arguments []string) (int32, error) {
	text, err := json.Marshal(arguments)
	if err != nil {
		return 0, fmt.Errorf("note the sync's arguments: %w", err)
	}
	var id int32
	err = s.db.QueryRowContext(ctx, `INSERT INTO syncs (id, started, tool, arguments)
		SELECT coalesce(max(id), 0) + 1, ?, ?, ? FROM syncs RETURNING id`, s.now().UTC(), tool, string(text)).Scan(&id)
	return id, s.explain("note the start of the sync", err)
}

// EndSync notes how a sync ended.
func (s *Store) EndSync(ctx context.Context, r Run, failures []Failure, listings []Listing) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("note the end of the sync", err)
	}
	defer tx.Rollback()
	now := s.now().UTC()
	steps := func() error {
		for _, f := range failures {
			if _, err := tx.ExecContext(ctx, "INSERT INTO failures VALUES (?, ?, ?)", r.ID, f.URI, valid(f.Reason)); err != nil {
				return err
			}
		}
		for start := 0; start < len(listings); start += 1000 {
			if err := noteListings(ctx, tx, listings[start:min(start+1000, len(listings))], now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE syncs SET ended = ?, outcome = ?, listed = ?, ingested = ?, already = ?,
			quarantined = ?, failed = ?, records = ?, bytes = ? WHERE id = ?`,
			now, r.Outcome, r.Listed, r.Ingested, r.Already, r.Quarantined, r.Failed, r.Records, r.Bytes, r.ID)
		return err
	}
	return s.explain("note the end of the sync", errors.Join(steps(), tx.Commit()))
}

// noteListings replaces what was known of the given days.
func noteListings(ctx context.Context, tx execer, days []Listing, now time.Time) error {
	values := strings.TrimSuffix(strings.Repeat("(?, ?, ?),", len(days)), ",")
	prefixes := make([]any, 0, len(days))
	rows := make([]any, 0, 3*len(days))
	for _, day := range days {
		prefixes = append(prefixes, day.Prefix)
		rows = append(rows, day.Prefix, day.Day, now)
	}
	holes := strings.TrimSuffix(strings.Repeat("?,", len(days)), ",")
	if _, err := tx.ExecContext(ctx, "DELETE FROM listings WHERE prefix IN ("+holes+")", prefixes...); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO listings VALUES "+values, rows...)
	return err
}
