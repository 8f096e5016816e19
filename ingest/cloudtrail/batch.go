package cloudtrail

import "strings"

// BatchRows is the most rows a Batch holds: DuckDB's vector size, so that a batch is one of its data chunks.
const BatchRows = 2048

// pad keeps the columns of one row from falling into the same few lines of a processor's cache, as they do at multiples of 4 KiB.
const pad = 64

// batchBytes is the text after which a batch counts as full whatever its rows: it bounds what a worker holds.
const batchBytes = 8 << 20

// Span is a piece of Batch.Arena.
type Span struct{ Off, Len uint32 }

// Null is the Span of an absent value.
var Null = Span{Len: 1<<32 - 1}

// IsNull reports whether the span stands for an absent value.
func (s Span) IsNull() bool { return s.Len == Null.Len }

// Batch holds up to BatchRows records as columns. It is made for reuse: Reset keeps its memory.
//
// Nothing of a record is lost on the way in. What its known fields' types cannot hold goes into Rest, and a record that
// columns and Rest together could not rebuild is kept whole in Originals.
type Batch struct {
	Rows  int
	Arena []byte

	Texts    [texts][BatchRows + pad]Span   // by Slot of Text and JSON fields
	Present  [structs][BatchRows + pad]bool // by Slot of Struct fields: {} is present, null and absent are not
	Bools    [bools][BatchRows + pad]int8   // by Slot of Bool fields: 0, 1, or -1 for absent
	Time     [BatchRows]int64               // eventTime, microseconds since 1970 UTC
	HasTime  [BatchRows]bool
	ID       [BatchRows][16]byte // eventID, big-endian
	HasID    [BatchRows]bool
	Rest     [BatchRows]Span // JSON object to lay over what the columns say
	Nulls    [BatchRows]uint32
	Kind     [BatchRows]Kind
	Position [BatchRows]int32 // index of the record in its object

	HasResources [BatchRows]bool
	Resources    Children
	HasWeb       [BatchRows]bool // userIdentity.sessionContext.webIdFederationData.attributes
	Web          Children

	Runs      []Run
	Originals []Original

	kept  int // bytes in Originals
	parse recordParser
}

// Children holds the elements of one list column: row r's are [End[r-1], End[r]).
type Children struct {
	End    [BatchRows]int32
	Fields [3][]Span
}

// webFields is how many of Children.Fields a map uses: its keys and its values.
const webFields = 2

// start returns the index of row r's first element.
func (c *Children) start(r int) int {
	if r == 0 {
		return 0
	}
	return int(c.End[r-1])
}

// truncate drops the elements from n on.
func (c *Children) truncate(n int) {
	for i := range c.Fields {
		c.Fields[i] = c.Fields[i][:min(n, len(c.Fields[i]))]
	}
}

// Run is a stretch of rows that came from one object, with what its key says of them; Null where it says nothing.
type Run struct {
	Object               *Provenance
	From, To             int
	Account, Region, Day Span // Day as YYYY/MM/DD, as Athena's projected partitions write it
}

// Provenance is what every row of one object shares.
type Provenance struct {
	ID   int32 // the store's number of the object, set before its first row
	Name Key
}

// Original is a record kept byte for byte, because its row cannot say all that it said.
type Original struct {
	Row    int
	Body   []byte
	Reason string
}

// NewBatch returns an empty batch.
func NewBatch() *Batch {
	b := &Batch{Arena: make([]byte, 0, 1<<20)}
	b.parse.batch = b
	return b
}

// Reset empties the batch.
func (b *Batch) Reset() {
	b.Rows = 0
	b.Arena = b.Arena[:0]
	b.Resources.truncate(0)
	b.Web.truncate(0)
	b.Runs = b.Runs[:0]
	b.Originals = nil
	b.kept = 0
	if cap(b.Arena) > 4*batchBytes { // one huge record must not keep its memory
		b.Arena = make([]byte, 0, 1<<20)
		b.parse.rest, b.parse.stack = nil, nil
	}
}

// Full reports whether the batch should be handed on before another record is added.
func (b *Batch) Full() bool { return b.Rows == BatchRows || len(b.Arena)+b.kept >= batchBytes }

// keep keeps a record whole.
func (b *Batch) keep(o Original) {
	b.kept += len(o.Body)
	b.Originals = append(b.Originals, o)
}

// Text returns the text of a span.
func (b *Batch) Text(s Span) []byte { return b.Arena[s.Off : s.Off+s.Len] }

func (b *Batch) put(text []byte) Span {
	off := len(b.Arena)
	b.Arena = append(b.Arena, text...)
	return Span{uint32(off), uint32(len(text))}
}

// from returns the span of what was appended to the arena since off.
func (b *Batch) from(off int) Span { return Span{uint32(off), uint32(len(b.Arena) - off)} }

// newRow clears the next row.
func (b *Batch) newRow() int {
	r := b.Rows
	for i := range b.Texts {
		b.Texts[i][r] = Null
	}
	for i := range b.Present {
		b.Present[i][r] = false
	}
	for i := range b.Bools {
		b.Bools[i][r] = -1
	}
	b.HasTime[r], b.HasID[r], b.HasResources[r], b.HasWeb[r] = false, false, false, false
	b.Rest[r] = Null
	b.Nulls[r] = 0
	return r
}

// truncate undoes what a record that did not become a row left behind.
func (b *Batch) truncate(arena, resources, web int) {
	b.Arena = b.Arena[:arena]
	b.Resources.truncate(resources)
	b.Web.truncate(web)
}

// addToRun notes that row r came from p.
func (b *Batch) addToRun(p *Provenance, r int) {
	if n := len(b.Runs); n > 0 && b.Runs[n-1].Object == p {
		b.Runs[n-1].To = r + 1
		return
	}
	run := Run{Object: p, From: r, To: r + 1, Account: b.putName(p.Name.Account), Region: b.putName(p.Name.Region), Day: Null}
	if day := p.Name.Day; len(day) == len("2006-01-02") {
		run.Day = b.put([]byte(day[:4] + "/" + day[5:7] + "/" + day[8:]))
	}
	b.Runs = append(b.Runs, run)
}

// putName puts a part of a key, which is a file name's to choose, into the arena.
func (b *Batch) putName(part string) Span {
	if part == "" {
		return Null
	}
	return b.put([]byte(strings.ToValidUTF8(part, "?")))
}
