package s3source

import (
	"context"
	"slices"
	"strings"

	"offtrail/ingest/cloudtrail"
)

// enter returns the task that lists a place. Only levels that the scope leaves open are asked for: what it names is gone
// to directly, whether it exists or not, for one request that finds nothing costs less than one that looks.
func (w *walk) enter(p place) task {
	return func(ctx context.Context) ([]task, error) {
		if !p.matches(w.scope) {
			return nil, nil
		}
		if p.depth == atRegion {
			return w.enterRegion(ctx, p)
		}
		below, err := w.below(ctx, p)
		if err != nil {
			return nil, err
		}
		tasks := make([]task, len(below))
		for i, b := range below {
			tasks[i] = w.enter(b)
		}
		return tasks, nil
	}
}

func (w *walk) below(ctx context.Context, p place) ([]place, error) {
	switch p.depth {
	case atRoot:
		return w.owners(ctx, p)
	case atOrg:
		return w.each(ctx, p, w.scope.Accounts, "", cloudtrail.IsAccount, p.account)
	case atAccount:
		return w.kinds(ctx, p)
	default:
		return w.each(ctx, p, w.scope.Regions, "", cloudtrail.IsRegion, p.region)
	}
}

// owners are the organizations and the accounts side by side: a bucket has both when its trail was switched from one
// form to the other.
func (w *walk) owners(ctx context.Context, p place) ([]place, error) {
	orgs, accounts := w.scope.Orgs, w.scope.Accounts
	if len(orgs) > 0 { // an account outside any organization is out of scope
		return w.each(ctx, p, orgs, "o-", cloudtrail.IsOrg, p.org)
	}
	if cloudtrail.Exact(accounts) {
		below, err := w.each(ctx, p, nil, "o-", cloudtrail.IsOrg, p.org)
		for _, name := range distinct(accounts) {
			below = append(below, p.account(name))
		}
		return below, err
	}
	names, err := w.names(ctx, p.prefix, "")
	var below []place
	for _, name := range names {
		if at := p; at.step(name) {
			below = append(below, at)
		}
	}
	return below, err
}

// kinds finds out which of the folders exist, in one request, unless they are few enough to be named.
func (w *walk) kinds(ctx context.Context, p place) ([]place, error) {
	if len(w.scope.Kinds) > 0 {
		var below []place
		for _, k := range cloudtrail.Kinds() {
			if w.scope.MatchKind(k) {
				below = append(below, p.kind(k))
			}
		}
		return below, nil
	}
	known := func(name string) bool { return kindOf(name) != cloudtrail.KindUnknown }
	return w.each(ctx, p, nil, cloudtrail.KindTrail.Folder(), known, func(name string) place { return p.kind(kindOf(name)) })
}

// each is one level down: the names that patterns spell out, or else the folders found.
func (w *walk) each(ctx context.Context, p place, patterns []string, lead string, valid func(string) bool,
	down func(string) place) ([]place, error) {
	names := distinct(patterns)
	if !cloudtrail.Exact(patterns) {
		var err error
		if names, err = w.names(ctx, p.prefix, max(lead, commonLead(patterns))); err != nil {
			return nil, err
		}
	}
	var below []place
	for _, name := range names {
		if valid(name) {
			below = append(below, down(name))
		}
	}
	return below, nil
}

func distinct(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// commonLead is what every name that matches one of patterns begins with.
func commonLead(patterns []string) string {
	if len(patterns) == 0 {
		return ""
	}
	lead := literal(patterns[0])
	for _, p := range patterns[1:] {
		lead = common(lead, literal(p))
	}
	return lead
}

func literal(pattern string) string {
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// common is the longest prefix of both.
func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}
