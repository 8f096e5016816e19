package s3source_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"offtrail/fixtures/faultproxy"
	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/s3source"
)

// TestDiscovery lists a real server's bucket that holds both layouts and other services' logs, and looks at what passed.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	tree := map[string][]byte{"readme.txt": []byte("x"), "AWSLogs/o-a1/111111111111/Config/ConfigWritabilityCheckFile": nil}
	var trail []string
	for _, owner := range []string{"AWSLogs/o-a1/111111111111/", "AWSLogs/o-a1/222222222222/", "AWSLogs/111111111111/"} {
		for _, folder := range []string{"CloudTrail", "elasticloadbalancing"} {
			for _, day := range []string{"2024/04/30", "2024/05/01"} {
				key := fmt.Sprintf("%s%s/eu-west-1/%s/a b+%%41.json.gz", owner, folder, day)
				tree[key] = []byte(key)
				if folder == "CloudTrail" {
					trail = append(trail, key)
				}
			}
		}
	}
	server := serve(t, tree)
	tests := []struct {
		name    string
		scope   cloudtrail.Scope
		settled string // the date that is
		want    func(key string) bool
		never   string // in no prefix asked for
		most    int    // listings
	}{
		{"everything", cloudtrail.Scope{}, "", func(string) bool { return true }, "elasticloadbalancing", 14},
		{
			"one account", cloudtrail.Scope{Accounts: []string{"111111111111"}}, "",
			func(key string) bool { return strings.Contains(key, "/111111111111/") }, "222222222222", 10,
		},
		{
			"organization", cloudtrail.Scope{Orgs: []string{"o-a1"}}, "",
			func(key string) bool { return strings.Contains(key, "/o-a1/") }, "AWSLogs/111111111111", 10,
		},
		{
			"from a date", cloudtrail.Scope{From: "2024-05-01"}, "",
			func(key string) bool { return strings.Contains(key, "/05/01/") }, "2024/04/30", 14,
		},
		{
			"settled", cloudtrail.Scope{From: "2024-04-30", To: "2024-05-01"}, "2024-04-30",
			func(key string) bool { return strings.Contains(key, "/05/01/") }, "2024/04/30", 14,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			proxy := server.Proxy(t, faultproxy.Rule{Op: faultproxy.List, Skip: 2, Times: 1, Fault: faultproxy.InternalError()})
			src := open(t, server, proxy.Endpoint())
			settled := func(d ingest.Day) bool { return d.Date == test.settled }
			var got, want []string
			err := src.List(t.Context(), test.scope, settled, func(o cloudtrail.Object) error {
				if o.Size != int64(len(o.Key)) || o.ETag == "" || o.Bucket != bucket || o.LastModified.IsZero() {
					t.Errorf("listed %+v", o)
				}
				got = append(got, o.Key)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range trail {
				if test.want(key) {
					want = append(want, key)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("listed\n%q\nwant\n%q", got, want)
			}
			log := proxy.Log()
			for _, prefix := range log.Keys(faultproxy.List) {
				if strings.Contains(prefix, test.never) {
					t.Errorf("asked for %q", prefix)
				}
			}
			if n := log.Count(faultproxy.List); n > test.most || n != len(log) {
				t.Errorf("%d listings of %d requests, want %d at most and nothing else:\n%q", n, len(log), test.most, log.Keys(faultproxy.List))
			}
		})
	}
}

// TestPages: a folder larger than a page, seen through the server's own paging.
func TestPages(t *testing.T) {
	t.Parallel()

	tree := make(map[string][]byte)
	for i := range 1100 {
		tree[fmt.Sprintf("%s%04d.json.gz", day, i)] = []byte("x")
	}
	tree["AWSLogs/111111111111/CloudTrail/eu-west-1/2024/05/03/x.json.gz"] = []byte("x")
	server := serve(t, tree)
	for _, p := range []string{"", day, "AWSLogs/111111111111/CloudTrail/eu-west-1/2024/05"} {
		src := open(t, server, server.Endpoint(), prefix(p))
		n := 0
		err := src.List(t.Context(), cloudtrail.Scope{}, nil, func(cloudtrail.Object) error { n++; return nil })
		if want := map[bool]int{true: 1100, false: 1101}[p == day]; err != nil || n != want {
			t.Errorf("prefix %q: listed %d, %v; want %d", p, n, err, want)
		}
	}
}

func TestSingleObject(t *testing.T) {
	t.Parallel()
	server := serve(t, map[string][]byte{"x/a.json.gz": []byte("1"), "x/a.json.gz.bak": []byte("2"), "x/b": []byte("3")})
	src := open(t, server, server.Endpoint(), prefix("x/a.json.gz"), func(o *s3source.Options) { o.RequesterPays = true })
	var got []string
	err := src.List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		got = append(got, o.URI)
		return nil
	})
	if want := []string{src.URI()}; err != nil || !slices.Equal(got, want) {
		t.Errorf("listed %q, %v; want %q", got, err, want)
	}
}
