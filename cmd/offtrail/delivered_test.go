package main_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"offtrail/fixtures/corpus"
)

// delivered is a trail and the truth about it, which is counted from its JSON by the standard library alone.
type delivered struct {
	objects map[string][]byte // by key
	copies  int               // of these, objects that hold another's bytes under the same name

	records, events int
	places          map[string]int // records by ACCOUNT/REGION
}

// deliver makes a trail of ordinary records, some delivered again as CloudTrail does it. It is then made harder: every
// eighth object comes again under another name, and every tenth lies in a second folder of the bucket, too.
func deliver(t *testing.T, seed uint64, events, objects int) *delivered {
	t.Helper()
	d := &delivered{objects: map[string][]byte{}, places: map[string]int{}}
	stats, err := corpus.Generate(t.Context(), corpus.Options{Seed: seed, Events: events, Objects: objects, Days: 5}, func(key string, gz []byte) error {
		d.objects[key] = gz
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d.count(t)
	if d.records != stats.Events || d.events != stats.Events-stats.Repeats || !maps.Equal(d.places, stats.Places) {
		t.Fatalf("counted %d records of %d events, the corpus says %d with %d repeats", d.records, d.events, stats.Events, stats.Repeats)
	}
	keys := slices.Sorted(maps.Keys(d.objects))
	for i, key := range keys {
		if i%8 == 3 {
			d.objects[strings.TrimSuffix(key, ".json.gz")[:len(key)-len(".json.gz")-16]+fmt.Sprintf("AGAIN%011d.json.gz", i)] = d.objects[key]
		}
	}
	d.count(t)
	for i, key := range keys {
		if i%10 == 5 {
			d.objects["second/"+key] = d.objects[key]
			d.copies++
		}
	}
	return d
}

func (d *delivered) count(t *testing.T) {
	t.Helper()
	d.records, d.places = 0, map[string]int{}
	ids := map[string]bool{}
	for key, gz := range d.objects {
		in, err := gzip.NewReader(bytes.NewReader(gz))
		if err != nil {
			t.Fatal(err)
		}
		var object struct{ Records []struct{ EventID string } }
		if err := json.NewDecoder(in).Decode(&object); err != nil {
			t.Fatal(err)
		}
		name := strings.Split(path.Base(key), "_") // ACCOUNT_CloudTrail_REGION_…
		d.places[name[0]+"/"+name[2]] += len(object.Records)
		d.records += len(object.Records)
		for _, r := range object.Records {
			ids[r.EventID] = true
		}
	}
	d.events = len(ids)
}
