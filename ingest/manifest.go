package ingest

import (
	"context"
	"strings"
	"sync"
	"time"

	"offtrail/ingest/cloudtrail"
)

// Manifest is what the sink already holds, in memory, and what this run has claimed of the rest. It is safe for
// concurrent use.
type Manifest struct {
	mu     sync.Mutex
	byURI  map[uint64]place
	byStem map[uint64][]*content
	days   map[uint64]time.Time // when a day's prefix was last listed whole
	lastID int32
}

type place struct {
	id          int32
	fingerprint uint64
}

// content is one distinct file: its bytes, wherever they were seen.
type content struct {
	id                 int32
	sha256, contentSHA [32]byte
	records            int32
	settled            bool // committed: copies may refer to it
}

// Catalog is where a manifest comes from.
type Catalog interface {
	Known(ctx context.Context, yield func(cloudtrail.Known) error) error
	Listings(ctx context.Context, yield func(prefix string, listed time.Time)) error
	LastID(ctx context.Context) (int32, error)
}

// EmptyManifest is the manifest of a database that does not exist yet.
func EmptyManifest() *Manifest {
	return &Manifest{byURI: map[uint64]place{}, byStem: map[uint64][]*content{}, days: map[uint64]time.Time{}}
}

// LoadManifest reads what the catalog holds.
func LoadManifest(ctx context.Context, from Catalog) (*Manifest, error) {
	m := EmptyManifest()
	err := from.Known(ctx, func(k cloudtrail.Known) error {
		m.byURI[k.URI] = place{k.ID, k.Fingerprint}
		if k.ID == k.ContentID {
			m.byStem[k.Stem] = append(m.byStem[k.Stem], &content{k.ID, k.SHA256, k.ContentSHA256, k.Records, true})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = from.Listings(ctx, func(prefix string, listed time.Time) { m.days[cloudtrail.Hash(prefix)] = listed })
	if err != nil {
		return nil, err
	}
	m.lastID, err = from.LastID(ctx)
	return m, err
}

// Standing is how an object stands to the manifest.
type Standing uint8

// The standings.
const (
	New     Standing = iota
	Already          // taken in as it is
	Changed          // taken in, but its place holds something else now
)

// Look tells how a listed object stands, and for Changed which object it replaces. An object is New once: listed again in this
// run, through an overlapping source, it is Already there.
func (m *Manifest) Look(o cloudtrail.Object) (Standing, int32) {
	uri, print := cloudtrail.Hash(o.URI), o.Fingerprint()
	m.mu.Lock()
	defer m.mu.Unlock()
	known, found := m.byURI[uri]
	switch {
	case !found:
		m.byURI[uri] = place{0, print}
		return New, 0
	case known.fingerprint == print:
		return Already, known.id
	}
	m.byURI[uri] = place{known.id, print}
	return Changed, known.id
}

// NextID returns a number for a new object.
func (m *Manifest) NextID() int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID++
	return m.lastID
}

// verdict is what a claim on some content came to.
type verdict uint8

const (
	fresh   verdict = iota // nobody has it: the caller now must load it
	copied                 // it is stored already
	compare                // the same name with other bytes is stored: only the inflated bytes can tell
	wait                   // another worker is loading something of this name
)

// claim asks for the right to load content under a name. inflated is nil while only the bytes as delivered have been hashed.
// alone is set when no other worker runs, so that what is not committed is the caller's own.
func (m *Manifest) claim(stem uint64, id int32, sha [32]byte, inflated *[32]byte, alone bool) (verdict, *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.byStem[stem] {
		switch {
		case !c.settled && !alone:
			return wait, nil
		case c.sha256 == sha, inflated != nil && c.contentSHA == *inflated:
			return copied, c
		}
	}
	if len(m.byStem[stem]) > 0 && inflated == nil {
		return compare, nil
	}
	c := &content{id: id, sha256: sha}
	m.byStem[stem] = append(m.byStem[stem], c)
	return fresh, c
}

// hashed notes the hash of the inflated bytes of claimed content.
func (m *Manifest) hashed(c *content, inflated [32]byte, records int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.contentSHA, c.records = inflated, int32(records)
}

// settle marks claimed content as committed.
func (m *Manifest) settle(contents []*content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range contents {
		c.settled = true
	}
}

// release gives a claim back.
func (m *Manifest) release(stem uint64, c *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.byStem[stem][:0]
	for _, other := range m.byStem[stem] {
		if other != c {
			kept = append(kept, other)
		}
	}
	m.byStem[stem] = kept
}

// Settled returns the test for days that need not be listed again: those that a run listed whole at least after
// their end. CloudTrail retries a failed delivery for 30 days (AWS, "Getting and viewing your CloudTrail log files"), so
// a younger listing proves nothing.
func (m *Manifest) Settled(after time.Duration) func(Day) bool {
	return func(d Day) bool {
		m.mu.Lock()
		listed, found := m.days[cloudtrail.Hash(d.Prefix)]
		m.mu.Unlock()
		if !found {
			return false
		}
		day, err := time.Parse(time.DateOnly, d.Date)
		return err == nil && !listed.Before(day.Add(24*time.Hour+after))
	}
}

// dayOf returns the day prefix that an object lies under, if it lies in CloudTrail's layout.
func dayOf(o cloudtrail.Object) (Day, bool) {
	cut := strings.LastIndexByte(o.URI, '/')
	if o.Name.Day == "" || o.Name.Kind == cloudtrail.KindUnknown || cut < 0 {
		return Day{}, false
	}
	prefix := o.URI[:cut+1]
	if !strings.HasSuffix(prefix, "/"+strings.ReplaceAll(o.Name.Day, "-", "/")+"/") {
		return Day{}, false // a loose file: its folder is not a day
	}
	return Day{Prefix: prefix, Date: o.Name.Day}, true
}
