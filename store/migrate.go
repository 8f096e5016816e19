package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"offtrail/sql/schema"
)

// migrate brings the file to the newest version, a transaction a step.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := schema.Migrations()
	if err != nil {
		return err
	}
	if err := s.claimFile(ctx); err != nil {
		return err
	}
	if err := s.checkVersion(ctx); err != nil && !errors.Is(err, errNoVersion) {
		return err
	}
	version, err := s.version(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.Version <= version {
			continue
		}
		if err := s.apply(ctx, step); err != nil {
			return s.explain("upgrade database", fmt.Errorf("step %04d_%s: %w", step.Version, step.Name, err))
		}
	}
	return nil
}

var errNoVersion = errors.New("not an offtrail database")

// claimFile makes the table of versions, unless the file holds somebody else's tables.
func (s *Store) claimFile(ctx context.Context) error {
	var foreign int
	err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_tables() WHERE database_name = ? AND NOT EXISTS
		(SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND table_name = 'migrations')`, catalog, catalog).Scan(&foreign)
	if err != nil {
		return s.explain("open database", err)
	}
	if foreign > 0 {
		return &Error{Op: "open database", Path: s.path, Err: errors.New("a DuckDB database, but not offtrail's"), Hint: "the file is unchanged; name another one with --db"}
	}
	_, err = s.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations
		(version INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)`)
	return s.explain("create database", err)
}

func (s *Store) apply(ctx context.Context, step schema.Migration) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, step.SQL); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO migrations VALUES (?, ?, ?)", step.Version, step.Name, s.now().UTC()); err != nil {
		return err
	}
	return tx.Commit()
}

// version returns the file's version; 0 when it has none.
func (s *Store) version(ctx context.Context) (int, error) {
	var version sql.NullInt64
	err := s.db.QueryRowContext(ctx, "SELECT max(version) FROM migrations").Scan(&version)
	return int(version.Int64), s.explain("read version", err)
}

// checkVersion refuses a file that this offtrail does not know.
func (s *Store) checkVersion(ctx context.Context) error {
	var own int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables() WHERE database_name = ? AND table_name = 'migrations'", catalog).Scan(&own)
	if err != nil {
		return s.explain("open database", err)
	}
	if own == 0 {
		return &Error{Op: "open database", Path: s.path, Err: errNoVersion, Hint: "name a file that offtrail sync made, with --db"}
	}
	version, err := s.version(ctx)
	if err != nil {
		return err
	}
	steps, err := schema.Migrations()
	if err != nil {
		return err
	}
	switch newest := len(steps); {
	case version > newest:
		return &Error{Op: "open database", Path: s.path, Err: fmt.Errorf("%w: it has version %d, this offtrail knows up to %d", ErrTooNew, version, newest),
			Hint: "use the offtrail that made it, or a newer one; the file is unchanged"}
	case version < newest && s.readOnly:
		return &Error{Op: "open database", Path: s.path, Err: fmt.Errorf("made by an older version of offtrail (version %d of %d)", version, newest),
			Hint: "run offtrail sync on it once to upgrade it"}
	}
	return nil
}
