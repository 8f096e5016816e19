package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
	"offtrail/sql/queries"
)

func (p *program) queriesCommand() *cli.Command {
	return &cli.Command{
		Name:         "queries",
		Usage:        "list the named queries, or show one",
		Flags:        concat([]cli.Flag{&cli.StringFlag{Name: "search", Usage: "only those with `TEXT` in name, title, tags or text"}}, outputFlags()),
		OnUsageError: onUsageError,
		Action:       p.listQueries,
		Subcommands: []*cli.Command{{
			Name:      "show",
			Usage:     "show a query's parameters, and its SQL for Athena",
			ArgsUsage: "NAME [--PARAM VALUE...]",
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "sql", Usage: "only the text for Athena"},
				&cli.StringSliceFlag{Name: paramFlag, Usage: "set a parameter: `NAME=VALUE`, or short --NAME VALUE"},
			},
			OnUsageError: onUsageError,
			Action:       p.showQuery,
		}},
	}
}

func (p *program) listQueries(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	catalog, err := queries.Embedded()
	if err != nil {
		return err
	}
	rows := newTable([]string{"name", "title", "parameters", "tags"}, []string{"VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"})
	found := catalog.All()
	if text := c.String("search"); text != "" {
		found = catalog.Search(text)
	}
	for _, q := range found {
		var params []string
		for _, param := range q.Params {
			params = append(params, param.Name)
		}
		rows.add(q.Name, q.Title, strings.Join(params, " "), strings.Join(q.Tags, " "))
	}
	_, err = p.write(c, rows)
	return err
}

// showQuery prints what a query asks. Parameters that are required and not given stand as they do in the file.
func (p *program) showQuery(c *cli.Context) error {
	catalog, err := queries.Embedded()
	if err != nil {
		return err
	}
	if c.Args().Len() != 1 {
		return usage("name one query", "offtrail queries lists them")
	}
	query, err := catalog.Lookup(c.Args().First())
	if err != nil {
		return usage(err.Error(), "offtrail queries lists them")
	}
	text := query.SQL
	if _, bound, err := bindArguments(c); err == nil {
		text = bound
	} else if len(c.StringSlice(paramFlag)) > 0 {
		return err
	}
	if c.Bool("sql") {
		_, err := fmt.Fprintln(p.stdout, strings.TrimSpace(query.Athena(text)))
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", query.Name, query.Title)
	writeProse(&b, query.About)
	if len(query.Params) > 0 {
		b.WriteString("\nParameters:\n")
		rows := make([][2]string, len(query.Params))
		for i, param := range query.Params {
			rows[i] = [2]string{fmt.Sprintf("--%s %s", param.Name, strings.ToUpper(string(param.Type))), param.Doc + " (" + defaultOf(param) + ")"}
		}
		writeRows(&b, rows)
	}
	if len(query.Tags) > 0 {
		fmt.Fprintf(&b, "\nTags: %s\n", strings.Join(query.Tags, ", "))
	}
	fmt.Fprintf(&b, "\nFor Athena:\n\n%s\n", strings.TrimSpace(query.Athena(text)))
	_, err = fmt.Fprint(p.stdout, safeLines(b.String()))
	return err
}

// defaultOf says what a parameter is when it is not given.
func defaultOf(param queries.Param) string {
	switch {
	case param.Default != nil:
		return "default " + term.Safe(*param.Default)
	case param.Nullable:
		return "optional"
	}
	return "required"
}
