package ingest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"offtrail/ingest/cloudtrail"
)

// PlanLine is what a sync would do for one account and Region.
type PlanLine struct {
	Source, Account, Region string
	Kind                    cloudtrail.Kind
	Objects, Bytes          int64 // listed
	New, NewBytes           int64 // to fetch: new or changed
	Already                 int64
	FirstDay, LastDay       string // of what is to fetch
}

// Plan lists the sources and says what a sync would fetch, without fetching it.
func Plan(ctx context.Context, sources []Source, manifest *Manifest, opts Options, counters *Counters) ([]PlanLine, error) {
	lines := map[PlanLine]*PlanLine{} // by a line with nothing counted yet
	err := list(ctx, sources, manifest, opts, counters, func(o planned) error {
		start := PlanLine{Source: o.source.URI(), Account: o.Name.Account, Region: o.Name.Region, Kind: o.Name.Kind}
		line := lines[start]
		if line == nil {
			line = new(start)
			lines[start] = line
		}
		line.Objects++
		line.Bytes += max(o.Size, 0)
		if o.standing == Already {
			line.Already++
			return nil
		}
		line.New++
		line.NewBytes += max(o.Size, 0)
		if day := o.Name.Day; day != "" {
			if line.FirstDay == "" || day < line.FirstDay {
				line.FirstDay = day
			}
			line.LastDay = max(line.LastDay, day)
		}
		return nil
	})
	plan := make([]PlanLine, 0, len(lines))
	for line := range maps.Values(lines) {
		plan = append(plan, *line)
	}
	slices.SortFunc(plan, func(a, b PlanLine) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Kind, b.Kind))
	})
	return plan, err
}

// planned is a listed object with what the manifest says of it.
type planned struct {
	cloudtrail.Object
	source   Source
	standing Standing
	replaces int32
	stem     uint64 // the hash of its name, for what is to be fetched
}

// list lists every source in turn and yields what it finds. An error of one source does not keep the others from being
// listed; an error of yield does.
func list(ctx context.Context, sources []Source, manifest *Manifest, opts Options, counters *Counters, yield func(planned) error) error {
	var errs listErrors
	for _, source := range sources {
		var stop error
		settled := settledDays(source, manifest, opts, counters)
		err := source.List(ctx, opts.Scope, settled, func(o cloudtrail.Object) error {
			if stop != nil {
				return stop // it was told already
			}
			counters.Listed.Add(1)
			counters.ListedBytes.Add(max(o.Size, 0))
			standing, replaces := manifest.Look(o)
			stop = yield(planned{Object: o, source: source, standing: standing, replaces: replaces})
			return stop
		})
		switch {
		case stop != nil:
			return stop
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			errs = append(errs, &ListError{Source: source.URI(), Err: err})
		}
	}
	counters.ListingDone.Store(true)
	return errs.join()
}

// settledDays returns the test for days of the source that need not be listed again, or nil when all are listed.
func settledDays(source Source, manifest *Manifest, opts Options, counters *Counters) func(Day) bool {
	if _, settles := source.(Settler); !settles || opts.Full {
		return nil
	}
	settled := manifest.Settled(opts.Settled)
	return func(d Day) bool {
		is := settled(d)
		if is {
			counters.SettledDays.Add(1)
		}
		return is
	}
}
