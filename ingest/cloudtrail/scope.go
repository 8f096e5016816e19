package cloudtrail

// Scope says which objects the user asked for. An empty list means all. Patterns are matched with path.Match.
type Scope struct {
	Orgs     []string // organization IDs (o-…)
	Accounts []string // account IDs
	Regions  []string // Region names
	Kinds    []Kind   // nil means every kind
	From, To string   // delivery dates, YYYY-MM-DD, both inclusive; empty means open
}
