package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"offtrail/ingest/cloudtrail"
)

// loader inflates, decodes and commits objects, one at a time, through a writer of its own.
type loader struct {
	*run
	writer  Writer
	batch   *cloudtrail.Batch
	decoder *cloudtrail.Decoder
	inflate *inflater

	transaction
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
		var b *body
		more := true
		select {
		case b, more = <-fetched:
		case <-tick.C:
		case <-ctx.Done():
		}
		if !more || ctx.Err() != nil {
			return l.commit(ctx)
		}
		if b != nil {
			if err := l.load(ctx, b); err != nil {
				return err
			}
		}
		if l.due() {
			if err := l.commit(ctx); err != nil {
				return err
			}
		}
	}
}

// load takes in one object. Only the sink's errors are returned: an object's own end it alone.
func (l *loader) load(ctx context.Context, b *body) error {
	if b.data == nil {
		return l.stream(ctx, b)
	}
	defer l.budget.Release(b.weight)
	d := l.delivery(b)
	d.SHA256 = sha256.Sum256(b.data)
	same, namesakes := l.manifest.find(b.stem, d.SHA256)
	if same == nil && namesakes {
		if sum, sound := l.inflate.hash(b.data, loose(d)); sound {
			same = l.manifest.findInflated(b.stem, sum)
		}
	}
	if same != nil {
		d.Encoding = encodingOf(b.data)
		l.copyOf(d, same)
		return nil
	}
	if err := l.decode(&counter{r: bytes.NewReader(b.data)}, d); err != nil {
		return err
	}
	l.fresh(b, d)
	return nil
}

// delivery begins the manifest's row about an object.
func (l *loader) delivery(b *body) *cloudtrail.Delivery {
	id := l.manifest.NextID()
	from := &cloudtrail.Provenance{ID: id, Name: b.Object.Name}
	return &cloudtrail.Delivery{Object: b.Object, Fetched: b.Fetched, Provenance: from, ContentID: id, Replaces: b.replaces}
}

// loose reports whether nobody knows who wrote the object. CloudTrail writes one gzip member; others may write several.
func loose(d *cloudtrail.Delivery) bool { return d.Object.Name.Kind == cloudtrail.KindUnknown }

// maxTrailing is how much is kept of what follows a compressed stream.
const maxTrailing = 16 << 20

// decode decodes an object's bytes into rows and fills in what the manifest says of it. Its errors are the sink's or the source's.
func (l *loader) decode(in *counter, d *cloudtrail.Delivery) error {
	if err := l.inflate.reset(in, loose(d)); err != nil {
		return err
	}
	report, err := l.decoder.Decode(l.inflate, d.Provenance)
	if err != nil {
		return err
	}
	text, n, err := l.inflate.trailing(maxTrailing)
	if err != nil {
		return err
	}
	if n > 0 && !report.Damaged { // what follows damage is part of it
		report.Bad = append(report.Bad, cloudtrail.Bad{Offset: l.inflate.size, Length: n, Text: text, Reason: "data after the end of the gzip stream"})
	}
	d.Encoding, d.ContentSize = l.inflate.encoding, l.inflate.size
	l.inflate.sum.Sum(d.ContentSHA256[:0])
	d.Records, d.Bad, d.Digest = report.Records, report.Bad, report.Digest
	d.Status = status(d)
	l.loaded.Add(in.n)
	l.decoded.Add(int64(d.Records))
	return nil
}

func status(d *cloudtrail.Delivery) cloudtrail.Status {
	switch {
	case len(d.Bad) > 0:
		return cloudtrail.StatusQuarantined
	case d.Records == 0 && d.Digest == nil:
		return cloudtrail.StatusEmpty
	}
	return cloudtrail.StatusIngested
}

// fresh puts a decoded object into the open transaction.
func (l *loader) fresh(b *body, d *cloudtrail.Delivery) {
	l.manifest.add(&content{
		id: d.ContentID, stem: b.stem, sha256: d.SHA256, contentSHA: d.ContentSHA256,
		size: d.ContentSize, records: int32(d.Records), held: 1,
	})
	l.put(d)
	if len(d.Bad) > 0 {
		l.opts.Progress.Quarantined(d.Object, d.Bad)
	}
}

// copyOf puts an object into the open transaction whose content is stored from another place, or is in the same transaction.
func (l *loader) copyOf(d *cloudtrail.Delivery, of *content) {
	l.manifest.hold(of)
	d.Status, d.ContentID, d.Records, d.Bad, d.Digest = cloudtrail.StatusCopy, of.id, int(of.records), nil, nil
	d.ContentSHA256, d.ContentSize = of.contentSHA, of.size
	l.put(d)
}
