package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"offtrail/ingest/cloudtrail"
)

// StoredRecord is one delivery of an event, with all that is known of where it came from.
type StoredRecord struct {
	Object     Place
	Position   int32           // index in the object
	Kind       cloudtrail.Kind // KindAggregated for an aggregated record
	Superseded bool            // the object's place holds other bytes now
	Repeat     *Repeat         // nil for the first delivery of an event
	Copies     []Place         // where else the same content was seen
	Record     []byte          // the record, equal to the delivered one as JSON, or byte for byte when it is in Kept
	Kept       []Kept          // what was kept as it was delivered: the record itself, or an envelope around it
}

// Repeat names the first delivery of an event that was delivered more than once.
type Repeat struct {
	URI      string
	Position int32
	Same     bool // nothing in the record differs from it
}

// Kept is text that was kept byte for byte, and why.
type Kept struct {
	Reason string
	Body   []byte
}

// The tables that hold rows as cloudtrail.Batch makes them.
const (
	currentRecords    = "records"
	supersededRecords = "superseded_records"
)

// Records returns every delivery of the event, in the order in which they came in; none when there is no such event.
func (s *Store) Records(ctx context.Context, eventID string) ([]StoredRecord, error) {
	var found []StoredRecord
	// An eventID that is a UUID has a column of its own, which DuckDB searches without reading the table.
	condition := "event_id IS NULL AND (rest->>'$.eventID') = ?"
	if _, is := cloudtrail.ParseUUID([]byte(eventID)); is {
		condition = "event_id = CAST(? AS UUID)"
	}
	for _, table := range []string{currentRecords, supersededRecords} {
		records, err := s.rowsWhere(ctx, table, condition, eventID)
		if err != nil {
			return nil, s.explain("read records", err)
		}
		found = append(found, records...)
	}
	aggregated, err := s.aggregatedWhere(ctx, "(record->>'$.eventId') = ?", eventID)
	if err != nil {
		return nil, s.explain("read aggregated records", err)
	}
	found = append(found, aggregated...)
	for i := range found {
		if err := s.trace(ctx, &found[i]); err != nil {
			return nil, s.explain("read where a record came from", err)
		}
	}
	return found, nil
}

// rowsWhere reads rows of one table and restores their records.
func (s *Store) rowsWhere(ctx context.Context, table, condition string, arguments ...any) ([]StoredRecord, error) {
	kept, err := s.keptWhere(ctx, table, condition, arguments...)
	if err != nil {
		return nil, err
	}
	var row cloudtrail.Stored
	var plan selection
	plan.fields(cloudtrail.Fields(), "", &row)
	rows, err := s.db.QueryContext(ctx, "SELECT object_id, position, kind, rest, nulls, "+strings.Join(plan.columns, ", ")+
		" FROM "+table+" WHERE "+condition+" ORDER BY object_id, position", arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []StoredRecord
	for rows.Next() {
		row = cloudtrail.Stored{}
		r := StoredRecord{Superseded: table == supersededRecords}
		into := append([]any{&r.Object.ID, &r.Position, &r.Kind, &row.Rest, &row.Nulls}, plan.into...)
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r.Kept = kept[spot{r.Object.ID, r.Position}]
		for _, k := range r.Kept {
			if cloudtrail.KeptWhole(k.Reason) {
				row.Original = k.Body
			}
		}
		if r.Record, err = cloudtrail.Restore(&row); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// spot is where a record stands in the store.
type spot struct{ object, position int32 }

// keptWhere reads what was kept as delivered of the same rows.
func (s *Store) keptWhere(ctx context.Context, table, condition string, arguments ...any) (map[spot][]Kept, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT object_id, position, reason, body FROM originals SEMI JOIN (SELECT object_id, position FROM "+
		table+" WHERE "+condition+") USING (object_id, position)", arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	kept := map[spot][]Kept{}
	for rows.Next() {
		var at spot
		var k Kept
		if err := rows.Scan(&at.object, &at.position, &k.Reason, &k.Body); err != nil {
			return nil, err
		}
		kept[at] = append(kept[at], k)
	}
	return kept, rows.Err()
}

func (s *Store) aggregatedWhere(ctx context.Context, condition string, arguments ...any) ([]StoredRecord, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT object_id, position, record FROM aggregated_records WHERE "+condition+
		" ORDER BY object_id, position", arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []StoredRecord
	for rows.Next() {
		r := StoredRecord{Kind: cloudtrail.KindAggregated}
		if err := rows.Scan(&r.Object.ID, &r.Position, &r.Record); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// selection is what to select of a table of records, and where in a row to put it.
type selection struct {
	columns []string
	into    []any
}

// fields adds the fields of the record or, with the prefix of its column, of a Struct in it.
func (s *selection) fields(fields []cloudtrail.Field, prefix string, row *cloudtrail.Stored) {
	for _, f := range fields {
		column := prefix + quoteName(columnOf(f))
		switch f.Type {
		case cloudtrail.Text, cloudtrail.JSON:
			s.add(column, &row.Texts[f.Slot])
		case cloudtrail.Bool:
			s.add(column, &row.Bools[f.Slot])
		case cloudtrail.Time:
			s.add(column, &row.Time)
		case cloudtrail.UUID:
			s.add("CAST("+column+" AS VARCHAR)", &row.ID)
		case cloudtrail.List:
			s.add(column, resourceScan{&row.Resources})
		case cloudtrail.Map:
			s.add("map_entries("+column+")", webScan{&row.Web})
		case cloudtrail.Struct:
			s.add("("+column+" IS NOT NULL)", &row.Present[f.Slot])
			s.fields(f.Fields, column+".", row)
		}
	}
}

func (s *selection) add(column string, into any) {
	s.columns = append(s.columns, column)
	s.into = append(s.into, into)
}

// columnOf names the column that holds a field: Athena's name, unless the column has a type that Athena's has not.
func columnOf(f cloudtrail.Field) string {
	switch f.JSON {
	case "eventTime":
		return "event_time"
	case "eventID":
		return "event_id"
	case "readOnly":
		return "read_only"
	}
	return f.Column
}

var _ sql.Scanner = resourceScan{}

// resourceScan reads a LIST of STRUCTs.
type resourceScan struct{ into **[]cloudtrail.Resource }

func (r resourceScan) Scan(value any) error {
	entries, err := structsOf(value)
	if entries == nil || err != nil {
		return err
	}
	list := make([]cloudtrail.Resource, len(entries))
	for i, e := range entries {
		list[i] = cloudtrail.Resource{textOf(e["arn"]), textOf(e["accountid"]), textOf(e["type"])}
	}
	*r.into = &list
	return nil
}

var _ sql.Scanner = webScan{}

// webScan reads the entries of a MAP.
type webScan struct{ into **[]cloudtrail.WebAttribute }

func (w webScan) Scan(value any) error {
	entries, err := structsOf(value)
	if entries == nil || err != nil {
		return err
	}
	list := make([]cloudtrail.WebAttribute, len(entries))
	for i, e := range entries {
		if key := textOf(e["key"]); key != nil {
			list[i] = cloudtrail.WebAttribute{Key: *key, Value: textOf(e["value"])}
		}
	}
	*w.into = &list
	return nil
}

// structsOf returns a LIST of STRUCTs as the driver gives it; nil for NULL.
func structsOf(value any) ([]map[string]any, error) {
	if value == nil {
		return nil, nil
	}
	list, is := value.([]any)
	if !is {
		return nil, fmt.Errorf("read list: the driver gives %T", value)
	}
	entries := make([]map[string]any, len(list))
	for i, element := range list {
		if entries[i], is = element.(map[string]any); !is {
			return nil, fmt.Errorf("read list element: the driver gives %T", element)
		}
	}
	return entries, nil
}

func textOf(value any) *string {
	text, is := value.(string)
	if !is {
		return nil
	}
	return &text
}
