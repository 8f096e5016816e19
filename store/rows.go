package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Rows is the answer of a query, read once from first to last. One chunk of it is in memory at a time, and DuckDB works
// ahead by no more than a buffer: database/sql would hold the whole answer before it gave the first row.
type Rows struct {
	conn  *sql.Conn
	query *statement

	prepared mapping.PreparedStatement
	result   mapping.Result
	begun    bool // result is DuckDB's to free

	ctx     context.Context // of the query, as in sql.Rows
	unwatch func()

	columns, types []string
	decoders       []decoder

	chunk     mapping.DataChunk
	readers   []reader
	row, size uint64
	values    []any
	err       error
	closed    bool
}

// stream begins a query. Without an error the rows own the connection.
func stream(ctx context.Context, conn *sql.Conn, q *statement, text string) (*Rows, error) {
	r := &Rows{conn: conn, query: q, ctx: ctx, unwatch: func() {}}
	// Nobody else uses the connection until the rows are closed, so its handle serves outside of withRaw as well.
	err := withRaw(conn, func(c mapping.Connection) error { return r.begin(c, text) })
	if err != nil {
		r.free()
		return nil, err
	}
	return r, nil
}

func (r *Rows) begin(c mapping.Connection, text string) error {
	if mapping.Prepare(c, text, &r.prepared) == mapping.StateError {
		return errors.New(mapping.PrepareError(r.prepared))
	}
	var pending mapping.PendingResult
	defer mapping.DestroyPending(&pending)
	if bindings.PendingPreparedStreaming(r.prepared, &pending) == mapping.StateError {
		return errors.New(mapping.PendingError(pending))
	}
	// From here on an interrupt meets this query and no other, even one that comes before the query does anything.
	r.watch(c)
	r.begun = true
	if mapping.ExecutePending(pending, &r.result) == mapping.StateError {
		return errors.New(mapping.ResultError(&r.result))
	}
	return r.describe()
}

// watch interrupts the query when its context ends.
func (r *Rows) watch(c mapping.Connection) {
	done := make(chan struct{})
	stop := context.AfterFunc(r.ctx, func() {
		defer close(done)
		mapping.Interrupt(c)
	})
	r.unwatch = func() {
		if !stop() {
			<-done // the connection must not go away under the interrupt
		}
	}
}

func (r *Rows) describe() error {
	n := mapping.ColumnCount(&r.result)
	r.values, r.readers = make([]any, n), make([]reader, n)
	for i := range n {
		t := mapping.ColumnLogicalType(&r.result, i)
		d, err := decoderOf(t)
		name := mapping.ColumnName(&r.result, i)
		r.columns, r.types, r.decoders = append(r.columns, name), append(r.types, typeName(t)), append(r.decoders, d)
		mapping.DestroyLogicalType(&t)
		if err != nil {
			return refuse(-1, "cast it to VARCHAR or JSON", "column %q: %v", name, err)
		}
	}
	return nil
}

// Columns returns the headings.
func (r *Rows) Columns() []string { return r.columns }

// Types returns DuckDB's names of the columns' types.
func (r *Rows) Types() []string { return r.types }

// Next goes to the next row, and reports whether there is one.
func (r *Rows) Next() bool {
	for r.row == r.size {
		if r.closed || r.err != nil || !r.fetch() {
			return false
		}
	}
	for i, read := range r.readers {
		r.values[i] = read(r.row)
	}
	r.row++
	return true
}

// Values returns the row's values, valid until the next call of Next. They are nil, bool, the integers and floats, string,
// []byte, time.Time, *big.Int, json.RawMessage, []any, Fields for STRUCT and MAP, and the driver's Decimal, Interval, UUID
// and Union.
func (r *Rows) Values() []any { return r.values }

// Err returns what ended the rows early.
func (r *Rows) Err() error { return r.err }

func (r *Rows) fetch() bool {
	r.row, r.size = 0, 0
	mapping.DestroyDataChunk(&r.chunk)
	if r.ctx.Err() == nil {
		r.chunk = mapping.FetchChunk(r.result)
	}
	if r.chunk.Ptr == nil {
		if message := mapping.ResultError(&r.result); message != "" || r.ctx.Err() != nil {
			r.err = r.query.explain(r.ctx, errors.New(message))
		}
		return false
	}
	r.size = uint64(mapping.DataChunkGetSize(r.chunk))
	for i, decode := range r.decoders {
		r.readers[i] = decode(mapping.DataChunkGetVector(r.chunk, mapping.IdxT(i)))
	}
	return true
}

// Close ends the query, finished or not, and gives its connection back.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.row, r.size = 0, 0
	r.free()
	if err := r.conn.Close(); err != nil {
		return fmt.Errorf("end query: %w", err)
	}
	return nil
}

func (r *Rows) free() {
	r.unwatch()
	if r.chunk.Ptr != nil {
		mapping.DestroyDataChunk(&r.chunk)
	}
	if r.begun {
		mapping.DestroyResult(&r.result)
	}
	mapping.DestroyPrepare(&r.prepared)
}
