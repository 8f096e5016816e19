package ingest_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"offtrail/fixtures/corpus"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// BenchmarkRun measures the pipeline without a database: plan, fetch from memory, hash, inflate, decode.
func BenchmarkRun(b *testing.B) {
	held := &corpusTrail{bodies: map[string][]byte{}}
	var size int64
	_, err := corpus.Generate(b.Context(), corpus.Options{Seed: 1, Events: 50_000}, func(key string, gz []byte) error {
		held.keys = append(held.keys, key)
		held.bodies[key] = gz
		size += int64(len(gz))
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		var counters ingest.Counters
		if _, err := ingest.Run(b.Context(), []ingest.Source{held}, discard{}, ingest.EmptyManifest(), ingest.Options{}, &counters); err != nil {
			b.Fatal(err)
		}
		if n := counters.Records.Load(); n != 50_000 {
			b.Fatalf("%d records, want 50,000", n)
		}
	}
	b.ReportMetric(float64(50_000*b.N)/b.Elapsed().Seconds(), "records/s")
}

// corpusTrail is a corpus in memory.
type corpusTrail struct {
	keys   []string
	bodies map[string][]byte
}

func (c *corpusTrail) URI() string  { return "mem://corpus/" }
func (c *corpusTrail) Close() error { return nil }

func (c *corpusTrail) List(_ context.Context, _ cloudtrail.Scope, _ func(ingest.Day) bool, yield func(cloudtrail.Object) error) error {
	for _, key := range c.keys {
		o := cloudtrail.Object{URI: c.URI() + key, Key: key, Size: int64(len(c.bodies[key])), ETag: "e", Name: cloudtrail.ParseKey(key)}
		if err := yield(o); err != nil {
			return err
		}
	}
	return nil
}

func (c *corpusTrail) Open(_ context.Context, o cloudtrail.Object) (io.ReadCloser, cloudtrail.Fetched, error) {
	return io.NopCloser(bytes.NewReader(c.bodies[o.Key])), cloudtrail.Fetched{}, nil
}

// discard is a sink that takes everything and keeps nothing.
type discard struct{}

func (discard) NewWriter(context.Context) (ingest.Writer, error)      { return discard{}, nil }
func (discard) Append(context.Context, *cloudtrail.Batch, bool) error { return nil }
func (discard) AppendAggregated(int32, cloudtrail.Aggregated) error   { return nil }
func (discard) Commit(context.Context, []cloudtrail.Delivery) error   { return nil }
func (discard) Rollback() error                                       { return nil }
func (discard) Close() error                                          { return nil }
