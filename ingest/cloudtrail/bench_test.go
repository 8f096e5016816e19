package cloudtrail_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"offtrail/fixtures/corpus"
	"offtrail/ingest/cloudtrail"
)

// BenchmarkDecode measures the decoder alone: the objects are inflated before, and nothing is stored.
func BenchmarkDecode(b *testing.B) {
	b.Run("generated", func(b *testing.B) { benchmark(b, generated(b, 20_000)) })
	b.Run("real", func(b *testing.B) {
		objects := realData(b)
		if len(objects) == 0 {
			b.Log("no real data beside the repository")
			return
		}
		benchmark(b, objects)
	})
}

func benchmark(b *testing.B, objects [][]byte) {
	var size int64
	for _, o := range objects {
		size += int64(len(o))
	}
	batch := cloudtrail.NewBatch()
	decoder := cloudtrail.NewDecoder(batch, discard{})
	b.SetBytes(size)
	b.ReportAllocs()
	var records int
	for b.Loop() {
		for _, o := range objects {
			report, err := decoder.Decode(bytes.NewReader(o), &cloudtrail.Provenance{})
			if err != nil || len(report.Bad) > 0 {
				b.Fatalf("decode: %v, %d bad", err, len(report.Bad))
			}
			records += report.Records
		}
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

type discard struct{}

func (discard) Full(b *cloudtrail.Batch) error {
	b.Reset()
	return nil
}

func (discard) Aggregated(*cloudtrail.Provenance, cloudtrail.Aggregated) error { return nil }

// generated returns the inflated objects of a small corpus.
func generated(t testing.TB, events int) (objects [][]byte) {
	t.Helper()
	_, err := corpus.Generate(t.Context(), corpus.Options{Seed: 1, Events: events}, func(_ string, gz []byte) error {
		body, err := inflate(bytes.NewReader(gz))
		objects = append(objects, body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// realData returns the inflated objects of the data that lies beside the repository, if any does.
func realData(t testing.TB) (objects [][]byte) {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for root != filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	data := filepath.Join(root, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		return nil
	}
	err = filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".gz" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		body, err := inflate(f)
		objects = append(objects, body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func inflate(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
