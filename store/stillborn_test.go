package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"offtrail/store"
)

// TestStillborn opens what a kill leaves of a database that was being made, and what only looks like it.
func TestStillborn(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole.duckdb")
	s, err := store.Open(t.Context(), whole, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		bytes []byte
		opens bool
	}{
		{"empty", nil, true},
		{"magic alone", body[:12], true},
		{"first header", body[:4096], true},
		{"two headers", body[:8192], true},
		{"one byte of somebody's", []byte{7}, false},
		{"short and somebody's", bytes.Repeat([]byte("note"), 1024), false},
		{"cut in the middle", body[:100_000], false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "case.duckdb")
			if err := os.WriteFile(path, tt.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), path, store.Options{})
			if err == nil {
				err = s.Close()
			}
			if (err == nil) != tt.opens {
				t.Errorf("open: %v, want it to open: %v", err, tt.opens)
			}
			if after, err := os.ReadFile(path); err != nil || !tt.opens && !bytes.Equal(after, tt.bytes) {
				t.Errorf("the file changed, or is gone: %v", err)
			}
		})
	}
}
