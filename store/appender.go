package store

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"offtrail/ingest/cloudtrail"
)

// flushBatches is how many batches DuckDB's appender gathers before it hands them to the table. Its own default, a
// hundred, holds 200,000 records in memory for each connection.
const flushBatches = 4

// appender hands whole batches to one table, within the transaction of its connection.
type appender struct {
	handle  mapping.Appender
	types   []mapping.LogicalType
	chunk   mapping.DataChunk
	columns []column
	pinner  runtime.Pinner
	held    int // batches since the last flush
}

func newAppender(conn mapping.Connection, table string, columns []column) (*appender, error) {
	a := &appender{columns: columns}
	if mapping.AppenderCreateExt(conn, catalog, "main", table, &a.handle) == mapping.StateError {
		err := a.err("open table " + table)
		mapping.AppenderDestroy(&a.handle)
		return nil, err
	}
	n := int(mapping.AppenderColumnCount(a.handle))
	for i := range n {
		a.types = append(a.types, mapping.AppenderColumnType(a.handle, mapping.IdxT(i)))
	}
	if n != len(columns) {
		err := fmt.Errorf("open table %s: it has %d columns, expected %d", table, n, len(columns))
		return nil, errors.Join(err, a.close())
	}
	a.chunk = mapping.CreateDataChunk(a.types)
	return a, nil
}

// append hands on one batch. DuckDB copies it before append returns.
func (a *appender) append(b *cloudtrail.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	pinArena(&a.pinner, b)
	defer a.pinner.Unpin()
	mapping.DataChunkReset(a.chunk)
	for i, fill := range a.columns {
		fill(mapping.DataChunkGetVector(a.chunk, mapping.IdxT(i)), b)
	}
	mapping.DataChunkSetSize(a.chunk, mapping.IdxT(b.Rows))
	if mapping.AppendDataChunk(a.handle, a.chunk) == mapping.StateError {
		return a.err("append records")
	}
	a.held++
	if a.held >= flushBatches {
		return a.flush()
	}
	return nil
}

func (a *appender) flush() error {
	a.held = 0
	if mapping.AppenderFlush(a.handle) == mapping.StateError {
		return a.err("store records")
	}
	return nil
}

// discard drops what was not flushed.
func (a *appender) discard() { mapping.AppenderClear(a.handle) }

func (a *appender) close() error {
	a.discard()
	if a.chunk.Ptr != nil {
		mapping.DestroyDataChunk(&a.chunk)
	}
	for i := range a.types {
		mapping.DestroyLogicalType(&a.types[i])
	}
	if mapping.AppenderDestroy(&a.handle) == mapping.StateError {
		return errors.New("close the appender")
	}
	return nil
}

func (a *appender) err(op string) error {
	return fmt.Errorf("%s: %s", op, mapping.AppenderError(a.handle))
}
