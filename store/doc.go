// Package store is the DuckDB file: what opens, upgrades, fills and reads it. It is the only importer of the driver.
//
// A Store opened for writing takes batches through Writers, each of which commits rows and manifest in one transaction.
// One opened for reading answers queries, locked down. The package decides nothing about what to fetch and renders
// nothing.
package store
