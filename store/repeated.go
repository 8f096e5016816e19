package store

import "context"

// RepeatsBehind reports whether objects have come in since repeats were last marked: until MarkRepeats has run, a question
// that wants each event once may see some of them more than once.
func (s *Store) RepeatsBehind(ctx context.Context) (bool, error) {
	behind, _, err := s.repeatsBehind(ctx)
	return behind, err
}

// Repeats counts the rows of cloudtrail_logs that deliver an event again.
func (s *Store) Repeats(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM repeats
		SEMI JOIN (SELECT object_id, position FROM records WHERE kind = 1) logs USING (object_id, position)`).Scan(&n)
	return n, s.explain("count repeats", err)
}
