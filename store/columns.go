package store

import (
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"offtrail/ingest/cloudtrail"
)

// recordColumns returns the writers of the columns of table records, in its order: where each record came from, the
// fields of the format, and what they could not hold.
func recordColumns() []column {
	columns := []column{
		perRun(func(r cloudtrail.Run) int32 { return r.Object.ID }),
		func(v mapping.Vector, b *cloudtrail.Batch) { fillFixed(v, b.Position[:b.Rows], nil) },
		func(v mapping.Vector, b *cloudtrail.Batch) { fillFixed(v, b.Kind[:b.Rows], nil) },
		place(func(r cloudtrail.Run) cloudtrail.Span { return r.Account }, "recipientAccountId"),
		place(func(r cloudtrail.Run) cloudtrail.Span { return r.Region }, "awsRegion"),
		delivered,
	}
	for _, f := range cloudtrail.Fields() {
		columns = append(columns, fieldColumn(f))
	}
	return append(columns,
		func(v mapping.Vector, b *cloudtrail.Batch) { fillText(v, b.Arena, b.Rest[:b.Rows]) },
		func(v mapping.Vector, b *cloudtrail.Batch) { fillFixed(v, b.Nulls[:b.Rows], nil) },
	)
}

// fieldColumn returns the writer of a field of the record.
func fieldColumn(f cloudtrail.Field) column {
	slot := f.Slot
	switch f.Type {
	case cloudtrail.Text, cloudtrail.JSON:
		return func(v mapping.Vector, b *cloudtrail.Batch) { fillText(v, b.Arena, b.Texts[slot][:b.Rows]) }
	case cloudtrail.Bool:
		return func(v mapping.Vector, b *cloudtrail.Batch) { fillBools(v, b.Bools[slot][:b.Rows]) }
	case cloudtrail.Time:
		return func(v mapping.Vector, b *cloudtrail.Batch) { fillFixed(v, b.Time[:b.Rows], b.HasTime[:b.Rows]) }
	case cloudtrail.UUID:
		return func(v mapping.Vector, b *cloudtrail.Batch) { fillUUIDs(v, b.ID[:b.Rows], b.HasID[:b.Rows]) }
	case cloudtrail.List:
		return func(v mapping.Vector, b *cloudtrail.Batch) {
			fillList(v, b.Arena, b.HasResources[:b.Rows], &b.Resources, 3)
		}
	case cloudtrail.Map:
		return func(v mapping.Vector, b *cloudtrail.Batch) { fillList(v, b.Arena, b.HasWeb[:b.Rows], &b.Web, 2) }
	case cloudtrail.Struct:
		return structColumn(f)
	}
	panic(fmt.Sprintf("field %s has no column", f.JSON)) // the schema is a constant of the program
}

func structColumn(f cloudtrail.Field) column {
	children := make([]column, len(f.Fields))
	for i, child := range f.Fields {
		children[i] = fieldColumn(child)
	}
	return func(v mapping.Vector, b *cloudtrail.Batch) {
		fillPresent(v, b.Present[f.Slot][:b.Rows])
		for i, fill := range children {
			fill(mapping.StructVectorGetChild(v, mapping.IdxT(i)), b)
		}
	}
}

// perRun writes a value that all rows of an object share.
func perRun[T any](value func(cloudtrail.Run) T) column {
	return func(v mapping.Vector, b *cloudtrail.Batch) {
		values := vectorOf[T](v, b.Rows)
		for _, run := range b.Runs {
			x := value(run)
			for row := run.From; row < run.To; row++ {
				values[row] = x
			}
		}
	}
}

// place writes a part of the key; for an object whose key lacks it, the record's own field, so that a loose file still
// answers to a filter on account or Region.
func place(part func(cloudtrail.Run) cloudtrail.Span, field string) column {
	slot := cloudtrail.Slot(field)
	return func(v mapping.Vector, b *cloudtrail.Batch) {
		values, mask := vectorOf[duckText](v, b.Rows), validity(v, b.Rows)
		for _, run := range b.Runs {
			for row := run.From; row < run.To; row++ {
				span := part(run)
				if span.IsNull() {
					span = b.Texts[slot][row]
				}
				if span.IsNull() {
					setNull(mask, row)
					continue
				}
				putText(&values[row], b.Text(span))
			}
		}
	}
}

// delivered writes the day of delivery as YYYY/MM/DD; for an object whose key lacks it, the day of the event.
func delivered(v mapping.Vector, b *cloudtrail.Batch) {
	values, mask := vectorOf[duckText](v, b.Rows), validity(v, b.Rows)
	for _, run := range b.Runs {
		for row := run.From; row < run.To; row++ {
			switch {
			case !run.Day.IsNull():
				putText(&values[row], b.Text(run.Day))
			case b.HasTime[row]:
				putText(&values[row], time.UnixMicro(b.Time[row]).UTC().AppendFormat(nil, "2006/01/02"))
			default:
				setNull(mask, row)
			}
		}
	}
}
