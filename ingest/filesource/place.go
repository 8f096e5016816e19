package filesource

import (
	"strings"
	"time"

	"offtrail/ingest/cloudtrail"
)

// part is what the last segment of a folder's path is in the layout AWSLogs/[o-…/]account/folder/region/YYYY/MM/DD.
type part uint8

const (
	partNone part = iota // no such layout
	partLogs
	partOrg
	partAccount
	partKind
	partRegion
	partYear
	partMonth
	partDay
)

// place is where a folder stands in the bucket layout, and what its path has told by there.
type place struct {
	part part
	key  cloudtrail.Key
	date string // as much of YYYY-MM-DD as is known
}

func placeOf(path string) (p place) {
	for name := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		p = p.child(name)
	}
	return p
}

// child steps into a folder. A name that does not fit leaves the layout for good, until another AWSLogs.
func (p place) child(name string) place {
	if name == cloudtrail.LogsFolder {
		return place{part: partLogs}
	}
	next := p.part + 1
	fits := false
	switch p.part {
	case partLogs:
		if p.key.Org, fits = name, cloudtrail.IsOrg(name); fits {
			break
		}
		next = partAccount
		p.key = cloudtrail.Key{Account: name}
		fits = cloudtrail.IsAccount(name)
	case partOrg:
		p.key.Account, fits = name, cloudtrail.IsAccount(name)
	case partAccount:
		p.key.Kind = kindOf(name)
		fits = p.key.Kind != cloudtrail.KindUnknown
	case partKind:
		p.key.Region, fits = name, cloudtrail.IsRegion(name)
	case partRegion:
		p.date, fits = name, isDate("2006", name)
	case partYear:
		p.date += "-" + name
		fits = isDate("2006-01", p.date)
	case partMonth:
		p.date += "-" + name
		fits = isDate(time.DateOnly, p.date)
	}
	if !fits {
		return place{}
	}
	p.part = next
	return p
}

// excluded says that nothing below the folder can be in scope. It waits for CloudTrail's own folder before it trusts
// what came before: a user's prefix may hold AWSLogs and an account too. What the path leaves open excludes nothing: the
// files below are judged, and reported, one by one.
func (p place) excluded(scope cloudtrail.Scope) bool {
	if p.part < partKind {
		return false
	}
	known := cloudtrail.Scope{Orgs: scope.Orgs, Accounts: scope.Accounts, Kinds: scope.Kinds}
	if p.part >= partRegion {
		known.Regions = scope.Regions
	}
	if !known.Match(p.key) && !known.Unplaced(p.key) {
		return true
	}
	n := len(p.date)
	return len(scope.From) >= n && p.date < scope.From[:n] || len(scope.To) >= n && p.date > scope.To[:n]
}

func kindOf(folder string) cloudtrail.Kind {
	for _, k := range cloudtrail.Kinds() {
		if k.Folder() == folder {
			return k
		}
	}
	return cloudtrail.KindUnknown
}

func isDate(layout, text string) bool {
	_, err := time.Parse(layout, text)
	return err == nil
}

// leadOf cuts from a slash path what stands from its last AWSLogs on, with a trailing slash; "" when it has none.
func leadOf(dir string) string {
	i := strings.LastIndex("/"+dir+"/", "/"+cloudtrail.LogsFolder+"/")
	if i < 0 {
		return ""
	}
	return (dir + "/")[i:]
}

// nameOf reads what a key says. When the source lies inside a bucket copy, its own path says the rest.
func (s *Source) nameOf(key string) cloudtrail.Key {
	if s.lead == "" || strings.Contains("/"+key, "/"+cloudtrail.LogsFolder+"/") {
		return cloudtrail.ParseKey(key)
	}
	return cloudtrail.ParseKey(s.lead + key)
}
