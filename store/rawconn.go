package store

import (
	"database/sql"
	"errors"
	"reflect"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// withRaw calls f with DuckDB's own handle of the connection. The driver's Appender takes a row of boxed values at a
// time, which costs several times what DuckDB itself does (ARCHITECTURE.md, "Writing columns"); its handle, which takes whole
// columns, is in an unexported field that is read here and nowhere else. A driver that names the field otherwise makes this an error.
func withRaw(conn *sql.Conn, f func(mapping.Connection) error) error {
	return conn.Raw(func(driverConn any) error {
		c, isDuck := driverConn.(*duckdb.Conn)
		if !isDuck {
			return errors.New("reach DuckDB's connection: not the expected driver")
		}
		field := reflect.ValueOf(c).Elem().FieldByName("conn")
		if !field.IsValid() || field.Type() != reflect.TypeFor[mapping.Connection]() {
			return errors.New("reach DuckDB's connection: the driver has changed inside")
		}
		return f(mapping.Connection{Ptr: field.FieldByName("Ptr").UnsafePointer()})
	})
}
