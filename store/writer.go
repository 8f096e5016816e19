package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"offtrail/ingest/cloudtrail"
)

// Writer takes rows and manifest into the file over a connection of its own. Several may work at once; each is used by
// one goroutine at a time.
type Writer struct {
	store *Store
	sync  int32
	conn  *sql.Conn
	open  bool // a transaction has begun

	bulk, recent *appender
	group        int // rows in bulk's unfinished row group

	originals, aggregated [][]driver.Value
}

// NewWriter returns a writer for the given sync run.
func (s *Store) NewWriter(ctx context.Context, sync int32) (*Writer, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, s.explain("open database", err)
	}
	w := &Writer{store: s, sync: sync, conn: conn}
	err = withRaw(conn, func(c mapping.Connection) (err error) {
		if w.bulk, err = newAppender(c, "records_bulk", recordColumns()); err != nil {
			return err
		}
		w.recent, err = newAppender(c, "records_recent", recordColumns())
		return err
	})
	if err != nil {
		return nil, errors.Join(s.explain("open database", err), conn.Close())
	}
	return w, nil
}

func (w *Writer) begin(ctx context.Context) error {
	if w.open {
		return nil
	}
	if _, err := w.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return w.store.explain("begin", err)
	}
	w.open = true
	return nil
}

// RowGroup is how many rows DuckDB compresses together. A table that grows by whole row groups is compressed once and
// stays so; one that grows by other numbers is compressed again at the next checkpoint, at twice the time and 1.5 times
// the file (ARCHITECTURE.md, "Writing columns").
const RowGroup = 122_880

// Append adds the rows of a batch. They are in the file when Commit has returned, and not before. more says that at least
// another row group is to come before the next commit.
func (w *Writer) Append(ctx context.Context, b *cloudtrail.Batch, more bool) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	err := withRaw(w.conn, func(mapping.Connection) error { return w.route(b, more).append(b) })
	if err != nil {
		return w.store.explain("store records", err)
	}
	for _, o := range b.Originals {
		id := objectOf(b, o.Row)
		w.originals = append(w.originals, []driver.Value{id, b.Position[o.Row], o.Reason, o.Body})
	}
	return nil
}

// route chooses the table for a batch: a row group of records_bulk is begun only if it will be filled.
func (w *Writer) route(b *cloudtrail.Batch, more bool) *appender {
	if w.group == 0 && !more || w.group+b.Rows > RowGroup {
		return w.recent
	}
	w.group += b.Rows
	if w.group > RowGroup-cloudtrail.BatchRows/2 {
		w.group = 0
	}
	return w.bulk
}

// appenders calls f for both tables.
func (w *Writer) appenders(f func(*appender) error) error {
	return withRaw(w.conn, func(mapping.Connection) error {
		var errs []error
		for _, a := range []*appender{w.bulk, w.recent} {
			if a != nil {
				errs = append(errs, f(a))
			}
		}
		return errors.Join(errs...)
	})
}

func objectOf(b *cloudtrail.Batch, row int) int32 {
	for _, run := range b.Runs {
		if row < run.To {
			return run.Object.ID
		}
	}
	return 0
}

// AppendAggregated adds an aggregated record, under the same promise.
func (w *Writer) AppendAggregated(object int32, a cloudtrail.Aggregated) error {
	w.aggregated = append(w.aggregated, []driver.Value{object, a.Position, strings.ToValidUTF8(string(a.Raw), "?")})
	return nil
}

// Commit puts everything appended since the last commit, and the manifest's rows about it, into the file: all of it or
// nothing.
func (w *Writer) Commit(ctx context.Context, deliveries []cloudtrail.Delivery) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	w.group = 0
	if err := w.appenders((*appender).flush); err != nil {
		return w.abort(w.store.explain("store records", err))
	}
	if err := w.manifest(ctx, deliveries); err != nil {
		return w.abort(w.store.explain("store manifest", err))
	}
	if _, err := w.conn.ExecContext(ctx, "COMMIT"); err != nil {
		return w.abort(w.store.explain("commit", err))
	}
	w.open = false
	return nil
}

// Rollback forgets everything appended since the last commit.
func (w *Writer) Rollback() error { return w.abort(nil) }

func (w *Writer) abort(cause error) error {
	w.originals, w.aggregated = nil, nil
	w.group = 0
	discarded := w.appenders(func(a *appender) error { a.discard(); return nil })
	if !w.open {
		return errors.Join(cause, discarded)
	}
	w.open = false
	// DuckDB ends a transaction itself when a commit fails, and then has none to roll back.
	if _, err := w.conn.ExecContext(context.Background(), "ROLLBACK"); err != nil && cause == nil {
		return w.store.explain("roll back", err)
	}
	return errors.Join(cause, discarded)
}

// Close gives up what was not committed.
func (w *Writer) Close() error {
	err := w.Rollback()
	closed := w.appenders((*appender).close)
	return errors.Join(err, closed, w.conn.Close())
}

// manifest writes the rows of every table but records.
func (w *Writer) manifest(ctx context.Context, deliveries []cloudtrail.Delivery) error {
	now := w.store.now().UTC()
	var objects, quarantine, digests [][]driver.Value
	for i := range deliveries {
		d := &deliveries[i]
		row, err := objectRow(d, w.sync, now)
		if err != nil {
			return err
		}
		objects = append(objects, row)
		for _, bad := range d.Bad {
			quarantine = append(quarantine, []driver.Value{d.Provenance.ID, bad.Offset, bad.Length, bad.Reason, bad.Text})
		}
		if d.Digest != nil {
			digests = append(digests, []driver.Value{d.Provenance.ID, strings.ToValidUTF8(string(d.Digest), "?")})
		}
	}
	for _, t := range []struct {
		table string
		rows  [][]driver.Value
	}{
		{"objects", objects}, {"quarantine", quarantine}, {"digests", digests},
		{"originals", w.originals}, {"aggregated_records", w.aggregated},
	} {
		if err := w.appendRows(t.table, t.rows); err != nil {
			return fmt.Errorf("table %s: %w", t.table, err)
		}
	}
	w.originals, w.aggregated = nil, nil
	for i := range deliveries {
		if deliveries[i].Replaces != 0 {
			if err := w.supersede(ctx, deliveries[i].Replaces); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendRows adds rows to a small table, within the transaction.
func (w *Writer) appendRows(table string, rows [][]driver.Value) error {
	if len(rows) == 0 {
		return nil
	}
	return w.conn.Raw(func(driverConn any) error {
		a, err := duckdb.NewAppender(driverConn.(driver.Conn), catalog, "main", table)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := a.AppendRow(row...); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.Close()
	})
}

func objectRow(d *cloudtrail.Delivery, sync int32, now time.Time) ([]driver.Value, error) {
	var metadata driver.Value
	if len(d.Metadata) > 0 {
		text, err := json.Marshal(d.Metadata)
		if err != nil {
			return nil, fmt.Errorf("metadata of %q: %w", d.URI, err)
		}
		metadata = string(text)
	}
	name := d.Object.Name
	return []driver.Value{
		d.Provenance.ID, d.ContentID, sync, string(d.Status), uint8(name.Kind), d.URI, null(d.Bucket), valid(d.Key),
		null(name.Org), null(name.Account), null(name.Region), null(name.Day),
		d.Fetched.Size, null(d.Fetched.ETag), null(d.VersionID), nullTime(d.Fetched.LastModified), metadata, d.Encoding,
		hex.EncodeToString(d.SHA256[:]), hex.EncodeToString(d.ContentSHA256[:]), d.ContentSize, int32(d.Records),
		cloudtrail.Hash(d.Stem()), d.Fingerprint(), now,
	}, nil
}

func valid(text string) string { return strings.ToValidUTF8(text, "?") }

func null(text string) driver.Value {
	if text == "" {
		return nil
	}
	return valid(text)
}

func nullTime(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// supersede retires the object that was at a place which now holds other bytes. Its records stay, as evidence, in a
// table of their own, unless another place still holds the same bytes.
func (w *Writer) supersede(ctx context.Context, id int32) error {
	const unheld = ` IN (SELECT content_id FROM objects WHERE id = $1
		AND content_id NOT IN (SELECT content_id FROM objects WHERE status <> 'superseded'))`
	for _, statement := range []string{
		"UPDATE objects SET status = 'superseded' WHERE id = $1",
		"INSERT INTO superseded_records SELECT * FROM records WHERE object_id" + unheld,
		"DELETE FROM records_bulk WHERE object_id" + unheld,
		"DELETE FROM records_recent WHERE object_id" + unheld,
		"INSERT INTO repeats_through VALUES (0)", // what repeats what may have changed anywhere; unlike DELETE, it conflicts with no other writer
	} {
		if !strings.Contains(statement, "$1") {
			if _, err := w.conn.ExecContext(ctx, statement); err != nil {
				return err
			}
			continue
		}
		if _, err := w.conn.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
