package main

import (
	"github.com/urfave/cli/v2"

	"offtrail/store"
)

// openRead opens the database to read it.
func (p *program) openRead(c *cli.Context) (*store.Store, error) {
	options, err := p.storeOptions(c)
	if err != nil {
		return nil, err
	}
	return store.OpenReadOnly(c.Context, c.String("db"), options)
}
