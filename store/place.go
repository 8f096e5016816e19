package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"offtrail/ingest/cloudtrail"
)

// Place is an object as the manifest has it. Empty and zero fields are unknown.
type Place struct {
	ID            int32
	URI           string // where it was read
	Bucket, Key   string // as delivered
	Status        cloudtrail.Status
	Encoding      string
	SHA256        string // of the bytes as delivered, hexadecimal
	ContentSHA256 string // of the inflated bytes
	Size          int64  // as delivered
	ContentSize   int64
	ETag          string
	VersionID     string
	LastModified  time.Time
	Metadata      string // user metadata, JSON
	Sync          int32  // the run that brought it
	SyncStarted   time.Time
	SyncTool      string // the offtrail of that run
	IngestedAt    time.Time
}

const selectPlace = `SELECT o.id, o.uri, o.bucket, o.key, o.status, o.encoding, o.sha256, o.content_sha256, o.size,
	o.content_size, o.etag, o.version_id, o.last_modified, o.metadata, o.sync_id, s.started, s.tool, o.ingested_at
	FROM objects o LEFT JOIN syncs s ON s.id = o.sync_id `

// trace fills in where a record came from.
func (s *Store) trace(ctx context.Context, r *StoredRecord) error {
	own, err := s.places(ctx, "WHERE o.id = ?", r.Object.ID)
	if err != nil {
		return err
	}
	if len(own) > 0 {
		r.Object = own[0]
	}
	if r.Copies, err = s.places(ctx, "WHERE o.content_id = ? AND o.id <> o.content_id ORDER BY o.id", r.Object.ID); err != nil {
		return err
	}
	r.Repeat, err = s.repeatOf(ctx, r.Object.ID, r.Position)
	return err
}

func (s *Store) places(ctx context.Context, where string, arguments ...any) ([]Place, error) {
	rows, err := s.db.QueryContext(ctx, selectPlace+where, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []Place
	for rows.Next() {
		var p Place
		var bucket, etag, version, metadata, tool sql.NullString
		var modified, started sql.NullTime
		if err := rows.Scan(&p.ID, &p.URI, &bucket, &p.Key, &p.Status, &p.Encoding, &p.SHA256, &p.ContentSHA256, &p.Size,
			&p.ContentSize, &etag, &version, &modified, &metadata, &p.Sync, &started, &tool, &p.IngestedAt); err != nil {
			return nil, err
		}
		p.Bucket, p.ETag, p.VersionID, p.Metadata, p.SyncTool = bucket.String, etag.String, version.String, metadata.String, tool.String
		p.LastModified, p.SyncStarted = modified.Time, started.Time
		places = append(places, p)
	}
	return places, rows.Err()
}

// repeatOf returns the first delivery of the event at a place, when this is a later one.
func (s *Store) repeatOf(ctx context.Context, object, position int32) (*Repeat, error) {
	var r Repeat
	err := s.db.QueryRowContext(ctx, `SELECT coalesce(o.uri, ''), r.first_position, r.same FROM repeats r
		LEFT JOIN objects o ON o.id = r.first_object_id WHERE r.object_id = ? AND r.position = ?`,
		object, position).Scan(&r.URI, &r.Position, &r.Same)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}
