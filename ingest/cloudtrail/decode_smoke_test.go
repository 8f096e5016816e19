package cloudtrail

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

type nullHandler struct{ rows, agg int }

func (h *nullHandler) Full(b *Batch) error                      { h.rows += b.Rows; b.Reset(); return nil }
func (h *nullHandler) Aggregated(*Provenance, Aggregated) error { h.agg++; return nil }

func TestSmoke(t *testing.T) {
	var all [][]byte
	var total int
	filepath.WalkDir("/work/shared/data", func(p string, e os.DirEntry, err error) error {
		if filepath.Ext(p) == ".gz" {
			f, _ := os.Open(p)
			z, _ := gzip.NewReader(f)
			b, _ := io.ReadAll(z)
			all = append(all, b)
			total += len(b)
		}
		return nil
	})
	b := NewBatch()
	h := &nullHandler{}
	d := NewDecoder(b, h)
	n := 0
	t0 := time.Now()
	for range 20 {
		n = 0
		for _, x := range all {
			rep, err := d.Decode(bytes.NewReader(x), &Provenance{})
			if err != nil {
				t.Fatal(err)
			}
			for _, bad := range rep.Bad {
				t.Log(bad.Reason, bad.Offset, string(bad.Text[:min(80, len(bad.Text))]))
			}
			n += rep.Records
		}
	}
	el := time.Since(t0)
	t.Logf("%d records %d bytes, %.0f MB/s %.0f rec/s", n, total, float64(total)*20/1e6/el.Seconds(), float64(n)*20/el.Seconds())
	c := 0
	for _, f := range Fields() {
		_ = f
		c++
	}
	t.Log(c)
}
