package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"offtrail/store"
)

// openMarked opens the database to ask it. When a sync was killed before it had marked repeats, that is done first: a
// count of events would be wrong without it.
func (p *program) openMarked(c *cli.Context) (*store.Store, error) {
	file, err := p.openRead(c)
	if err != nil {
		return nil, err
	}
	behind, err := file.RepeatsBehind(c.Context)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !behind {
		return file, nil
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	if err := p.markRepeats(c); err != nil {
		p.note("a sync was cut short before it marked repeated deliveries, and that cannot be made up for here (%v): repeats in its last objects count as events", err)
	}
	return p.openRead(c)
}

func (p *program) markRepeats(c *cli.Context) error {
	options, err := p.storeOptions(c)
	if err != nil {
		return err
	}
	file, err := store.Open(c.Context, c.String("db"), options)
	if err != nil {
		return err
	}
	return errors.Join(file.MarkRepeats(c.Context), file.Close())
}
