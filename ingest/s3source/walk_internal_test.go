package s3source

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
)

func listKeys(t *testing.T, f *fakeBucket, prefix string, scope cloudtrail.Scope, settled func(ingest.Day) bool) []string {
	t.Helper()
	var got []string
	w := &walk{list: f.list, base: "s3://b/", workers: 4, scope: scope, settled: settled,
		yield: func(o cloudtrail.Object) error { got = append(got, o.Key); return nil }}
	if err := w.run(t.Context(), prefix); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

const (
	acctA = "111111111111"
	acctB = "222222222222"
)

func key(lead, account, folder, region, day string, n int) string {
	return fmt.Sprintf("%s%s/%s/%s/%s/%d.json.gz", lead, account, folder, region, strings.ReplaceAll(day, "-", "/"), n)
}

// TestOnlyTheScopeIsAskedFor has the exact requests of a listing; whatever is not in them costs the user nothing.
func TestOnlyTheScopeIsAskedFor(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, account := range []string{acctA, acctB} {
		for _, folder := range []string{"CloudTrail", "CloudTrail-Digest", "Config", "vpcflowlogs"} {
			for _, region := range []string{"eu-west-1", "us-east-1"} {
				keys = append(keys,
					key("AWSLogs/o-a1/", account, folder, region, "2024-05-01", 1),
					key("AWSLogs/o-a1/", account, folder, region, "2024-05-02", 1),
					key("AWSLogs/", account, folder, region, "2024-05-01", 1))
			}
		}
	}
	trail := []cloudtrail.Kind{cloudtrail.KindTrail}
	tests := []struct {
		name, prefix string
		scope        cloudtrail.Scope
		want         []string // prefixes asked for, sorted
		found        int
	}{
		{
			"all named: no discovery", "AWSLogs/",
			cloudtrail.Scope{
				Orgs: []string{"o-a1"}, Accounts: []string{acctA}, Regions: []string{"us-east-1"}, Kinds: trail,
				From: "2024-05-01", To: "2024-05-01",
			},
			[]string{"AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/01/"}, 1,
		},
		{
			"account named, organization not", "AWSLogs/",
			cloudtrail.Scope{Accounts: []string{acctA}, Regions: []string{"us-east-1"}, Kinds: trail, From: "2024-05-01", To: "2024-05-02"},
			[]string{
				"AWSLogs/" + acctA + "/CloudTrail/us-east-1/2024/05/0", "AWSLogs/o-",
				"AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/0",
			}, 3,
		},
		{
			"account pattern", "AWSLogs/o-a1/",
			cloudtrail.Scope{Accounts: []string{"22*"}, Regions: []string{"eu-*"}, Kinds: trail},
			[]string{
				"AWSLogs/o-a1/22",
				"AWSLogs/o-a1/" + acctB + "/CloudTrail/eu-", "AWSLogs/o-a1/" + acctB + "/CloudTrail/eu-west-1/",
			}, 2,
		},
		{
			"other services' folders are not entered", "AWSLogs/" + acctA, cloudtrail.Scope{},
			[]string{
				"AWSLogs/" + acctA + "/CloudTrail",
				"AWSLogs/" + acctA + "/CloudTrail-Digest/", "AWSLogs/" + acctA + "/CloudTrail-Digest/eu-west-1/",
				"AWSLogs/" + acctA + "/CloudTrail-Digest/us-east-1/",
				"AWSLogs/" + acctA + "/CloudTrail/", "AWSLogs/" + acctA + "/CloudTrail/eu-west-1/",
				"AWSLogs/" + acctA + "/CloudTrail/us-east-1/",
			}, 4,
		},
		{
			"prefix of a month", "AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/", cloudtrail.Scope{From: "2024-05-02"},
			[]string{"AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/"}, 1,
		},
		{
			"prefix outside the scope", "AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/",
			cloudtrail.Scope{Accounts: []string{acctB}}, nil, 0,
		},
		{
			"prefix of other dates", "AWSLogs/o-a1/" + acctA + "/CloudTrail/us-east-1/2024/05/", cloudtrail.Scope{To: "2024-04-30"},
			nil, 0,
		},
		{
			"a single object", key("AWSLogs/", acctA, "CloudTrail", "us-east-1", "2024-05-01", 1), cloudtrail.Scope{},
			[]string{key("AWSLogs/", acctA, "CloudTrail", "us-east-1", "2024-05-01", 1)}, 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(1000, keys...)
			if got := listKeys(t, f, test.prefix, test.scope, nil); len(got) != test.found {
				t.Errorf("found %d objects, want %d: %q", len(got), test.found, got)
			}
			asked := slices.Sorted(slices.Values(f.prefixes()))
			if !slices.Equal(asked, test.want) {
				t.Errorf("asked for\n  %s\nwant\n  %s", strings.Join(asked, "\n  "), strings.Join(test.want, "\n  "))
			}
		})
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	log := acctA + "/CloudTrail/us-east-1/2024/05/01/1.json.gz"
	tests := []struct {
		name, prefix string
		keys, want   []string
	}{
		{"at the root", "", []string{"AWSLogs/" + log, "AWSLogs/" + acctA + "/Config/x", "loose.json"}, []string{"AWSLogs/" + log}},
		{"control tower", "", []string{"o-a1/AWSLogs/o-a1/" + log, "o-a1/x"}, []string{"o-a1/AWSLogs/o-a1/" + log}},
		{"one beside the other", "", []string{"AWSLogs/" + acctA + "/elasticloadbalancing/x", "o-a1/AWSLogs/" + log},
			[]string{"o-a1/AWSLogs/" + log}},
		{"two levels down", "", []string{"a/b/AWSLogs/" + log, "a/c/x"}, []string{"a/b/AWSLogs/" + log}},
		{"below a prefix", "case/7", []string{"case/7/AWSLogs/" + log, "case/77/AWSLogs/" + log}, []string{"case/7/AWSLogs/" + log}},
		{"AWSLogs without a slash", "a/AWSLogs", []string{"a/AWSLogs/" + log, "a/AWSLogs2/" + log}, []string{"a/AWSLogs/" + log}},
		{"heap", "copy", []string{"copy/a.json.gz", "copy/b/c.json", "copy/d/", "other"}, []string{"copy/a.json.gz", "copy/b/c.json"}},
		{"whole bucket a heap", "", []string{"a.json.gz", "b/c/d/e.json"}, []string{"a.json.gz", "b/c/d/e.json"}},
		{"another service's folder, because it was named", "AWSLogs/" + acctA + "/Config/",
			[]string{"AWSLogs/" + acctA + "/Config/x.json", "AWSLogs/" + log}, []string{"AWSLogs/" + acctA + "/Config/x.json"}},
		{"AWSLogs in the user's own prefix", "", []string{"AWSLogs/AWSLogs/" + log}, nil},
		{"empty bucket", "", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			keys := slices.DeleteFunc(slices.Clone(test.keys), func(k string) bool { return strings.HasSuffix(k, "/") })
			if got := listKeys(t, newFake(1000, keys...), test.prefix, cloudtrail.Scope{}, nil); !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

// TestListingAgreesWithFilter compares listings of random buckets in tiny pages, where every seek and split happens, with
// a plain filter over all keys.
func TestListingAgreesWithFilter(t *testing.T) {
	t.Parallel()
	days := slices.Collect(cloudtrail.Days("2023-11-20", "2024-03-10"))
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 1))
		var keys []string
		settledDays := map[string]bool{}
		for _, day := range days {
			if random.IntN(3) == 0 {
				settledDays[day] = true
			}
			for n := range max(0, random.IntN(12)-8+int(seed%3)*2) {
				for _, region := range []string{"eu-west-1", "us-east-1"}[:1+random.IntN(2)] {
					keys = append(keys, key([]string{"AWSLogs/", "AWSLogs/o-a1/"}[random.IntN(2)], acctA, "CloudTrail", region, day, n))
				}
			}
		}
		scope := cloudtrail.Scope{}
		if random.IntN(2) == 0 {
			scope.From = days[random.IntN(len(days))]
		}
		if random.IntN(2) == 0 {
			scope.To = max(scope.From, days[random.IntN(len(days))])
		}
		if random.IntN(3) == 0 {
			scope.Orgs = []string{"o-*"}
		}
		settled := func(d ingest.Day) bool {
			if !strings.HasSuffix(d.Prefix, "/"+slashed(d.Date)+"/") {
				t.Errorf("seed %d: asked about %+v", seed, d)
			}
			return settledDays[d.Date]
		}
		var want []string
		for _, k := range keys {
			if name := cloudtrail.ParseKey(k); scope.Match(name) && !settledDays[name.Day] {
				want = append(want, k)
			}
		}
		slices.Sort(want)
		f := newFake(1+random.IntN(20), keys...)
		if got := listKeys(t, f, "AWSLogs/", scope, settled); !slices.Equal(got, want) {
			t.Fatalf("seed %d, %+v: found %d keys, want %d\n%q\n%q", seed, scope, len(got), len(want), got, want)
		}
	}
}

// TestRequests counts what listings of one Region cost, in pages of 1000 as S3 has them.
func TestRequests(t *testing.T) {
	t.Parallel()
	year := func(perDay int) []string {
		var keys []string
		for day := range cloudtrail.Days("2023-01-01", "2023-12-31") {
			for n := range perDay {
				keys = append(keys, key("AWSLogs/", acctA, "CloudTrail", "eu-west-1", day, n))
			}
		}
		return keys
	}
	region := "AWSLogs/" + acctA + "/CloudTrail/eu-west-1/"
	before := func(day string) func(ingest.Day) bool {
		return func(d ingest.Day) bool { return d.Date < day }
	}
	tests := []struct {
		name    string
		perDay  int
		scope   cloudtrail.Scope
		settled func(ingest.Day) bool
		want    int // at most
	}{
		{"quiet year", 2, cloudtrail.Scope{}, nil, 1},
		{"year of 20 a day, 7300 keys", 20, cloudtrail.Scope{}, nil, 8},
		{"year of 50 a day, 18250 keys: split by month", 50, cloudtrail.Scope{}, nil, 2 + 2*12 + 1},
		{"year of 600 a day, 219000 keys: split by day", 600, cloudtrail.Scope{}, nil, 365 + 2 + 2*12},
		{"last week of a busy year", 600, cloudtrail.Scope{From: "2023-12-25", To: "2023-12-31"}, nil, 8},
		{"one day", 600, cloudtrail.Scope{From: "2023-05-05", To: "2023-05-05"}, nil, 1},
		{"all but the last two days settled", 20, cloudtrail.Scope{}, before("2023-12-30"), 2},
		{"the same with a first day given", 20, cloudtrail.Scope{From: "2023-01-01"}, before("2023-12-30"), 1},
		{"all settled", 20, cloudtrail.Scope{From: "2023-01-01", To: "2023-12-31"}, before("2024-01-01"), 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(1000, year(test.perDay)...)
			listKeys(t, f, region, test.scope, test.settled)
			if got := len(f.asked); got > test.want {
				t.Errorf("%d requests, want at most %d", got, test.want)
			}
		})
	}
}

func TestStrayObjectsAreNoDelivery(t *testing.T) {
	t.Parallel()
	region := "AWSLogs/" + acctA + "/CloudTrail/eu-west-1/"
	good := region + "2024/05/01/1.json.gz"
	f := newFake(1, good, region+"0.json.gz", region+"2024/13/01/x.json.gz", region+"zzz/1.json.gz",
		region+acctA+"_CloudTrail_eu-west-1_20240501T1255Z_x.json.gz",
		region+"2024/04/30/AWSLogs/"+acctB+"/CloudTrail/us-east-1/2024/05/01/x.json.gz")
	if got := listKeys(t, f, region, cloudtrail.Scope{}, nil); !slices.Equal(got, []string{good}) {
		t.Errorf("found %q, want %q", got, good)
	}
}

func TestLooseObjectsOfUnknownAccountAreReported(t *testing.T) {
	t.Parallel()
	f := newFake(1000, "x.json.gz", acctA+"_CloudTrail_eu-west-1_20240501T1255Z_a.json.gz", acctB+"_CloudTrail_eu-west-1_20240501T1255Z_a.json.gz")
	var got, skipped []string
	w := &walk{list: f.list, base: "s3://b/", workers: 4, scope: cloudtrail.Scope{Accounts: []string{acctA}},
		yield:   func(o cloudtrail.Object) error { got = append(got, o.Key); return nil },
		skipped: func(uri, _ string) { skipped = append(skipped, uri) }}
	if err := w.run(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || !strings.HasPrefix(got[0], acctA) || !slices.Equal(skipped, []string{"s3://b/x.json.gz"}) {
		t.Errorf("found %q, skipped %q", got, skipped)
	}
}

func TestFirstErrorEndsTheListing(t *testing.T) {
	t.Parallel()
	var keys []string
	for day := range cloudtrail.Days("2023-01-01", "2023-03-31") {
		for _, account := range []string{acctA, acctB} {
			keys = append(keys, key("AWSLogs/", account, "CloudTrail", "eu-west-1", day, 1))
		}
	}
	t.Run("of the server", func(t *testing.T) {
		t.Parallel()
		f, broken := newFake(5, keys...), errors.New("broken")
		w := &walk{base: "s3://b/", workers: 4, yield: func(cloudtrail.Object) error { return nil },
			list: func(ctx context.Context, r request) (page, error) {
				if strings.Contains(r.prefix, acctB+"/CloudTrail/") {
					return page{}, broken
				}
				return f.list(ctx, r)
			}}
		if err := w.run(t.Context(), ""); !errors.Is(err, broken) {
			t.Errorf("run = %v", err)
		}
	})
	t.Run("of yield", func(t *testing.T) {
		t.Parallel()
		f, stop, calls := newFake(5, keys...), errors.New("stop"), 0
		w := &walk{list: f.list, base: "s3://b/", workers: 4, yield: func(cloudtrail.Object) error { calls++; return stop }}
		if err := w.run(t.Context(), ""); err != stop || calls != 1 {
			t.Errorf("run = %v after %d calls of yield", err, calls)
		}
	})
}

// TestNothingIsYieldedAfterAnError: other pages may be waiting for their turn when yield fails.
func TestNothingIsYieldedAfterAnError(t *testing.T) {
	t.Parallel()
	stop, calls := errors.New("stop"), 0
	w := &walk{yield: func(cloudtrail.Object) error { calls++; return stop }}
	for range 2 {
		if err := w.deliver(t.Context(), []cloudtrail.Object{{Key: "a"}, {Key: "b"}}); err != stop || calls != 1 {
			t.Errorf("deliver = %v after %d calls", err, calls)
		}
	}
}
