package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"offtrail/ingest/cloudtrail"
)

// Manifest is what the sink already holds, in memory, and what this run adds. It is safe for concurrent use.
type Manifest struct {
	mu        sync.Mutex
	byURI     map[name]place
	delivered contents           // by the hash of the bytes as delivered
	inflated  contents           // by that of the inflated bytes
	names     map[uint64]bool    // the stems of all content
	replaced  map[int32]*content // what objects held that Look called Changed
	days      map[name]time.Time
	lastID    int32
}

// place is what a URI holds.
// name stands for a URI or prefix. It is cut from a hash that nobody can find two texts for: whoever may name an object
// must not be able to make another pass for known.
type name [16]byte

func nameOf(text string) name {
	sum := sha256.Sum256([]byte(text))
	return name(sum[:16])
}

type place struct {
	*content           // nil when this run listed it
	id          int32  // of the object
	fingerprint uint64 // of its listing
}

// content is one distinct file: its bytes, wherever they were seen.
type content struct {
	id                 int32 // of the object that its records belong to
	records, held      int32 // held counts the places that hold it
	stem               uint64
	sha256, contentSHA [32]byte
	size               int64 // inflated
}

// Catalog is where a manifest comes from.
type Catalog interface {
	Known(ctx context.Context, yield func(cloudtrail.Known) error) error
	Listings(ctx context.Context, yield func(prefix string, listed time.Time)) error
	LastID(ctx context.Context) (int32, error)
}

// EmptyManifest is the manifest of a database that does not exist yet.
func EmptyManifest() *Manifest {
	return &Manifest{
		byURI: map[name]place{}, delivered: contents{}, inflated: contents{}, names: map[uint64]bool{},
		replaced: map[int32]*content{}, days: map[name]time.Time{},
	}
}

// LoadManifest reads what the catalog holds.
func LoadManifest(ctx context.Context, from Catalog) (*Manifest, error) {
	m := EmptyManifest()
	// Content outlives the object that brought it: its records stay as long as any place holds a copy.
	byID := map[int32]*content{}
	err := from.Known(ctx, func(k cloudtrail.Known) error {
		c := byID[k.ContentID]
		if c == nil {
			c = &content{id: k.ContentID, records: k.Records, stem: k.Stem, sha256: k.SHA256, contentSHA: k.ContentSHA256, size: k.ContentSize}
			byID[k.ContentID] = c
			m.add(c)
		}
		c.held++
		m.byURI[nameOf(k.URI)] = place{c, k.ID, k.Fingerprint}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = from.Listings(ctx, func(prefix string, listed time.Time) { m.days[nameOf(prefix)] = listed })
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

// Look tells how a listed object stands, and for Changed which object it replaces. An object is New or Changed once: listed
// again in this run, through an overlapping source, it is Already there, whatever has become of it in between. The next run
// will see that.
func (m *Manifest) Look(o cloudtrail.Object) (Standing, int32) {
	uri, print := nameOf(o.URI), o.Fingerprint()
	m.mu.Lock()
	defer m.mu.Unlock()
	known, found := m.byURI[uri]
	switch {
	case !found:
		m.byURI[uri] = place{fingerprint: print}
		return New, 0
	case known.fingerprint == print, known.content == nil:
		return Already, known.id
	}
	m.byURI[uri] = place{fingerprint: print}
	m.replaced[known.id] = known.content
	return Changed, known.id
}

// NextID returns a number for a new object.
func (m *Manifest) NextID() int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID++
	return m.lastID
}

// find returns the content of that name and these bytes as delivered, if any. namesakes reports whether the name has any content:
// only then is it worth inflating the bytes to ask findInflated.
func (m *Manifest) find(stem uint64, sum [32]byte) (c *content, namesakes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c = m.delivered[keyOf(stem, &sum)]
	if c != nil && (c.sha256 != sum || c.stem != stem) {
		c = nil
	}
	return c, m.names[stem]
}

// findInflated returns the content of that name and these inflated bytes, if any.
func (m *Manifest) findInflated(stem uint64, sum [32]byte) *content {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.inflated[keyOf(stem, &sum)]
	if c != nil && (c.contentSHA != sum || c.stem != stem) {
		return nil
	}
	return c
}

// add notes content that is stored, or is in the transaction of the only loader that asks for its name.
func (m *Manifest) add(c *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delivered[keyOf(c.stem, &c.sha256)] = c
	m.inflated[keyOf(c.stem, &c.contentSHA)] = c
	m.names[c.stem] = true
}

// hold notes that another place holds the content.
func (m *Manifest) hold(c *content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.held++
}

// retire notes that the place of a replaced object holds other bytes now. What no place holds any more is not there to be copied:
// the sink has put its records aside.
func (m *Manifest) retire(id int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.replaced[id]
	if c == nil {
		return
	}
	delete(m.replaced, id)
	if c.held--; c.held == 0 {
		m.delivered.remove(keyOf(c.stem, &c.sha256), c)
		m.inflated.remove(keyOf(c.stem, &c.contentSHA), c)
	}
}

// contents finds content by name and hash. That two have one key is so rare that the later one may take the place of the
// earlier: its copies are then stored once more.
type contents map[uint64]*content

func keyOf(stem uint64, sum *[32]byte) uint64 { return stem ^ binary.LittleEndian.Uint64(sum[:]) }

func (m contents) remove(key uint64, c *content) {
	if m[key] == c {
		delete(m, key)
	}
}

// Settled returns the test for days that need not be listed again: those that a run listed whole at least after
// their end. CloudTrail retries a failed delivery for 30 days (AWS, "Getting and viewing your CloudTrail log files"), so
// a younger listing proves nothing.
func (m *Manifest) Settled(after time.Duration) func(Day) bool {
	return func(d Day) bool {
		m.mu.Lock()
		listed, found := m.days[nameOf(d.Prefix)]
		m.mu.Unlock()
		if !found {
			return false
		}
		day, err := time.Parse(time.DateOnly, d.Date)
		return err == nil && !listed.Before(day.Add(24*time.Hour+after))
	}
}
