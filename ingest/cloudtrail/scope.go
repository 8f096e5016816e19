package cloudtrail

import (
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scope says which objects the user asked for. An empty list means all. Patterns are matched with path.Match.
type Scope struct {
	Orgs     []string // organization IDs (o-…)
	Accounts []string // account IDs
	Regions  []string // Region names
	Kinds    []Kind   // nil means every kind
	From, To string   // delivery dates, YYYY-MM-DD, both inclusive; empty means open
}

// Match reports whether k is in scope. A part that k does not have is not in any list: a loose file whose account
// nobody knows is out as soon as accounts are asked for. Sources must not drop such a file in silence; see Unplaced.
func (s Scope) Match(k Key) bool {
	return s.MatchOrg(k.Org) && s.MatchAccount(k.Account) && s.MatchRegion(k.Region) && s.MatchKind(k.Kind) &&
		s.MatchDay(k.Day)
}

// Unplaced reports whether k is out of scope only because its key does not say enough: what it does say matches, and a
// filter asks for more. A source counts such objects and tells its user, who may want them after all.
func (s Scope) Unplaced(k Key) bool {
	may := func(part string, match func(string) bool) bool { return part == "" || match(part) }
	return !s.Match(k) && may(k.Org, s.MatchOrg) && may(k.Account, s.MatchAccount) && may(k.Region, s.MatchRegion) &&
		(k.Kind == KindUnknown || s.MatchKind(k.Kind)) && may(k.Day, s.MatchDay)
}

// MatchOrg reports whether an organization is in scope.
func (s Scope) MatchOrg(org string) bool { return matchAny(s.Orgs, org) }

// MatchAccount reports whether an account is in scope.
func (s Scope) MatchAccount(account string) bool { return matchAny(s.Accounts, account) }

// MatchRegion reports whether a Region is in scope.
func (s Scope) MatchRegion(region string) bool { return matchAny(s.Regions, region) }

// MatchKind reports whether a kind is in scope.
func (s Scope) MatchKind(k Kind) bool { return len(s.Kinds) == 0 || slices.Contains(s.Kinds, k) }

// MatchDay reports whether a date of delivery is in scope.
func (s Scope) MatchDay(day string) bool {
	if s.From == "" && s.To == "" {
		return true
	}
	return day != "" && day >= s.From && (s.To == "" || day <= s.To)
}

func matchAny(patterns []string, value string) bool {
	if len(patterns) == 0 {
		return true
	}
	return value != "" && slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, value)
		return ok && err == nil // Validate reports bad patterns
	})
}

// Exact reports whether patterns name their values one by one, so that nothing is left to be discovered.
func Exact(patterns []string) bool {
	return len(patterns) > 0 && !slices.ContainsFunc(patterns, isGlob)
}

func isGlob(pattern string) bool { return strings.ContainsAny(pattern, `*?[\`) }

// Validate finds what would match nothing, or not what was meant: better told now than by an empty answer later.
func (s Scope) Validate() error {
	return errors.Join(
		validate(s.Orgs, "organization", "o- and lower-case letters or digits", IsOrg),
		validate(s.Accounts, "account", "12 digits", IsAccount),
		validate(s.Regions, "region", "a name such as eu-west-1", IsRegion),
		s.validateDays(),
	)
}

func validate(patterns []string, what, want string, valid func(string) bool) error {
	var errs []error
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			errs = append(errs, fmt.Errorf("%s pattern %q: %w", what, p, err))
		} else if !isGlob(p) && !valid(p) {
			errs = append(errs, fmt.Errorf("%s %q: want %s, or a pattern with * and ?", what, p, want))
		}
	}
	return errors.Join(errs...)
}

func (s Scope) validateDays() error {
	for _, day := range []string{s.From, s.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("date %q: want YYYY-MM-DD", day)
		}
	}
	if s.From != "" && s.To != "" && s.From > s.To {
		return fmt.Errorf("dates from %s to %s: the first is after the last", s.From, s.To)
	}
	return nil
}

// Days yields the dates from first to last, both inclusive, as YYYY-MM-DD. It yields nothing when either is no date.
func Days(first, last string) iter.Seq[string] {
	return func(yield func(string) bool) {
		day, err1 := time.Parse(time.DateOnly, first)
		end, err2 := time.Parse(time.DateOnly, last)
		if err1 != nil || err2 != nil {
			return
		}
		for ; !day.After(end); day = day.AddDate(0, 0, 1) {
			if !yield(day.Format(time.DateOnly)) {
				return
			}
		}
	}
}

// ParseDate turns what a user writes into a UTC date, YYYY-MM-DD: a date, an RFC 3339 time, today, yesterday, or a span
// before now such as 12h, 30d or 2w.
func ParseDate(text string, now time.Time) (string, error) {
	at, err := parseTime(strings.TrimSpace(text), now.UTC())
	if err != nil {
		return "", fmt.Errorf("parse date %q: %w", text, err)
	}
	if y := at.Year(); y < 0 || y > 9999 {
		return "", fmt.Errorf("parse date %q: year %d is out of range", text, y)
	}
	return at.Format(time.DateOnly), nil
}

func parseTime(text string, now time.Time) (time.Time, error) {
	switch strings.ToLower(text) {
	case "today":
		return now, nil
	case "yesterday":
		return now.AddDate(0, 0, -1), nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	return before(now, text)
}

// before counts in calendar days, not in 24 hours, which in UTC is the same.
func before(now time.Time, span string) (time.Time, error) {
	const maxSpan = 1_000_000 // keeps the arithmetic far from overflow; a typo, not a wish
	if span != "" {
		n, err := strconv.ParseUint(span[:len(span)-1], 10, 32)
		if err == nil && n <= maxSpan {
			switch span[len(span)-1] {
			case 'h':
				return now.Add(-time.Duration(n) * time.Hour), nil
			case 'd':
				return now.AddDate(0, 0, -int(n)), nil
			case 'w':
				return now.AddDate(0, 0, -7*int(n)), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("want YYYY-MM-DD, an RFC 3339 time, today, yesterday, or a span such as 12h, 30d, 2w")
}
