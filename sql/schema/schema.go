// Package schema holds the statements that make and upgrade an offtrail database, in order. It runs none of them.
package schema

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.sql
var files embed.FS

// Migration is one versioned step. Each runs in one transaction, once, and is never edited after a release.
type Migration struct {
	Version int
	Name    string
	SQL     string
}

// Migrations returns every step in order of version. A version that is missing, doubled or malformed is an error.
func Migrations() ([]Migration, error) { return load(files) }

func load(fsys fs.FS) ([]Migration, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var steps []Migration
	for _, name := range names {
		digits, rest, _ := strings.Cut(strings.TrimSuffix(name, ".sql"), "_")
		version, err := strconv.Atoi(digits)
		if err != nil || len(digits) != 4 || rest == "" {
			return nil, fmt.Errorf("migration %q: name is not NNNN_name.sql", name)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %q: %w", name, err)
		}
		steps = append(steps, Migration{Version: version, Name: rest, SQL: string(text)})
	}
	slices.SortFunc(steps, func(a, b Migration) int { return cmp.Compare(a.Version, b.Version) })
	for i, step := range steps {
		if step.Version != i+1 {
			return nil, fmt.Errorf("migration %04d_%s: expected version %04d", step.Version, step.Name, i+1)
		}
	}
	return steps, nil
}
