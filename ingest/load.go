package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"bytes"

	"offtrail/ingest/cloudtrail"
)

// loader inflates, decodes and commits objects, one at a time, through a writer of its own.
type loader struct {
	*run
	writer  Writer
	batch   *cloudtrail.Batch
	decoder *cloudtrail.Decoder
	inflate *inflater
	alone   bool // no other loader runs

	// The open transaction.
	began   time.Time
	rows    int
	bad     int64
	pending []cloudtrail.Delivery
	claims  []claimed
	current *cloudtrail.Provenance
}

type claimed struct {
	stem uint64
	*content
}

func (r *run) newLoader(ctx context.Context) (*loader, error) {
	w, err := r.sink.NewWriter(ctx)
	if err != nil {
		return nil, err
	}
	l := &loader{run: r, writer: w, batch: cloudtrail.NewBatch(), inflate: newInflater()}
	l.decoder = cloudtrail.NewDecoder(l.batch, l)
	return l, nil
}

// loadAll loads what is fetched until there is no more, or the run is cancelled; either way it commits what it has.
func (r *run) loadAll(ctx context.Context, fetched <-chan *body) (err error) {
	l, err := r.newLoader(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.writer.Close()) }()
	tick := time.NewTicker(max(r.opts.CommitAfter/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case b, more := <-fetched:
			if !more {
				return l.commit(ctx)
			}
			if err := l.load(ctx, b); err != nil {
				return err
			}
		case <-tick.C:
		}
		if l.due() {
			if err := l.commit(ctx); err != nil {
				return err
			}
		}
	}
}

// loadDeferred loads, alone, the objects that waited for others of their name.
func (r *run) loadDeferred(ctx context.Context) (err error) {
	if len(r.deferred.list) == 0 {
		return nil
	}
	l, err := r.newLoader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.writer.Close()) }()
	l.alone = true
	for _, o := range r.deferred.list {
		if ctx.Err() != nil {
			break
		}
		b, err := r.fetch(ctx, o)
		if err != nil {
			r.fail(o, err)
			continue
		}
		if err := l.load(ctx, b); err != nil {
			return err
		}
		if l.due() {
			if err := l.commit(ctx); err != nil {
				return err
			}
		}
	}
	return errors.Join(l.commit(ctx), context.Cause(ctx))
}

func (l *loader) due() bool {
	return l.rows >= l.opts.CommitRows || l.bad >= commitBytes || len(l.pending) >= commitObjects ||
		len(l.pending) > 0 && l.opts.Now().Sub(l.began) >= l.opts.CommitAfter
}

// commit commits the open transaction. It does so even when the run is cancelled: what is decoded is whole.
func (l *loader) commit(ctx context.Context) error {
	if len(l.pending) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if err := l.Full(l.batch); err != nil {
		return err
	}
	if err := l.writer.Commit(ctx, l.pending); err != nil {
		return err
	}
	settled := make([]*content, len(l.claims))
	for i, c := range l.claims {
		settled[i] = c.content
	}
	l.manifest.settle(settled)
	for i := range l.pending {
		l.account(&l.pending[i])
	}
	l.rows, l.bad, l.pending, l.claims = 0, 0, l.pending[:0], l.claims[:0]
	return nil
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

// load takes in one object. Only the sink's errors, and cancelling, are returned: an object's own end it.
func (l *loader) load(ctx context.Context, b *body) error {
	if b.data == nil && b.Object.Size != 0 {
		return l.stream(ctx, b)
	}
	defer l.budget.Release(b.weight)
	d := l.delivery(b)
	d.SHA256 = sha256.Sum256(b.data)
	claim, held, err := l.claim(b, d)
	if err != nil || held {
		return err
	}
	in := &counter{r: bytes.NewReader(b.data)}
	if err := l.decode(ctx, in, d); err != nil {
		return err
	}
	l.manifest.hashed(claim.content, d.ContentSHA256, d.Records)
	l.add(d, claim)
	return nil
}

// delivery begins the manifest's row about an object.
func (l *loader) delivery(b *body) *cloudtrail.Delivery {
	id := l.manifest.NextID()
	from := &cloudtrail.Provenance{ID: id, Name: b.Object.Name}
	return &cloudtrail.Delivery{Object: b.Object, Fetched: b.Fetched, Provenance: from, ContentID: id, Replaces: b.replaces}
}

// claim settles who stores this content. held means that there is nothing left to do for the object.
func (l *loader) claim(b *body, d *cloudtrail.Delivery) (c claimed, held bool, err error) {
	c.stem = cloudtrail.Hash(b.Object.Stem())
	verdict, found := l.manifest.claim(c.stem, d.Provenance.ID, d.SHA256, nil, l.alone)
	if verdict == compare {
		sum, size, encoding := l.contentHash(b.data, b.Object.Name)
		d.ContentSHA256, d.ContentSize, d.Encoding = sum, size, encoding
		verdict, found = l.manifest.claim(c.stem, d.Provenance.ID, d.SHA256, &sum, l.alone)
	}
	switch verdict {
	case wait:
		l.deferred.add(b.planned)
		return c, true, nil
	case copied:
		l.copyOf(d, found)
		return c, true, nil
	}
	c.content = found
	return c, false, nil
}

// contentHash hashes the inflated bytes of an object without decoding it.
func (l *loader) contentHash(data []byte, name cloudtrail.Key) (sum [32]byte, size int64, encoding string) {
	if err := l.inflate.reset(&counter{r: bytes.NewReader(data)}, name.Kind == cloudtrail.KindUnknown); err == nil {
		_, _ = io.Copy(io.Discard, l.inflate) // damage shows again when it is decoded
	}
	copy(sum[:], l.inflate.sum.Sum(nil))
	return sum, l.inflate.size, l.inflate.encoding
}

// copyOf notes an object whose content is stored from another place.
func (l *loader) copyOf(d *cloudtrail.Delivery, of *content) {
	d.Status, d.ContentID, d.Records = cloudtrail.StatusCopy, of.id, int(of.records)
	if d.Encoding == "" {
		d.Encoding, d.ContentSHA256 = "none", of.contentSHA
	}
	l.addPending(d)
}

// decode decodes an object's bytes into rows and fills in what the manifest says of it.
func (l *loader) decode(ctx context.Context, in *counter, d *cloudtrail.Delivery) error {
	loose := d.Object.Name.Kind == cloudtrail.KindUnknown
	in.r = marked{in.r}
	if err := l.inflate.reset(in, loose); err != nil {
		return err
	}
	report, err := l.decoder.Decode(l.inflate, d.Provenance)
	if err != nil {
		return unmark(err)
	}
	text, n, err := l.inflate.trailing(maxTrailing)
	if err != nil {
		return unmark(err)
	}
	if n > 0 && !damaged(report) {
		report.Bad = append(report.Bad, cloudtrail.Bad{Offset: l.inflate.size, Length: n, Text: text, Reason: "data after the end of the gzip stream"})
	}
	d.Encoding, d.ContentSize = l.inflate.encoding, l.inflate.size
	copy(d.ContentSHA256[:], l.inflate.sum.Sum(nil))
	d.Records, d.Bad, d.Digest = report.Records, report.Bad, report.Digest
	l.loaded.Add(in.n)
	l.decoded.Add(int64(report.Records))
	switch {
	case len(d.Bad) > 0:
		d.Status = cloudtrail.StatusQuarantined
	case d.Records == 0 && d.Digest == nil:
		d.Status = cloudtrail.StatusEmpty
	default:
		d.Status = cloudtrail.StatusIngested
	}
	return nil
}

const maxTrailing = 16 << 20

// damaged reports whether the stream ended in damage, so that what follows is part of it.
func damaged(report cloudtrail.Report) bool { return report.Damaged }

func unmark(err error) error {
	var source *sourceError
	if errors.As(err, &source) {
		return source.err
	}
	return err
}

// add puts a decoded object into the open transaction.
func (l *loader) add(d *cloudtrail.Delivery, c claimed) {
	l.claims = append(l.claims, c)
	l.rows += d.Records
	l.addPending(d)
	if len(d.Bad) > 0 {
		l.opts.Progress.Quarantined(d.Object, d.Bad)
	}
}

func (l *loader) addPending(d *cloudtrail.Delivery) {
	if len(l.pending) == 0 {
		l.began = l.opts.Now()
	}
	for _, bad := range d.Bad {
		l.bad += int64(len(bad.Text))
	}
	l.pending = append(l.pending, *d)
}

// stream takes in an object too large to be held. Its hash is known only when its rows are stored, so it has a
// transaction of its own, which is rolled back if the content turns out to be stored already.
func (l *loader) stream(ctx context.Context, b *body) error {
	if err := l.commit(ctx); err != nil {
		return err
	}
	reader, fetched, err := b.source.Open(ctx, b.Object)
	if err != nil {
		l.fail(b.planned, err)
		return nil
	}
	b.Fetched = fetched
	d := l.delivery(b)
	in := &counter{r: untilDone{ctx, reader}, h: sha256.New()}
	err = l.decode(ctx, in, d)
	if err == nil {
		_, err = io.Copy(io.Discard, in) // after a bomb or damage: the hash is of the whole object
	}
	if err = errors.Join(unmark(err), reader.Close()); err != nil {
		return l.giveUp(ctx, b, err)
	}
	copy(d.SHA256[:], in.h.Sum(nil))
	d.Fetched.Size = in.n
	l.counters.Fetched.Add(1)
	l.counters.FetchedBytes.Add(in.n)
	return l.addStreamed(ctx, b, d)
}

// giveUp forgets the rows of an object whose stream failed.
func (l *loader) giveUp(ctx context.Context, b *body, err error) error {
	l.batch.Reset()
	if rolledBack := l.writer.Rollback(); rolledBack != nil {
		return errors.Join(err, rolledBack)
	}
	if ctx.Err() != nil {
		return nil
	}
	var sink *sinkError
	if errors.As(err, &sink) {
		return sink.err
	}
	l.fail(b.planned, err)
	return nil
}

// addStreamed commits a streamed object, or forgets its rows if they are stored already.
func (l *loader) addStreamed(ctx context.Context, b *body, d *cloudtrail.Delivery) error {
	c := claimed{stem: cloudtrail.Hash(b.Object.Stem())}
	verdict, found := l.manifest.claim(c.stem, d.Provenance.ID, d.SHA256, &d.ContentSHA256, l.alone)
	if verdict == fresh {
		c.content = found
		l.manifest.hashed(found, d.ContentSHA256, d.Records)
		l.add(d, c)
		return l.commit(ctx)
	}
	l.batch.Reset()
	if err := l.writer.Rollback(); err != nil {
		return err
	}
	if verdict == wait {
		l.deferred.add(b.planned)
		return nil
	}
	d.Bad = nil
	l.copyOf(d, found)
	return l.commit(ctx)
}

// untilDone is a reader that stops when its context does.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

// sinkError marks an error of the sink on its way through the decoder.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return fmt.Sprintf("store records: %v", e.err) }

func (e *sinkError) Unwrap() error { return e.err }

// Full implements cloudtrail.Handler: it hands the batch's rows to the writer.
func (l *loader) Full(b *cloudtrail.Batch) error {
	if b.Rows > 0 {
		if err := l.writer.Append(context.Background(), b, l.moreToCome()); err != nil {
			return &sinkError{err}
		}
	}
	b.Reset()
	return nil
}

// Aggregated implements cloudtrail.Handler.
func (l *loader) Aggregated(from *cloudtrail.Provenance, a cloudtrail.Aggregated) error {
	if err := l.writer.AppendAggregated(from.ID, a); err != nil {
		return &sinkError{err}
	}
	return nil
}
