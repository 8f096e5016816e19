package s3source

import (
	"slices"
	"strings"

	"offtrail/ingest/cloudtrail"
)

// depth is a level of CloudTrail's layout.
type depth int

const (
	atRoot    depth = iota // …/AWSLogs/
	atOrg                  // …/o-…/
	atAccount              // …/123456789012/
	atKind                 // …/CloudTrail/
	atRegion               // …/eu-west-1/
)

// place is a prefix in the layout, and what the way there says about the objects below.
type place struct {
	prefix   string // with its trailing slash
	depth    depth
	key      cloudtrail.Key
	from, to string // dates that the prefix itself pins; empty means open
}

// locate reads a prefix that lies in the layout. It does not take a prefix that leads elsewhere: to another service's
// folder, or to a single object.
func locate(prefix string) (place, bool) {
	segments := strings.Split(strings.TrimSuffix(prefix, "/"), "/")
	for i, s := range slices.Backward(segments) {
		if s != cloudtrail.LogsFolder {
			continue
		}
		p := place{prefix: strings.Join(segments[:i+1], "/") + "/"}
		if p.descend(segments[i+1:]) {
			return p, true
		}
	}
	return place{}, false
}

// descend follows all of segments, or reports that they are not the layout's.
func (p *place) descend(segments []string) bool {
	for len(segments) > 0 && p.depth < atRegion {
		if !p.step(segments[0]) {
			return false
		}
		segments = segments[1:]
	}
	return len(segments) == 0 || p.pin(segments)
}

func (p *place) step(s string) bool {
	switch {
	case p.depth == atRoot && cloudtrail.IsOrg(s):
		*p = p.org(s)
	case p.depth <= atOrg && cloudtrail.IsAccount(s):
		*p = p.account(s)
	case p.depth == atAccount && kindOf(s) != cloudtrail.KindUnknown:
		*p = p.kind(kindOf(s))
	case p.depth == atKind && cloudtrail.IsRegion(s):
		*p = p.region(s)
	default:
		return false
	}
	return true
}

// pin turns YYYY[/MM[/DD]] below a Region into dates; the place stays the Region.
func (p *place) pin(segments []string) bool {
	first, last := []string{"0001", "01", "01"}, []string{"9999", "12", "31"}
	if len(segments) > len(first) {
		return false
	}
	copy(first, segments)
	copy(last, segments)
	from, ok := date(first)
	if !ok {
		return false
	}
	if len(segments) == 2 {
		last[2] = lastOf(from)[8:]
	}
	p.from = from
	p.to, ok = date(last)
	return ok
}

func (p place) below(name string, d depth) place {
	p.prefix += name + "/"
	p.depth = d
	return p
}

func (p place) org(name string) place {
	p = p.below(name, atOrg)
	p.key.Org = name
	return p
}

func (p place) account(name string) place {
	p = p.below(name, atAccount)
	p.key.Account = name
	return p
}

func (p place) kind(k cloudtrail.Kind) place {
	p = p.below(k.Folder(), atKind)
	p.key.Kind = k
	return p
}

func (p place) region(name string) place {
	p = p.below(name, atRegion)
	p.key.Region = name
	return p
}

// matches reports whether the parts that the place has settled are in scope. That there is no organization is settled
// from the account on.
func (p place) matches(s cloudtrail.Scope) bool {
	return (p.depth < atOrg || s.MatchOrg(p.key.Org)) && (p.depth < atAccount || s.MatchAccount(p.key.Account)) &&
		(p.depth < atKind || s.MatchKind(p.key.Kind)) && (p.depth < atRegion || s.MatchRegion(p.key.Region))
}

func kindOf(folder string) cloudtrail.Kind {
	for _, k := range cloudtrail.Kinds() {
		if k.Folder() == folder {
			return k
		}
	}
	return cloudtrail.KindUnknown
}
