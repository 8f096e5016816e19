package filesource_test

import (
	"os"
	"path/filepath"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/filesource"
	"offtrail/ingest/sourcetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T, tree map[string][]byte) ingest.Source {
		dir := t.TempDir()
		for key, body := range tree {
			write(t, filepath.Join(dir, filepath.FromSlash(key)), body)
		}
		return open(t, dir)
	})
}

func open(t testing.TB, path string) *filesource.Source {
	t.Helper()
	src, err := filesource.New(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func write(t testing.TB, path string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}
