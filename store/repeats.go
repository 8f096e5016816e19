package store

import (
	"context"
	"errors"
	"fmt"
)

// markRepeats finds the events delivered more than once, by eventID, and notes every delivery but the first by key and
// position. With $1 it looks only at events that have a record in an object after that number; the others cannot have
// changed. Records without an eventID are never repeats. The %s are the key and a condition that it exists.
const markRepeats = `
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT r.object_id, r.position, r.kind, %[1]s AS event_key
FROM records r SEMI JOIN (
    SELECT kind, event_key FROM (
        SELECT kind, %[1]s AS event_key FROM records WHERE %[2]s AND ($1 = 0 OR %[1]s IN (
            SELECT %[1]s FROM records WHERE %[2]s AND object_id > $1))
    ) GROUP BY ALL HAVING count(*) > 1
) twice ON twice.event_key = %[1]s AND twice.kind = r.kind
WHERE %[2]s`

// insertRepeats takes what is in repeated. Two deliveries are the same if nothing tells their records apart: no column, no
// struct that is absent in one and empty in the other, and nothing in what was kept byte for byte.
const insertRepeats = `
INSERT INTO repeats
WITH content AS (
    SELECT object_id, position, hash(columns, empties, kept) AS content FROM (
        SELECT r.object_id, r.position,
            hash(*COLUMNS(r.* EXCLUDE (object_id, position, account, region, delivered))) AS columns,
            [useridentity IS NULL, useridentity.onbehalfof IS NULL, useridentity.sessioncontext IS NULL,
             useridentity.sessioncontext.attributes IS NULL, useridentity.sessioncontext.sessionissuer IS NULL,
             useridentity.sessioncontext.webidfederationdata IS NULL, addendum IS NULL, tlsdetails IS NULL] AS empties,
            k.bodies AS kept
        FROM records r SEMI JOIN repeated USING (object_id, position)
        LEFT JOIN (SELECT object_id, position, list(md5(body) ORDER BY reason) AS bodies FROM originals
                   WHERE reason <> 'envelope' GROUP BY ALL) k USING (object_id, position)
    )
), delivery AS (
    SELECT t.object_id, t.position, c.content,
           row_number() OVER w AS nth,
           first_value(t.object_id) OVER w AS first_object_id, first_value(t.position) OVER w AS first_position,
           first_value(c.content) OVER w AS first_content
    FROM repeated t
    JOIN objects o ON o.id = t.object_id
    JOIN content c USING (object_id, position)
    WINDOW w AS (PARTITION BY t.kind, t.event_key ORDER BY o.key, t.object_id, t.position)
)
SELECT object_id, position, first_object_id, first_position, content = first_content FROM delivery WHERE nth > 1`

// MarkRepeats brings table repeats up to date with table records.
func (s *Store) MarkRepeats(ctx context.Context) error {
	behind, through, err := s.repeatsBehind(ctx)
	if err != nil || !behind {
		return err
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return s.explain("mark repeats", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("mark repeats", err)
	}
	defer tx.Rollback()
	steps := func() error {
		if through == 0 {
			if _, err := tx.ExecContext(ctx, "DELETE FROM repeats"); err != nil {
				return err
			}
		}
		for _, key := range []struct{ text, exists string }{
			{"event_id", "event_id IS NOT NULL"},
			// An eventID of another form; but not of a record whose text had to be repaired, which may have made two alike.
			{"(rest->>'$.eventID')", `event_id IS NULL AND (rest->>'$.eventID') <> ''
				AND (object_id, position) NOT IN (SELECT (object_id, position) FROM originals WHERE reason <> 'envelope')`},
		} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(markRepeats, key.text, key.exists), through); err != nil {
				return err
			}
			var found bool
			if err := tx.QueryRowContext(ctx, "SELECT count(*) > 0 FROM repeated").Scan(&found); err != nil {
				return err
			}
			if !found {
				continue
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM repeats WHERE (object_id, position) IN (SELECT object_id, position FROM repeated)"); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertRepeats); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM repeats_through"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO repeats_through SELECT coalesce(max(id), 0) FROM objects")
		return err
	}
	if err := steps(); err != nil {
		return s.explain("mark repeats", err)
	}
	return s.explain("mark repeats", errors.Join(tx.Commit()))
}

// repeatsBehind reports whether objects have come in since repeats were marked, and up to which they were.
func (s *Store) repeatsBehind(ctx context.Context) (behind bool, through int32, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(id), 0) FROM objects) > coalesce(max(object_id), 0),
		coalesce(min(object_id), 0) FROM repeats_through`).Scan(&behind, &through)
	return behind, through, s.explain("read repeats", err)
}
