package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// recorder is a sink that records what is committed, and fails where it is told to.
type recorder struct {
	onAppend func(more bool) error
	onCommit func(context.Context, []cloudtrail.Delivery) error

	mu          sync.Mutex
	rows        map[int32][]row // committed, by object
	deliveries  []cloudtrail.Delivery
	rollbacks   int
	dangling    int // copies that were committed before what they are copies of
	open, close int
	uncommitted int // rows that came after the last commit of a writer that was closed
}

type row struct {
	position int32
	event    string
}

func (s *recorder) NewWriter(context.Context) (ingest.Writer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	if s.rows == nil {
		s.rows = map[int32][]row{}
	}
	return &recording{sink: s, rows: map[int32][]row{}}, nil
}

// recording is a writer of a recorder.
type recording struct {
	sink *recorder
	rows map[int32][]row
}

func (w *recording) Append(_ context.Context, b *cloudtrail.Batch, more bool) error {
	for _, run := range b.Runs {
		for r := run.From; r < run.To; r++ {
			w.rows[run.Object.ID] = append(w.rows[run.Object.ID], row{b.Position[r], fmt.Sprintf("%x", b.ID[r])})
		}
	}
	if w.sink.onAppend != nil {
		return w.sink.onAppend(more)
	}
	return nil
}

func (w *recording) AppendAggregated(object int32, a cloudtrail.Aggregated) error {
	w.rows[object] = append(w.rows[object], row{a.Position, "aggregated"})
	return nil
}

func (w *recording) Commit(ctx context.Context, deliveries []cloudtrail.Delivery) error {
	if ctx.Err() != nil {
		return errors.New("commit with a context that is done")
	}
	if w.sink.onCommit != nil {
		if err := w.sink.onCommit(ctx, deliveries); err != nil {
			return err
		}
	}
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	w.sink.dangling += w.sink.withoutContent(deliveries)
	w.sink.deliveries = append(w.sink.deliveries, deliveries...)
	for id, rows := range w.rows {
		w.sink.rows[id] = append(w.sink.rows[id], rows...)
	}
	clear(w.rows)
	return nil
}

// withoutContent counts the copies whose content is neither committed nor among the deliveries.
func (s *recorder) withoutContent(deliveries []cloudtrail.Delivery) (n int) {
	for _, d := range deliveries {
		holds := func(o cloudtrail.Delivery) bool { return o.Provenance.ID == d.ContentID }
		if !slices.ContainsFunc(deliveries, holds) && !slices.ContainsFunc(s.deliveries, holds) {
			n++
		}
	}
	return n
}

func (w *recording) Rollback() error {
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	w.sink.rollbacks++
	clear(w.rows)
	return nil
}

func (w *recording) Close() error {
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	w.sink.close++
	for _, rows := range w.rows {
		w.sink.uncommitted += len(rows)
	}
	return nil
}

// whole checks that what is committed is whole: every object with all its rows, every row with its object, every writer closed.
func (s *recorder) whole(t *testing.T) {
	t.Helper()
	if s.open != s.close {
		t.Errorf("%d writers were opened, %d closed", s.open, s.close)
	}
	if s.dangling > 0 {
		t.Errorf("%d copies were committed before what they are copies of", s.dangling)
	}
	holders := map[int32]cloudtrail.Delivery{}
	for _, d := range s.deliveries {
		if d.Status != cloudtrail.StatusCopy {
			holders[d.Provenance.ID] = d
		}
	}
	for _, d := range s.deliveries {
		of, found := holders[d.ContentID]
		switch {
		case !found:
			t.Errorf("%s: its content, object %d, is not committed", d.URI, d.ContentID)
		case d.Records != len(s.rows[d.ContentID]) || d.ContentSHA256 != of.ContentSHA256 || d.ContentSize != of.ContentSize:
			t.Errorf("%s: %d records, %d rows; content %d bytes %x, stored %d bytes %x", d.URI, d.Records, len(s.rows[d.ContentID]),
				d.ContentSize, d.ContentSHA256[:4], of.ContentSize, of.ContentSHA256[:4])
		}
	}
	for id, rows := range s.rows {
		if _, found := holders[id]; !found {
			t.Errorf("%d rows of object %d, which is not committed", len(rows), id)
		}
		for i, r := range rows {
			if int(r.position) != i {
				t.Errorf("object %d: row %d has position %d", id, i, r.position)
				break
			}
		}
	}
}

// of returns the one delivery of an object.
func (s *recorder) of(t *testing.T, key string) cloudtrail.Delivery {
	t.Helper()
	var found []cloudtrail.Delivery
	for _, d := range s.deliveries {
		if d.Key == key {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d deliveries of %s are committed, want one", len(found), key)
	}
	return found[0]
}

// count counts the deliveries of a status.
func (s *recorder) count(status cloudtrail.Status) (n int) {
	for _, d := range s.deliveries {
		if d.Status == status {
			n++
		}
	}
	return n
}

// reasons joins why stretches of an object are bad.
func reasons(d cloudtrail.Delivery) string {
	var b bytes.Buffer
	for _, bad := range d.Bad {
		fmt.Fprintf(&b, "%s; ", bad.Reason)
	}
	return b.String()
}
