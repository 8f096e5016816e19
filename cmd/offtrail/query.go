package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
	"offtrail/sql/queries"
	"offtrail/store"
)

func (p *program) queryCommand() *cli.Command {
	return &cli.Command{
		Name:      "query",
		Usage:     "run a named query",
		ArgsUsage: "NAME [--PARAM VALUE...]",
		Description: `offtrail queries lists the names; offtrail queries show NAME says what a query asks, and its parameters.
Each event counts once, however often it was delivered; --as-delivered counts as Athena would.`,
		Flags: concat([]cli.Flag{
			dbFlag(),
			&cli.BoolFlag{Name: "as-delivered", Usage: "count repeated deliveries, as Athena does"},
			&cli.StringSliceFlag{Name: paramFlag, Usage: "set a parameter: `NAME=VALUE`, or short --NAME VALUE"},
		}, outputFlags(), []cli.Flag{memoryFlag()}),
		OnUsageError: onUsageError,
		Action:       p.query,
	}
}

func (p *program) query(c *cli.Context) error {
	if err := checkOutput(c); err != nil {
		return err
	}
	query, bound, err := bindArguments(c)
	if err != nil {
		return err
	}
	return p.ask(c, bound, query.Name, !c.Bool("as-delivered"))
}

// bindArguments finds the query that the command line names and writes its parameters into it.
func bindArguments(c *cli.Context) (*queries.Query, string, error) {
	catalog, err := queries.Embedded()
	if err != nil {
		return nil, "", err
	}
	switch c.Args().Len() {
	case 0:
		return nil, "", usage("no query named", "offtrail queries lists them")
	case 1:
	default:
		return nil, "", usage(fmt.Sprintf("unexpected argument %q", c.Args().Get(1)), "give parameters as --NAME VALUE")
	}
	query, err := catalog.Lookup(c.Args().First())
	if err != nil {
		return nil, "", usage(err.Error(), "offtrail queries lists them")
	}
	values := map[string]string{}
	for _, text := range c.StringSlice(paramFlag) {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return nil, "", usage(fmt.Sprintf("--param %s has no value", text), "write --param NAME=VALUE")
		}
		if _, twice := values[name]; twice {
			return nil, "", usage(fmt.Sprintf("parameter %q is given twice", name), "")
		}
		values[name] = value
	}
	bound, err := query.Bind(values)
	if err != nil {
		return nil, "", usage(err.Error(), "offtrail queries show "+query.Name+" lists the parameters")
	}
	return query, bound, nil
}

// ask runs a SELECT and prints its rows. once folds repeated deliveries, and says how many there are.
func (p *program) ask(c *cli.Context, text, name string, once bool) (err error) {
	file, err := p.openMarked(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows, err := file.Query(c.Context, text, store.QueryOptions{Once: once})
	if err != nil {
		return err
	}
	n, err := p.write(c, rows)
	if err != nil {
		if c.Context.Err() != nil {
			return errors.Join(errInterrupted, err)
		}
		return err
	}
	if name != "" {
		if err := p.askedNote(c, file, n, once); err != nil {
			return err
		}
	}
	return p.lackNote(c, file)
}

// lackNote says that the file is not whole, if it knows: no answer may look complete that is not.
func (p *program) lackNote(c *cli.Context, file *store.Store) error {
	lacks, err := file.Lacks(c.Context)
	if err != nil {
		return err
	}
	switch lacks.Outcome {
	case "interrupted", "failed", "killed":
		reached := ""
		if lacks.Unreached > 0 {
			reached = fmt.Sprintf(", %s not reached", count(lacks.Unreached, "object"))
		}
		p.note("this file is not whole: its last sync was %s%s; run that sync again", lacks.Outcome, reached)
	}
	if lacks.Unread > 0 {
		p.note("this file is not whole: %s could not be read: offtrail status --section failures", count(lacks.Unread, "object"))
	}
	if lacks.Empty {
		p.note("this file holds no records")
	}
	return nil
}

// askedNote says what the rows alone do not: that repeats were folded, or that there are none.
func (p *program) askedNote(c *cli.Context, file *store.Store, rows int64, once bool) error {
	repeats, err := file.Repeats(c.Context)
	if err != nil {
		return err
	}
	switch {
	case rows == 0:
		p.note("no row; parameters match whole and exactly, except that LIKE patterns are marked so: offtrail queries show %s", c.Args().First())
	case repeats > 0 && once:
		p.note("%s; %s in this file folded, --as-delivered counts them", count(rows, "row"), counted(repeats, "repeated delivery", "repeated deliveries"))
	case repeats > 0:
		p.note("%s; as delivered: %s in this file counted", count(rows, "row"), counted(repeats, "repeated delivery", "repeated deliveries"))
	default:
		p.note("%s; no repeated deliveries in this file", count(rows, "row"))
	}
	return nil
}

func (p *program) sqlCommand() *cli.Command {
	return &cli.Command{
		Name:      "sql",
		Usage:     "run one SELECT of your own",
		ArgsUsage: `["SELECT ..."]`,
		Description: `The SELECT comes from the argument, from -f FILE, or from standard input. Views: cloudtrail_logs (Athena's documented table, as
delivered), events (each event once, real types), cloudtrail_network_activity, insights, aggregated. Nothing but
the tables that offtrail status reads (objects, syncs, failures, quarantine, repeats, digests, records …) can be read, and
nothing can be written. DESCRIBE events shows a view's columns.`,
		Flags: concat([]cli.Flag{
			dbFlag(),
			&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Usage: "read the SELECT from `FILE`; - is standard input"},
		}, outputFlags(), []cli.Flag{memoryFlag()}),
		OnUsageError: onUsageError,
		Action:       p.sql,
	}
}

func (p *program) sql(c *cli.Context) error {
	if err := checkOutput(c); err != nil {
		return err
	}
	text, err := p.sqlText(c)
	if err != nil {
		return err
	}
	return p.ask(c, text, "", false)
}

// maxSQL is the longest SELECT that is read.
const maxSQL = 1 << 20

func (p *program) sqlText(c *cli.Context) (string, error) {
	path := c.String("file")
	switch n := c.Args().Len(); {
	case n > 1:
		return "", usage("more than one argument", "quote the SELECT: offtrail sql \"SELECT count(*) FROM events\"")
	case n == 1 && path != "":
		return "", usage("both an argument and --file", "give the SELECT once")
	case n == 1 && c.Args().First() != "-":
		return c.Args().First(), nil
	case n == 0 && path == "" && p.terminal(asFile(p.stdin)).IsTerminal:
		return "", usage("no SELECT", "offtrail sql \"SELECT count(*) FROM events\", or -f FILE, or pipe it in")
	}
	in := p.stdin
	if path != "" && path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSQL+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the SELECT: %w", err)
	case len(text) > maxSQL:
		return "", usage("the SELECT is longer than 1 MiB", "")
	case strings.TrimSpace(string(text)) == "":
		return "", usage("no SELECT", "offtrail sql \"SELECT count(*) FROM events\", or -f FILE, or pipe it in")
	}
	return string(text), nil
}

// asFile is the file behind a reader, as a writer, which is what a terminal is looked up by.
func asFile(r io.Reader) io.Writer {
	f, _ := r.(*os.File)
	if f == nil {
		return nil
	}
	return f
}

// counted writes a number of things whose plural is not regular.
func counted(n int64, one, many string) string {
	if n == 1 {
		return term.Count(n) + " " + one
	}
	return term.Count(n) + " " + many
}
