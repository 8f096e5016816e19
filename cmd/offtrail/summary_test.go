package main

import (
	"testing"
	"time"

	"offtrail/store"
)

func TestEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		run  store.Run
		want string
	}{
		{"nothing", store.Run{}, "0 objects listed = 0 ingested + 0 already there + 0 quarantined + 0 failed"},
		{"one", store.Run{Listed: 1, Ingested: 1}, "1 object listed = 1 ingested + 0 already there + 0 quarantined + 0 failed"},
		{"each end", store.Run{Listed: 1234, Ingested: 1000, Already: 200, Quarantined: 30, Failed: 4},
			"1,234 objects listed = 1,000 ingested + 200 already there + 30 quarantined + 4 failed"},
		{"interrupted", store.Run{Listed: 9, Ingested: 2, Already: 3},
			"9 objects listed = 2 ingested + 3 already there + 0 quarantined + 0 failed + 4 not reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := ends(tt.run); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestYield(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		run     store.Run
		elapsed time.Duration
		want    string
	}{
		{"nothing", store.Run{}, 123 * time.Millisecond, "nothing fetched, in 0.1s"},
		{"one record", store.Run{Records: 1, Bytes: 400}, 2 * time.Second, "1 new record from 400 B in 2.0s"},
		{"many", store.Run{Records: 300_000, Bytes: 73_200_000}, 125 * time.Second, "300,000 new records from 73.2 MB in 2m05s (2,400 records/s)"},
		{"copies alone", store.Run{Bytes: 327_000}, 9940 * time.Millisecond, "0 new records from 327.0 kB in 9.9s"},
		{"nearly ten seconds", store.Run{Bytes: 327_000}, 9960 * time.Millisecond, "0 new records from 327.0 kB in 10s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := yield(tt.run, tt.elapsed); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
