package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
	"offtrail/ingest"
	"offtrail/ingest/s3source"
	"offtrail/store"
)

func (p *program) syncCommand() *cli.Command {
	return &cli.Command{
		Name:      "sync",
		Usage:     "bring CloudTrail objects into the database",
		ArgsUsage: "SOURCE...",
		Description: `SOURCE is s3://bucket[/prefix], a folder (a copied bucket, or a heap of files), a file, a tar, tar.gz, tar.zst or zip of
either, or - for standard input. What a file holds is found by its content.

A second sync fetches only what is new or changed. --from and --to are dates of delivery, which is what the keys say:
CloudTrail delivers an event minutes after it happened, and in rare cases days.`,
		Flags: concat([]cli.Flag{dbFlag()}, scopeFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "list, and say what would be fetched"},
			&cli.StringFlag{Name: "settled", Usage: "do not list a day again that was listed whole `AGE` after its end or later; 0 lists all", Value: "30d"},
			&cli.BoolFlag{Name: "full", Usage: "list settled days, too"},
			&cli.StringFlag{Name: "progress", Usage: "`FORM` of the progress on stderr: auto, json or none", Value: "auto"},
			memoryFlag(),
			&cli.IntFlag{Name: "commit-rows", Hidden: true, Usage: "commit when `N` records wait; 0 is what suits the file, less makes it larger and slower"},
			&cli.DurationFlag{Name: "commit-after", Hidden: true, Usage: "commit when records have waited for `TIME`, which bounds what a kill costs; 0 is what suits the file"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FORMAT` of the plan of --dry-run: table, csv, json, ndjson or markdown", Value: "table"},
		}, awsFlags()),
		OnUsageError: onUsageError,
		Action:       p.sync,
	}
}

func (p *program) sync(c *cli.Context) error {
	if c.Args().Len() == 0 {
		return usage("no source to sync", "offtrail sync s3://my-trail-bucket, or a folder, a file, an archive, or -")
	}
	if err := checkOutput(c); err != nil {
		return err
	}
	if err := checkReach(c); err != nil {
		return err
	}
	options, err := p.runOptions(c)
	if err != nil {
		return err
	}
	printer, err := p.printer(c)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return p.plan(c, options, printer)
	}
	storeOptions, err := p.storeOptions(c)
	if err != nil {
		return err
	}
	job := &syncJob{program: p, printer: printer, options: options, storeOptions: storeOptions, path: c.String("db")}
	return job.run(c.Context, func(skipped func(uri, reason string)) ([]ingest.Source, error) { return p.sources(c, skipped) }, os.Args[1:])
}

// runOptions are the flags that say what a run does.
func (p *program) runOptions(c *cli.Context) (ingest.Options, error) {
	scope, err := p.scope(c)
	if err != nil {
		return ingest.Options{}, err
	}
	settled, err := parseAge(c.String("settled"))
	if err != nil {
		return ingest.Options{}, usage("--settled: "+err.Error(), "write it like 30d, or 0 to list every day again")
	}
	return ingest.Options{
		Scope: scope, Settled: settled, Full: c.Bool("full") || settled == 0,
		Fetchers: c.Int("concurrency"), CommitRows: c.Int("commit-rows"), CommitAfter: c.Duration("commit-after"), Now: p.now,
	}, nil
}

func (p *program) printer(c *cli.Context) (term.Printer, error) {
	switch form := c.String("progress"); form {
	case "auto":
		return term.NewText(p.stderr, p.terminal(p.stderr), p.now), nil
	case "json":
		return term.NewJSON(p.stderr), nil
	case "none":
		return term.NewQuiet(p.stderr), nil
	default:
		return nil, usage(fmt.Sprintf("unknown form of progress %q", form), "choose auto, json or none")
	}
}

// syncJob is one sync: the run, what it says on the way, and what it leaves in the manifest.
type syncJob struct {
	*program
	printer      term.Printer
	options      ingest.Options
	storeOptions store.Options
	path         string

	counters ingest.Counters
	warnings warnings
}

// run syncs and prints the summary.
func (j *syncJob) run(ctx context.Context, open func(skipped func(uri, reason string)) ([]ingest.Source, error), arguments []string) (err error) {
	j.warnings.printer = j.printer
	sources, err := open(j.warnings.skipped)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll(sources)) }()
	file, err := store.Open(ctx, j.path, j.storeOptions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	manifest, err := ingest.LoadManifest(ctx, file)
	if err != nil {
		return err
	}
	number, err := file.BeginSync(ctx, version(), arguments)
	if err != nil {
		return err
	}
	j.options.Progress = &j.warnings
	defer context.AfterFunc(ctx, func() {
		j.printer.Message("info", "interrupted: committing what is complete; a second interrupt abandons it")
	})()
	began := j.now()
	enter, stop := j.follow(began)
	outcome, runErr := ingest.Run(ctx, sources, sink{file, number}, manifest, j.options, &j.counters)

	// What follows must be done even when the run was interrupted: it is quick, and the file is then ready to be asked.
	after := context.WithoutCancel(ctx)
	enter("finishing")
	finishErr := file.Finish(after)
	report := j.tally(number, runErr)
	endErr := file.EndSync(after, report, failures(outcome), listings(outcome))
	stop()
	j.warnings.rest()
	j.explain(runErr, report)
	last := j.snapshot("done", began)
	lines := j.summary(report, last.Elapsed)
	lacks, lackErr := file.Lacks(after)
	if before := lacks.Quarantined - report.Quarantined; before > 0 {
		lines = append(lines, count(before, "object")+" quarantined by an earlier sync: offtrail status --section quarantine")
	}
	j.printer.Done(last, lines...)
	return j.result(runErr, errors.Join(finishErr, endErr, lackErr), report)
}

// follow shows progress until stop is called. enter names a phase that the counters do not tell.
func (j *syncJob) follow(began time.Time) (enter func(phase string), stop func()) {
	phases, done := make(chan string), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		named := ""
		for {
			select {
			case name, open := <-phases:
				if !open {
					return
				}
				named = name
			case <-tick.C:
			}
			j.printer.Update(j.snapshot(cmp.Or(named, j.phase()), began))
		}
	}()
	return func(phase string) { phases <- phase }, func() { close(phases); <-done }
}

// phase is what a run does, as its counters tell.
func (j *syncJob) phase() string {
	c := &j.counters
	switch toFetch := c.ToFetch.Load(); {
	case !c.ListingDone.Load():
		return "listing"
	case toFetch > 0 && c.Fetched.Load()+c.Failed.Load() >= toFetch:
		return "storing"
	}
	return "fetching"
}

func (j *syncJob) snapshot(phase string, began time.Time) term.Snapshot {
	c := &j.counters
	return term.Snapshot{
		Phase: phase, Listed: c.Listed.Load(), ListedBytes: c.ListedBytes.Load(),
		ToFetch: c.ToFetch.Load(), ToFetchBytes: c.ToFetchBytes.Load(), Fetched: c.Fetched.Load(), FetchedBytes: c.FetchedBytes.Load(),
		ListingDone: c.ListingDone.Load(), Committed: c.Ingested.Load(), AlreadyThere: c.Already.Load(),
		Quarantined: c.Quarantined.Load(), Failed: c.Failed.Load(), Copies: c.Copies.Load(), SettledDays: c.SettledDays.Load(),
		Records: c.Records.Load(), Elapsed: j.now().Sub(began),
	}
}

// tally is the run as the manifest records it.
func (j *syncJob) tally(number int32, err error) store.Run {
	c := &j.counters
	r := store.Run{
		ID: number, Listed: c.Listed.Load(), Ingested: c.Ingested.Load(), Already: c.Already.Load(),
		Quarantined: c.Quarantined.Load(), Failed: c.Failed.Load(), Records: c.Records.Load(), Bytes: c.FetchedBytes.Load(),
	}
	var listing *ingest.ListError
	switch {
	case errors.Is(err, context.Canceled):
		r.Outcome = "interrupted"
	case err != nil && (!errors.As(err, &listing) || r.Listed == 0):
		r.Outcome = "failed"
	case err != nil || r.Quarantined+r.Failed > 0:
		r.Outcome = "partial"
	default:
		r.Outcome = "ok"
	}
	return r
}

// partly says that some source could not be listed and others were: the sync ends as partial, not as an error.
func partly(runErr error, r store.Run) bool {
	return runErr != nil && r.Outcome == "partial" && r.Listed > 0
}

// explain says why a sync is partial, where no object's message has said it.
func (j *syncJob) explain(runErr error, r store.Run) {
	if !partly(runErr, r) {
		return
	}
	text, hint := describe(runErr)
	j.printer.Message("error", text)
	if hint != "" {
		j.printer.Message("hint", hint)
	}
}

// result is the error that the exit code comes from.
func (j *syncJob) result(runErr, ownErr error, r store.Run) error {
	switch {
	case r.Outcome == "interrupted":
		return &hinted{errors.Join(errInterrupted, ownErr), "run the same command again to go on from here"}
	case ownErr != nil:
		return errors.Join(runErr, ownErr)
	case partly(runErr, r):
		return errPartial
	case runErr != nil:
		return runErr
	case r.Outcome == "partial":
		return errPartial
	}
	return nil
}

func failures(o *ingest.Outcome) (list []store.Failure) {
	for _, f := range o.Failures {
		list = append(list, store.Failure{URI: f.URI, Reason: reasonOf(f.Err)})
	}
	return list
}

// reasonOf is an object's error without the object, which whoever shows it names anyway.
func reasonOf(err error) string {
	if remote, ok := errors.AsType[*s3source.Error](err); ok {
		return remote.Err.Error()
	}
	return err.Error()
}

func listings(o *ingest.Outcome) (list []store.Listing) {
	for _, d := range o.Days {
		list = append(list, store.Listing{Prefix: d.Prefix, Day: d.Date})
	}
	return list
}
