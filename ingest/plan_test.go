package ingest_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

// catalog is what a database is said to hold.
type catalog struct {
	known    []cloudtrail.Known
	listings map[string]time.Time
	err      error
}

func (c catalog) Known(_ context.Context, yield func(cloudtrail.Known) error) error {
	for _, k := range c.known {
		if err := yield(k); err != nil {
			return err
		}
	}
	return c.err
}

func (c catalog) Listings(_ context.Context, yield func(string, time.Time)) error {
	for prefix, at := range c.listings {
		yield(prefix, at)
	}
	return nil
}

func (c catalog) LastID(context.Context) (last int32, err error) {
	for _, k := range c.known {
		last = max(last, k.ID)
	}
	return last, nil
}

func (c catalog) manifest(t *testing.T) *ingest.Manifest {
	t.Helper()
	m, err := ingest.LoadManifest(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLook(t *testing.T) {
	t.Parallel()
	at := noon()
	known := cloudtrail.Object{URI: "s3://b/k", Key: "k", Size: 10, ETag: "e", LastModified: at}
	file := cloudtrail.Object{URI: "file:///k", Key: "k", Size: 10, LastModified: at}
	with := func(o cloudtrail.Object, change func(*cloudtrail.Object)) cloudtrail.Object {
		change(&o)
		return o
	}
	type standing struct {
		is       ingest.Standing
		replaces int32
	}
	for _, c := range []struct {
		name   string
		listed []cloudtrail.Object
		want   []standing
	}{
		{"as it was", []cloudtrail.Object{known}, []standing{{ingest.Already, 7}}},
		{"as it was, written again", []cloudtrail.Object{with(known, func(o *cloudtrail.Object) { o.LastModified = at.Add(1) })}, []standing{{ingest.Already, 7}}},
		{"other ETag", []cloudtrail.Object{with(known, func(o *cloudtrail.Object) { o.ETag = "f" })}, []standing{{ingest.Changed, 7}}},
		{"other size", []cloudtrail.Object{with(known, func(o *cloudtrail.Object) { o.Size = 11 })}, []standing{{ingest.Changed, 7}}},
		{"file touched", []cloudtrail.Object{with(file, func(o *cloudtrail.Object) { o.LastModified = at.Add(1) })}, []standing{{ingest.Changed, 8}}},
		{"new", []cloudtrail.Object{with(known, func(o *cloudtrail.Object) { o.URI += "2" })}, []standing{{ingest.New, 0}}},
		{"new, listed twice", []cloudtrail.Object{
			with(known, func(o *cloudtrail.Object) { o.URI += "2" }),
			with(known, func(o *cloudtrail.Object) { o.URI += "2" }),
		}, []standing{{ingest.New, 0}, {ingest.Already, 0}}},
		{"new, listed twice, and changed in between", []cloudtrail.Object{
			with(known, func(o *cloudtrail.Object) { o.URI += "2" }),
			with(known, func(o *cloudtrail.Object) { o.URI += "2"; o.ETag = "f" }),
		}, []standing{{ingest.New, 0}, {ingest.Already, 0}}},
		{"changed, listed twice, and changed again in between", []cloudtrail.Object{
			with(known, func(o *cloudtrail.Object) { o.ETag = "f" }),
			with(known, func(o *cloudtrail.Object) { o.ETag = "g" }),
			known,
		}, []standing{{ingest.Changed, 7}, {ingest.Already, 0}, {ingest.Already, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := catalog{known: []cloudtrail.Known{
				{ID: 7, ContentID: 7, URI: known.URI, Fingerprint: known.Fingerprint()},
				{ID: 8, ContentID: 8, URI: file.URI, Fingerprint: file.Fingerprint()},
			}}.manifest(t)
			for i, o := range c.listed {
				is, replaces := m.Look(o)
				if got := (standing{is, replaces}); got != c.want[i] {
					t.Errorf("listing %d stands at %v, want %v", i, got, c.want[i])
				}
			}
			if id := m.NextID(); id != 9 {
				t.Errorf("the next number is %d, want 9", id)
			}
		})
	}
}

func TestLoadManifestFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := ingest.LoadManifest(t.Context(), catalog{err: broken}); !errors.Is(err, broken) {
		t.Errorf("load manifest: %v, want the catalog's error", err)
	}
}

func TestSettled(t *testing.T) {
	t.Parallel()
	const prefix = "s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/01/"
	day := ingest.Day{Prefix: prefix, Date: "2024-05-01"}
	for _, c := range []struct {
		name   string
		listed string
		after  time.Duration
		day    ingest.Day
		want   bool
	}{
		{"long after", "2024-07-01T00:00:00Z", 30 * 24 * time.Hour, day, true},
		{"30 days after its end, to the second", "2024-06-01T00:00:00Z", 30 * 24 * time.Hour, day, true},
		{"a second too early", "2024-05-31T23:59:59Z", 30 * 24 * time.Hour, day, false},
		{"while it lasted", "2024-05-01T12:00:00Z", 0, day, false},
		{"at its end, which is taken as final", "2024-05-02T00:00:00Z", 0, day, true},
		{"another day", "2024-07-01T00:00:00Z", 0, ingest.Day{Prefix: prefix[:len(prefix)-3] + "02/", Date: "2024-05-02"}, false},
		{"a date that is none", "2024-07-01T00:00:00Z", 0, ingest.Day{Prefix: prefix, Date: "2024-05-32"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.listed)
			if err != nil {
				t.Fatal(err)
			}
			m := catalog{listings: map[string]time.Time{prefix: at}}.manifest(t)
			if got := m.Settled(c.after)(c.day); got != c.want {
				t.Errorf("settled: %v, want %v", got, c.want)
			}
		})
	}
}

// asking is a source that asks about one day.
type asking struct {
	*trail
	asked  bool
	answer bool
}

func (s *asking) List(ctx context.Context, scope cloudtrail.Scope, settled func(ingest.Day) bool, yield func(cloudtrail.Object) error) error {
	if s.asked = settled != nil; s.asked {
		s.answer = settled(ingest.Day{Prefix: "mem://trail/2024/05/01/", Date: "2024-05-01"})
	}
	return s.trail.List(ctx, scope, nil, yield)
}

type askingSettler struct{ *asking }

func (askingSettler) Settles() {}

// TestSettledIsForSettlers wants only those asked whose days are final, and nobody when all is to be listed.
func TestSettledIsForSettlers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		settles, full bool
		want          int64
	}{
		{"settler", true, false, 1}, {"settler, full", true, true, 0}, {"folder", false, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := catalog{listings: map[string]time.Time{"mem://trail/2024/05/01/": noon().AddDate(1, 0, 0)}}.manifest(t)
			s := &asking{trail: newTrail()}
			var source ingest.Source = s
			if c.settles {
				source = askingSettler{s}
			}
			var counters ingest.Counters
			if _, err := ingest.Plan(t.Context(), []ingest.Source{source}, m, ingest.Options{Full: c.full}, &counters); err != nil {
				t.Fatal(err)
			}
			if s.asked != (c.want > 0) || s.answer != s.asked || counters.SettledDays.Load() != c.want {
				t.Errorf("asked %v, answer %v, %d settled days, want %d", s.asked, s.answer, counters.SettledDays.Load(), c.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	other := "AWSLogs/222233334444/CloudTrail/us-east-1/2024/05/03/222233334444_CloudTrail_us-east-1_20240503T0005Z_a.json.gz"
	first := newTrail(item{key: key(1), body: []byte("12345")}, item{key: other, size: -1}, item{key: key(2), body: []byte("123")})
	second := newTrail(item{key: key(1), body: []byte("12345")}, item{key: key(3), body: []byte("1")}) // overlaps
	second.uri = first.uri
	lost := errors.New("access denied")
	first.listErr = lost
	known := first.object(2)
	m := catalog{known: []cloudtrail.Known{{ID: 1, ContentID: 1, URI: known.URI, Fingerprint: known.Fingerprint()}}}.manifest(t)
	var counters ingest.Counters
	lines, err := ingest.Plan(t.Context(), []ingest.Source{first, second}, m, ingest.Options{}, &counters)

	var list *ingest.ListError
	if !errors.As(err, &list) || !errors.Is(err, lost) || list.Source != first.uri {
		t.Errorf("plan: %v, want the first source's error", err)
	}
	want := []ingest.PlanLine{
		{Source: "mem://trail/", Account: "111122223333", Region: "eu-west-1", Kind: cloudtrail.KindTrail, Objects: 4, Bytes: 14, New: 2, NewBytes: 6, Already: 2, FirstDay: "2024-05-01", LastDay: "2024-05-01"},
		{Source: "mem://trail/", Account: "222233334444", Region: "us-east-1", Kind: cloudtrail.KindTrail, Objects: 1, New: 1, FirstDay: "2024-05-03", LastDay: "2024-05-03"},
	}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("plan\n%+v\nwant\n%+v", lines, want)
	}
	if n := counters.Listed.Load(); n != 5 || !counters.ListingDone.Load() {
		t.Errorf("%d listed, done %v", n, counters.ListingDone.Load())
	}
}

func TestPlanIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	first, second := newTrail(item{key: key(1)}), newTrail(item{key: key(2)})
	first.afterList = func() { cancel(enough) }
	var counters ingest.Counters
	_, err := ingest.Plan(ctx, []ingest.Source{first, second}, ingest.EmptyManifest(), ingest.Options{}, &counters)
	if !errors.Is(err, enough) || counters.Listed.Load() != 1 || counters.ListingDone.Load() {
		t.Errorf("plan: %v, %d listed", err, counters.Listed.Load())
	}
}

// TestListErrorKeepsTheRest wants what was listed in, the error told, and no day vouched for.
func TestListErrorKeepsTheRest(t *testing.T) {
	t.Parallel()
	lost := errors.New("access denied")
	first, second := newTrail(item{key: key(1), body: delivery(0, 1)}), newTrail(item{key: key(2), body: delivery(1, 1)})
	first.listErr, second.uri = lost, "mem://other/"
	sink := new(recorder)
	res := run(t, sink, ingest.Options{}, first, second)
	sink.whole(t)
	var list *ingest.ListError
	if !errors.Is(res.err, lost) || !errors.As(res.err, &list) {
		t.Errorf("run: %v, want the source's error", res.err)
	}
	if res.sum() != 2 || res.counters.Ingested.Load() != 2 || len(res.Days) > 0 {
		t.Errorf("%d ingested, days %v", res.counters.Ingested.Load(), res.Days)
	}
}

// TestDays wants those days vouched for that were taken in whole, and no others.
func TestDays(t *testing.T) {
	t.Parallel()
	day := func(d string, n string) string {
		return "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/" + d + "/111122223333_CloudTrail_eu-west-1_202405" + d + "T0005Z_" + n + ".json.gz"
	}
	source := newTrail(
		item{key: day("01", "a"), body: delivery(0, 1)},
		item{key: day("02", "a"), body: delivery(1, 1)}, item{key: day("02", "b"), read: gone},
		item{key: day("03", "a"), body: []byte("no record")},
		item{key: "moved/" + day("04", "a")[len("AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/04/"):], body: delivery(2, 1)},
	)
	res := run(t, new(recorder), ingest.Options{}, source)
	res.want(t, 3, 0, 1, 1)
	var got []string
	for _, d := range res.Days {
		got = append(got, d.Date+" "+d.Prefix)
	}
	slices.Sort(got)
	prefix := "mem://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/"
	if want := []string{"2024-05-01 " + prefix + "01/", "2024-05-03 " + prefix + "03/"}; !slices.Equal(got, want) {
		t.Errorf("days %v, want %v", got, want)
	}

	out, err := ingest.Run(t.Context(), []ingest.Source{source}, new(recorder), ingest.EmptyManifest(), ingest.Options{}, new(ingest.Counters))
	if err != nil || len(out.Days) > 0 {
		t.Errorf("run of a source that does not settle: %v, days %v", err, out.Days)
	}
}
