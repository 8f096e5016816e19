package main

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// table is a small answer that the program itself makes, as render.Rows.
type table struct {
	columns, types []string
	rows           [][]any
	at             int
}

func newTable(columns, types []string) *table { return &table{columns: columns, types: types, at: -1} }

func (t *table) add(values ...any) { t.rows = append(t.rows, values) }

func (t *table) Columns() []string { return t.columns }
func (t *table) Types() []string   { return t.types }
func (t *table) Next() bool        { t.at++; return t.at < len(t.rows) }
func (t *table) Values() []any     { return t.rows[t.at] }
func (t *table) Err() error        { return nil }
func (t *table) Close() error      { return nil }

func concat(groups ...[]cli.Flag) []cli.Flag { return slices.Concat(groups...) }

func onUsageError(c *cli.Context, err error, _ bool) error {
	return usage(err.Error(), c.Command.HelpName+" --help")
}
