package store

import (
	"context"
	"database/sql"
	"os"

	"offtrail/sql/status"
)

// Report is the answer to one of the program's own questions, small enough to be held.
type Report struct {
	Columns, Types []string
	Rows           [][]any
}

// Status answers a section of package sql/status.
func (s *Store) Status(ctx context.Context, section string) (*Report, error) {
	text, err := status.SQL(section)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, text)
	if err != nil {
		return nil, s.explain("read status", err)
	}
	defer rows.Close()
	report, err := readReport(rows)
	return report, s.explain("read status", err)
}

func readReport(rows *sql.Rows) (*Report, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	r := &Report{}
	for _, t := range types {
		r.Columns = append(r.Columns, t.Name())
		r.Types = append(r.Types, t.DatabaseTypeName())
	}
	for rows.Next() {
		values, into := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, values)
	}
	return r, rows.Err()
}

// Size returns the bytes of the file on disk, its log included.
func (s *Store) Size() (int64, error) {
	total := int64(0)
	for _, path := range []string{s.path, s.path + ".wal"} {
		info, err := os.Stat(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}
