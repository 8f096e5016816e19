package filesource_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"offtrail/ingest/cloudtrail"
)

func BenchmarkList(b *testing.B) {
	const folders, files = 100, 1000
	dir := b.TempDir()
	for day := range folders {
		folder := filepath.Join(dir, fmt.Sprintf("AWSLogs/111111111111/CloudTrail/us-east-1/2024/%02d/%02d", day/25+1, day%25+1))
		for i := range files {
			write(b, filepath.Join(folder, fmt.Sprintf("111111111111_CloudTrail_us-east-1_20240101T0000Z_%016d.json.gz", i)), nil)
		}
	}
	src := open(b, dir)
	for b.Loop() {
		n := 0
		err := src.List(b.Context(), cloudtrail.Scope{}, nil, func(cloudtrail.Object) error { n++; return nil })
		if err != nil || n != folders*files {
			b.Fatalf("List yields %d objects and %v, want %d", n, err, folders*files)
		}
	}
}
