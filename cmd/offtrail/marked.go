package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"offtrail/store"
)

// openMarked opens the database to ask it. When a sync was killed before it had finished, that is made up for first: a count
// of events would be wrong without it.
func (p *program) openMarked(c *cli.Context) (*store.Store, error) {
	file, err := p.openRead(c)
	if err != nil {
		return nil, err
	}
	unfinished, err := file.Unfinished(c.Context)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !unfinished {
		return file, nil
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	if err := p.finish(c); err != nil {
		p.note("a sync was cut short before it marked repeated deliveries, and that cannot be made up for here (%v): repeats in its last objects count as events", err)
	}
	return p.openRead(c)
}

func (p *program) finish(c *cli.Context) error {
	options, err := p.storeOptions(c)
	if err != nil {
		return err
	}
	file, err := store.Open(c.Context, c.String("db"), options)
	if err != nil {
		return err
	}
	return errors.Join(file.Finish(c.Context), file.Close())
}
