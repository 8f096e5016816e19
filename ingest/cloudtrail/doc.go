// Package cloudtrail is the record format: keys, containers, records and the columns they become.
//
// It does no I/O but reading from an io.Reader, and knows neither AWS's API nor a database. Decode finds the records in
// whatever form they come; Batch turns each into one row of columns without losing anything; Restore turns a row back
// into the record.
package cloudtrail
