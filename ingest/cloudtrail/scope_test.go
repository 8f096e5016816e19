package cloudtrail_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"offtrail/ingest/cloudtrail"
)

func TestScopeMatch(t *testing.T) {
	t.Parallel()
	placed := cloudtrail.Key{
		Org: "o-abc", Account: "123456789012", Kind: cloudtrail.KindTrail, Region: "eu-west-1", Day: "2024-05-01",
	}
	loose := cloudtrail.Key{Region: "eu-west-1", File: "x.json"}
	tests := []struct {
		name            string
		scope           cloudtrail.Scope
		key             cloudtrail.Key
		match, unplaced bool
	}{
		{"everything", cloudtrail.Scope{}, placed, true, false},
		{"everything, loose", cloudtrail.Scope{}, loose, true, false},
		{"account", cloudtrail.Scope{Accounts: []string{"1", "123456789012"}}, placed, true, false},
		{"account glob", cloudtrail.Scope{Accounts: []string{"1234*"}}, placed, true, false},
		{"other account", cloudtrail.Scope{Accounts: []string{"9*"}}, placed, false, false},
		{"account of a loose file", cloudtrail.Scope{Accounts: []string{"*"}}, loose, false, true},
		{"loose file that is out by its Region too", cloudtrail.Scope{Accounts: []string{"1*"}, Regions: []string{"us-*"}}, loose, false, false},
		{"organization", cloudtrail.Scope{Orgs: []string{"o-a?c"}}, placed, true, false},
		{"other organization", cloudtrail.Scope{Orgs: []string{"o-b*"}}, placed, false, false},
		{"region glob", cloudtrail.Scope{Regions: []string{"us-*", "eu-*"}}, placed, true, false},
		{"kind", cloudtrail.Scope{Kinds: []cloudtrail.Kind{cloudtrail.KindDigest}}, placed, false, false},
		{"kind of a loose file", cloudtrail.Scope{Kinds: []cloudtrail.Kind{cloudtrail.KindDigest}}, loose, false, true},
		{"first day", cloudtrail.Scope{From: "2024-05-01"}, placed, true, false},
		{"last day", cloudtrail.Scope{To: "2024-05-01"}, placed, true, false},
		{"too early", cloudtrail.Scope{From: "2024-05-02"}, placed, false, false},
		{"too late", cloudtrail.Scope{To: "2024-04-30"}, placed, false, false},
		{"date of a loose file", cloudtrail.Scope{To: "2024-04-30"}, loose, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.scope.Match(test.key); got != test.match {
				t.Errorf("Match = %v", got)
			}
			if got := test.scope.Unplaced(test.key); got != test.unplaced {
				t.Errorf("Unplaced = %v", got)
			}
		})
	}
}

func TestScopeValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		scope cloudtrail.Scope
		want  string // part of the error; empty means none
	}{
		{"zero", cloudtrail.Scope{}, ""},
		{"good", cloudtrail.Scope{Orgs: []string{"o-1"}, Accounts: []string{"12*"}, Regions: []string{"us-gov-west-1"}, From: "2024-05-01", To: "2024-05-01"}, ""},
		{"short account", cloudtrail.Scope{Accounts: []string{"1234"}}, `account "1234": want 12 digits`},
		{"bad pattern", cloudtrail.Scope{Regions: []string{"eu-[a"}}, `region pattern "eu-[a"`},
		{"not an organization", cloudtrail.Scope{Orgs: []string{"ou-1"}}, `organization "ou-1"`},
		{"not a region", cloudtrail.Scope{Regions: []string{"Ireland"}}, `region "Ireland"`},
		{"not a date", cloudtrail.Scope{From: "2024-02-30"}, `date "2024-02-30"`},
		{"wrong order", cloudtrail.Scope{From: "2024-05-02", To: "2024-05-01"}, "the first is after the last"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.scope.Validate()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Validate() = %v; want %q", err, test.want)
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 3, 1, 5, 0, 0, 0, time.FixedZone("", 2*60*60)) // 03:00 UTC, the day after 29 February
	for text, want := range map[string]string{
		"2024-05-01": "2024-05-01", "2024-05-01T23:30:00-02:00": "2024-05-02", "2024-05-01T00:00:00.5Z": "2024-05-01",
		"today": "2024-03-01", "Yesterday": "2024-02-29", "0d": "2024-03-01", "30d": "2024-01-31", "2w": "2024-02-16",
		"3h": "2024-03-01", "4h": "2024-02-29", " 1d ": "2024-02-29",
	} {
		if got, err := cloudtrail.ParseDate(text, now); err != nil || got != want {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "d", "-1d", "1.5d", "1m", "30", "2024-5-1", "2024-02-30", "01/05/2024", "99999999999d", "1000000d",
		"2024-05-01T25:00:00Z", "tomorrow",
	} {
		if got, err := cloudtrail.ParseDate(text, now); err == nil {
			t.Errorf("ParseDate(%q) = %q; want an error", text, got)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		first, last string
		want        []string
	}{
		{"2024-02-28", "2024-03-01", []string{"2024-02-28", "2024-02-29", "2024-03-01"}},
		{"2024-12-31", "2025-01-01", []string{"2024-12-31", "2025-01-01"}},
		{"2024-05-01", "2024-05-01", []string{"2024-05-01"}},
		{"2024-05-02", "2024-05-01", nil},
		{"", "2024-05-01", nil},
	}
	for _, test := range tests {
		if got := slices.Collect(cloudtrail.Days(test.first, test.last)); !slices.Equal(got, test.want) {
			t.Errorf("Days(%q, %q) = %v; want %v", test.first, test.last, got, test.want)
		}
	}
}
