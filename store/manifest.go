package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"time"

	"offtrail/ingest/cloudtrail"
)

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Known calls yield for every object in the manifest that is not superseded, in the order of their numbers.
func (s *Store) Known(ctx context.Context, yield func(cloudtrail.Known) error) error {
	rows, err := s.db.QueryContext(ctx, `SELECT id, content_id, uri, stem_hash, fingerprint, status, records, sha256, content_sha256, content_size
		FROM objects WHERE status <> 'superseded' ORDER BY id`)
	if err != nil {
		return s.explain("read manifest", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k cloudtrail.Known
		var status, sha, content string
		if err := rows.Scan(&k.ID, &k.ContentID, &k.URI, &k.Stem, &k.Fingerprint, &status, &k.Records, &sha, &content, &k.ContentSize); err != nil {
			return s.explain("read manifest", err)
		}
		k.Status = cloudtrail.Status(status)
		if _, err := hex.Decode(k.SHA256[:], []byte(sha)); err != nil {
			return s.explain("read manifest", err)
		}
		if _, err := hex.Decode(k.ContentSHA256[:], []byte(content)); err != nil {
			return s.explain("read manifest", err)
		}
		if err := yield(k); err != nil {
			return err
		}
	}
	return s.explain("read manifest", rows.Err())
}

// LastID returns the highest number that any object has.
func (s *Store) LastID(ctx context.Context) (id int32, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM objects").Scan(&id)
	return id, s.explain("read manifest", err)
}

// Listings calls yield for every day prefix that was ever listed and taken in whole, with the time of the last such
// listing.
func (s *Store) Listings(ctx context.Context, yield func(prefix string, listed time.Time)) error {
	rows, err := s.db.QueryContext(ctx, "SELECT prefix, listed_at FROM listings")
	if err != nil {
		return s.explain("read listings", err)
	}
	defer rows.Close()
	for rows.Next() {
		var prefix string
		var listed time.Time
		if err := rows.Scan(&prefix, &listed); err != nil {
			return s.explain("read listings", err)
		}
		yield(prefix, listed)
	}
	return s.explain("read listings", rows.Err())
}
