package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
	"offtrail/ingest"
	"offtrail/store"
)

// plan is sync --dry-run: it lists, compares with the database if there is one, and prints what a sync would fetch.
func (p *program) plan(c *cli.Context, options ingest.Options, printer term.Printer) (err error) {
	warned := warnings{printer: printer}
	manifest, err := p.planManifest(c)
	if err != nil {
		return err
	}
	sources, err := p.sources(c, warned.skipped)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(sources)) }()
	var counters ingest.Counters
	lines, listErr := ingest.Plan(c.Context, sources, manifest, options, &counters)
	if listErr != nil && counters.Listed.Load() == 0 {
		return listErr
	}
	rows := newTable([]string{"source", "account", "region", "kind", "objects", "bytes", "new", "newbytes", "already", "firstday", "lastday"},
		[]string{"VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR"})
	var fetch, size int64
	for _, l := range lines {
		rows.add(l.Source, orNull(l.Account), orNull(l.Region), l.Kind.String(), l.Objects, l.Bytes, l.New, l.NewBytes, l.Already, orNull(l.FirstDay), orNull(l.LastDay))
		fetch += l.New
		size += l.NewBytes
	}
	if _, err := p.write(c, rows); err != nil {
		return err
	}
	listed := counters.Listed.Load()
	p.note("%s listed, %s already there, %s (%s) to fetch; nothing was fetched", count(listed, "object"), term.Count(listed-fetch), term.Count(fetch), term.Size(float64(size)))
	if n := counters.SettledDays.Load(); n > 0 {
		p.note("%s not listed again; --full lists them, too", count(n, "settled day"))
	}
	return listErr
}

// planManifest reads the database's manifest, if there is a database: a dry run makes none.
func (p *program) planManifest(c *cli.Context) (*ingest.Manifest, error) {
	path := c.String("db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return ingest.EmptyManifest(), nil
	}
	options, err := p.storeOptions(c)
	if err != nil {
		return nil, err
	}
	file, err := store.OpenReadOnly(c.Context, path, options)
	if err != nil {
		return nil, err
	}
	manifest, err := ingest.LoadManifest(c.Context, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return manifest, nil
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
