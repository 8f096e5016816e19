package ingest

import (
	"context"
	"fmt"
	"time"

	"offtrail/ingest/cloudtrail"
)

// transaction is what a loader has not committed yet.
type transaction struct {
	began   time.Time
	rows    int
	held    int64 // bytes that wait in memory for the commit, besides rows
	pending []cloudtrail.Delivery
}

// badOverhead is what a bad stretch takes in memory besides its text: there may be 200,000 of one byte each in an object.
const badOverhead = 128

// put adds an object whose rows, if it brought any, are with the writer.
func (l *loader) put(d *cloudtrail.Delivery) {
	if len(l.pending) == 0 {
		l.began = l.opts.Now()
	}
	if d.Status != cloudtrail.StatusCopy {
		l.rows += d.Records
	}
	l.held += int64(len(d.Digest))
	for _, bad := range d.Bad {
		l.held += int64(len(bad.Text)) + badOverhead
	}
	l.gone.Add(max(d.Object.Size, 0))
	l.pending = append(l.pending, *d)
}

// reset forgets everything, texts included: a long commit that follows must not find them in memory still.
func (t *transaction) reset() {
	clear(t.pending)
	t.rows, t.held, t.pending = 0, 0, t.pending[:0]
}

func (l *loader) due() bool {
	return l.rows >= l.opts.CommitRows || l.held >= commitBytes || len(l.pending) >= commitObjects ||
		len(l.pending) > 0 && l.opts.Now().Sub(l.began) >= l.opts.CommitAfter
}

// commit commits the open transaction. It does so even when the run is cancelled: what is decoded is whole.
func (l *loader) commit(ctx context.Context) error {
	if len(l.pending) == 0 {
		return nil
	}
	if err := l.Full(l.batch); err != nil {
		return err
	}
	if err := l.writer.Commit(context.WithoutCancel(ctx), l.pending); err != nil {
		return err
	}
	for i := range l.pending {
		d := &l.pending[i]
		l.manifest.retire(d.Replaces)
		l.account(d)
	}
	l.reset()
	return nil
}

// rollback forgets the rows of an object that is not to be stored. Nothing else may be in the transaction.
func (l *loader) rollback() error {
	l.batch.Reset()
	l.reset()
	return l.writer.Rollback()
}

// account counts an object that is committed.
func (l *loader) account(d *cloudtrail.Delivery) {
	switch d.Status {
	case cloudtrail.StatusCopy:
		l.counters.Already.Add(1)
		l.counters.Copies.Add(1)
		return
	case cloudtrail.StatusQuarantined:
		l.counters.Quarantined.Add(1)
		l.counters.BadRecords.Add(int64(len(d.Bad)))
	default:
		l.counters.Ingested.Add(1)
	}
	l.counters.Records.Add(int64(d.Records))
}

// sinkError marks an error of the sink on its way through the decoder.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return fmt.Sprintf("store records: %v", e.err) }

func (e *sinkError) Unwrap() error { return e.err }

// Full implements cloudtrail.Handler: it hands the batch's rows to the writer. The context is none of the run's, since an object
// that was begun is stored whole even when the run is cancelled.
func (l *loader) Full(b *cloudtrail.Batch) error {
	if b.Rows > 0 {
		if err := l.writer.Append(context.Background(), b, l.moreToCome()); err != nil {
			return &sinkError{err}
		}
	}
	for _, o := range b.Originals {
		l.held += int64(len(o.Body))
	}
	b.Reset()
	return nil
}

// Aggregated implements cloudtrail.Handler.
func (l *loader) Aggregated(from *cloudtrail.Provenance, a cloudtrail.Aggregated) error {
	l.held += int64(len(a.Raw))
	if err := l.writer.AppendAggregated(from.ID, a); err != nil {
		return &sinkError{err}
	}
	return nil
}
