package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/render"
	"offtrail/sql/status"
	"offtrail/store"
)

func (p *program) statusCommand() *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "show what the database holds, and what it lacks",
		Description: `Sections: ` + strings.Join(status.Sections(), ", ") + `.
Without --section, table, markdown and json show all; csv and ndjson show coverage.`,
		Flags: concat([]cli.Flag{
			dbFlag(),
			&cli.StringFlag{Name: "section", Usage: "only `SECTION`"},
		}, outputFlags(), []cli.Flag{memoryFlag()}),
		OnUsageError: onUsageError,
		Action:       p.status,
	}
}

func (p *program) status(c *cli.Context) (err error) {
	if err := checkOutput(c); err != nil {
		return err
	}
	if err := noArguments(c); err != nil {
		return err
	}
	sections, err := statusSections(c)
	if err != nil {
		return err
	}
	file, err := p.openRead(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	reports := make([]*store.Report, len(sections))
	for i, section := range sections {
		if reports[i], err = file.Status(c.Context, section); err != nil {
			return err
		}
		if section == "summary" {
			if err := addFile(reports[i], file); err != nil {
				return err
			}
		}
	}
	if len(sections) == 1 {
		_, err := p.write(c, reportRows(reports[0]))
		return err
	}
	if c.String("output") == string(render.JSON) {
		return p.statusObject(c, sections, reports)
	}
	return p.statusPages(c, sections, reports)
}

// statusSections is which sections to show.
func statusSections(c *cli.Context) ([]string, error) {
	if section := c.String("section"); section != "" {
		if !slices.Contains(status.Sections(), section) {
			return nil, usage(fmt.Sprintf("unknown section %q", section), "choose one of "+strings.Join(status.Sections(), ", "))
		}
		return []string{section}, nil
	}
	switch render.Format(c.String("output")) {
	case render.CSV, render.NDJSON:
		return []string{"coverage"}, nil
	}
	return status.Sections(), nil
}

// addFile adds to the summary what only the file system knows.
func addFile(r *store.Report, file *store.Store) error {
	size, err := file.Size()
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows, []any{"bytes of the database file", size})
	return nil
}

func reportRows(r *store.Report) *table {
	return &table{columns: r.Columns, types: r.Types, rows: r.Rows, at: -1}
}

// statusPages prints the sections one below another.
func (p *program) statusPages(c *cli.Context, sections []string, reports []*store.Report) error {
	mark := ""
	if c.String("output") == string(render.Markdown) {
		mark = "## "
	}
	for i, section := range sections {
		if len(reports[i].Rows) == 0 {
			if _, err := fmt.Fprintf(p.stdout, "%s%s: none\n\n", mark, section); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(p.stdout, "%s%s\n\n", mark, section); err != nil {
			return err
		}
		if _, err := p.write(c, reportRows(reports[i])); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.stdout); err != nil {
			return err
		}
	}
	return nil
}

// statusObject prints all sections as one JSON object.
func (p *program) statusObject(_ *cli.Context, sections []string, reports []*store.Report) error {
	all := map[string]json.RawMessage{}
	for i, section := range sections {
		var text strings.Builder
		if _, err := render.Write(&text, render.JSON, reportRows(reports[i]), render.Options{}); err != nil {
			return err
		}
		all[section] = json.RawMessage(text.String())
	}
	out := json.NewEncoder(p.stdout)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

func noArguments(c *cli.Context) error {
	if c.Args().Len() > 0 {
		return usage(fmt.Sprintf("unexpected argument %q", c.Args().First()), c.Command.HelpName+" --help")
	}
	return nil
}
