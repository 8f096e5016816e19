// Package ingest carries CloudTrail objects from where they lie into a sink: list, plan, fetch, inflate, decode, commit.
//
// The words used throughout:
//
//   - Source: a bucket, a folder, an archive or a stream that holds objects.
//   - Object: one stored thing, named by its URI; usually a gzipped file of records.
//   - Scope: what the user asked for (organizations, accounts, Regions, kinds, delivery dates), as prefixes.
//   - Record: one CloudTrail event as delivered.
//   - Batch: up to cloudtrail.BatchRows records as columns.
//   - Manifest: the store's memory of every object seen, with its outcome.
//   - Digest: CloudTrail's own signed list of delivered objects.
//
// The package knows neither S3 nor DuckDB: sources and the sink come in as interfaces, and cmd joins them.
package ingest
