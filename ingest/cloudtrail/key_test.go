package cloudtrail_test

import (
	"strings"
	"testing"

	"offtrail/ingest/cloudtrail"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	const (
		log    = "123456789012_CloudTrail_eu-west-1_20240501T1255Z_HdkvFTXOA3Vnhbc0.json.gz"
		acct   = "123456789012"
		other  = "210987654321"
		digest = "123456789012_CloudTrail-Digest_eu-west-1_my_odd-trail.v2_us-east-1_20240501T125530Z"
	)
	full := cloudtrail.Key{Account: acct, Kind: cloudtrail.KindTrail, Region: "eu-west-1", Day: "2024-05-01", File: log}
	with := func(change func(*cloudtrail.Key)) cloudtrail.Key {
		k := full
		change(&k)
		return k
	}
	org := func(k *cloudtrail.Key) { k.Org = "o-abc123" }

	tests := []struct {
		name, key string
		want      cloudtrail.Key
	}{
		{"single account", "AWSLogs/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log, full},
		{"organization", "AWSLogs/o-abc123/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log, with(org)},
		{
			"control tower", "o-abc123/AWSLogs/o-abc123/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log,
			with(func(k *cloudtrail.Key) { k.Prefix, k.Org = "o-abc123", "o-abc123" }),
		},
		{
			"control tower, old landing zone", "o-abc123/AWSLogs/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log,
			with(func(k *cloudtrail.Key) { k.Prefix = "o-abc123" }),
		},
		{
			"user prefix that looks like the layout itself",
			"AWSLogs/" + other + "/CloudTrail/us-east-1/2020/01/02/AWSLogs/o-abc123/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log,
			with(func(k *cloudtrail.Key) {
				k.Prefix, k.Org = "AWSLogs/"+other+"/CloudTrail/us-east-1/2020/01/02", "o-abc123"
			}),
		},
		{
			"empty segments in the user prefix", "a//AWSLogs/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log,
			with(func(k *cloudtrail.Key) { k.Prefix = "a/" }),
		},
		{
			"digest", "AWSLogs/" + acct + "/CloudTrail-Digest/eu-west-1/2024/05/01/" + digest + ".json.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindDigest, digest+".json.gz" }),
		},
		{
			"flat digest, trail name with _ - .", digest + ".json.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindDigest, digest+".json.gz" }),
		},
		{
			"flat backfill digest", "heap/" + digest + "_backfill.json.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindDigest, digest+"_backfill.json.gz" }),
		},
		{
			"flat digest whose trail is named like a time",
			acct + "_CloudTrail-Digest_eu-west-1_20990101T000000Z_us-east-1_20240501T125530Z.json.gz",
			with(func(k *cloudtrail.Key) {
				k.Kind = cloudtrail.KindDigest
				k.File = acct + "_CloudTrail-Digest_eu-west-1_20990101T000000Z_us-east-1_20240501T125530Z.json.gz"
			}),
		},
		{"flat log", log, full},
		{
			"flat log, old name", acct + "_CloudTrail_eu-west-1_20240501T1255ZHdkvFTXOA3Vnhbc.json.gz",
			with(func(k *cloudtrail.Key) { k.File = acct + "_CloudTrail_eu-west-1_20240501T1255ZHdkvFTXOA3Vnhbc.json.gz" }),
		},
		{
			"flat insight", acct + "_CloudTrail-Insight_eu-west-1_20240501T1255Z_x.json.gz",
			with(func(k *cloudtrail.Key) {
				k.Kind, k.File = cloudtrail.KindInsight, acct+"_CloudTrail-Insight_eu-west-1_20240501T1255Z_x.json.gz"
			}),
		},
		{
			"the path outranks the name", "AWSLogs/" + other + "/CloudTrail/us-east-2/2023/04/30/" + log,
			with(func(k *cloudtrail.Key) { k.Account, k.Region, k.Day = other, "us-east-2", "2023-04-30" }),
		},
		{
			"govcloud", "AWSLogs/" + acct + "/CloudTrail/us-gov-west-1/2024/05/01/f.json.gz",
			with(func(k *cloudtrail.Key) { k.Region, k.File = "us-gov-west-1", "f.json.gz" }),
		},
		{
			"european sovereign cloud", "AWSLogs/" + acct + "/CloudTrail-NetworkActivity/eusc-de-east-1/2024/05/01/f.json.gz",
			with(func(k *cloudtrail.Key) {
				k.Kind, k.Region, k.File = cloudtrail.KindNetworkActivity, "eusc-de-east-1", "f.json.gz"
			}),
		},
		{
			"aggregated", "AWSLogs/" + acct + "/CloudTrail-Aggregated/cn-north-1/2024/05/01/f.json.gz",
			with(func(k *cloudtrail.Key) {
				k.Kind, k.Region, k.File = cloudtrail.KindAggregated, "cn-north-1", "f.json.gz"
			}),
		},
		{
			"another service", "AWSLogs/" + acct + "/vpcflowlogs/eu-west-1/2024/05/01/f.log.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindUnknown, "f.log.gz" }),
		},
		{
			"a folder that begins like ours", "AWSLogs/" + acct + "/CloudTrailX/eu-west-1/2024/05/01/f.json.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindUnknown, "f.json.gz" }),
		},
		{"copy from the organization on", "case/o-abc123/" + acct + "/CloudTrail/eu-west-1/2024/05/01/" + log, with(org)},
		{
			"copy from the folder on", "CloudTrail/eu-west-1/2024/05/01/x.json",
			cloudtrail.Key{Kind: cloudtrail.KindTrail, Region: "eu-west-1", Day: "2024-05-01", File: "x.json"},
		},
		{
			"copy from the region on", "eu-west-1/2024/05/01/x.json",
			cloudtrail.Key{Region: "eu-west-1", Day: "2024-05-01", File: "x.json"},
		},
		{"copy from the year on", "2024/05/01/x.json", cloudtrail.Key{Day: "2024-05-01", File: "x.json"}},
		{
			"digest in a folder somebody named CloudTrail", "CloudTrail/" + digest + ".json.gz",
			with(func(k *cloudtrail.Key) { k.Kind, k.File = cloudtrail.KindDigest, digest+".json.gz" }),
		},
		{
			"no such date", "AWSLogs/" + acct + "/CloudTrail/eu-west-1/2024/02/31/x.json",
			with(func(k *cloudtrail.Key) { k.Day, k.File = "", "x.json" }),
		},
		{"eleven digits", "AWSLogs/12345678901/CloudTrail/x", cloudtrail.Key{File: "x"}},
		{"nothing known", "a/b/c.json.gz", cloudtrail.Key{File: "c.json.gz"}},
		{"empty", "", cloudtrail.Key{}},
		{"folder marker", "AWSLogs/" + acct + "/", cloudtrail.Key{Account: acct}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := cloudtrail.ParseKey(test.key); got != test.want {
				t.Errorf("ParseKey(%q)\n got %+v\nwant %+v", test.key, got, test.want)
			}
		})
	}
}

func TestKeyPathReturnsTheKeyAsDelivered(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"AWSLogs/123456789012/CloudTrail/eu-west-1/2024/05/01/f.json.gz",
		"o-a1/AWSLogs/o-a1/123456789012/CloudTrail-Digest/us-iso-east-1/2024/02/29/f.json.gz",
		"a/AWSLogs/b/AWSLogs/123456789012/CloudTrail-Insight/eu-west-1/2024/05/01/f.json.gz",
	} {
		if got := cloudtrail.ParseKey(key).Path(); got != key {
			t.Errorf("ParseKey(%q).Path() = %q", key, got)
		}
	}
}

func TestParseKind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]cloudtrail.Kind{
		"trail": cloudtrail.KindTrail, "cloudtrail": cloudtrail.KindTrail, "Insight": cloudtrail.KindInsight,
		"network-activity": cloudtrail.KindNetworkActivity, "CloudTrail-Aggregated": cloudtrail.KindAggregated,
		"digest": cloudtrail.KindDigest, "unknown": cloudtrail.KindUnknown,
	} {
		if got, err := cloudtrail.ParseKind(text); err != nil || got != want {
			t.Errorf("ParseKind(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "trails", "CloudTrail-"} {
		if got, err := cloudtrail.ParseKind(text); err == nil {
			t.Errorf("ParseKind(%q) = %v; want an error", text, got)
		}
	}
}

func complete(k cloudtrail.Key) bool {
	return k.Account != "" && k.Kind != cloudtrail.KindUnknown && k.Region != "" && k.Day != "" && k.File != ""
}

func FuzzParseKey(f *testing.F) {
	f.Add("o-a1/AWSLogs/o-a1/123456789012/CloudTrail-Digest/us-iso-east-1/2024/02/29/f.json.gz")
	f.Add("123456789012_CloudTrail-Digest_eu-west-1_a_b_us-east-1_20240501T125530Z_backfill.json.gz")
	f.Add("123456789012/CloudTrail/eu-west-1/2024/05/01/123456789012_CloudTrail_eu-west-1_20240501T1255Z_x")
	f.Add("//AWSLogs//AWSLogs/o-/123456789012/CloudTrail")
	f.Fuzz(func(t *testing.T, key string) {
		k := cloudtrail.ParseKey(key)
		if want := key[strings.LastIndexByte(key, '/')+1:]; k.File != want {
			t.Fatalf("file of %q is %q; want %q", key, k.File, want)
		}
		if again := cloudtrail.ParseKey(k.Path()); complete(k) && again != k {
			t.Fatalf("%q\nparsed  %+v\nwritten %q\nparsed  %+v", key, k, k.Path(), again)
		}
	})
}

func FuzzKeyPath(f *testing.F) {
	f.Add("o-a1", "o-a1", "123456789012", uint8(1), "eu-west-1", "2024", "05", "01", "f.json.gz")
	f.Add("AWSLogs", "", "123456789012", uint8(5), "us-gov-west-1", "2024", "02", "29", "123456789012_CloudTrail_x")
	f.Fuzz(func(t *testing.T, prefix, org, account string, kind uint8, region, y, m, d, file string) {
		want := cloudtrail.Key{
			Prefix: prefix, Org: org, Account: account, Kind: cloudtrail.Kind(kind), Region: region,
			Day: y + "-" + m + "-" + d, File: file,
		}
		day := cloudtrail.ParseKey(y + "/" + m + "/" + d + "/x").Day
		if strings.Contains(file, "/") || strings.Contains(y+m+d, "/") || day != want.Day ||
			org != "" && !cloudtrail.IsOrg(org) || !cloudtrail.IsAccount(account) || !cloudtrail.IsRegion(region) ||
			want.Kind.Folder() == "" || file == "" {
			return
		}
		if got := cloudtrail.ParseKey(want.Path()); got != want {
			t.Fatalf("%q\n got %+v\nwant %+v", want.Path(), got, want)
		}
	})
}
