package cloudtrail

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Stored is a row as the store holds it: what Batch says of it, one row at a time. nil says absent.
type Stored struct {
	Texts     [texts]*string  // by Slot of Text and JSON fields
	Present   [structs]bool   // by Slot of Struct fields
	Bools     [bools]*bool    // by Slot of Bool fields
	Time      *time.Time      // eventTime
	ID        *string         // eventID, in lower case
	Resources *[]Resource     // nil is no list, empty is an empty one
	Web       *[]WebAttribute // likewise
	Rest      *string
	Nulls     uint32
	Original  []byte // the record as delivered, when it was kept whole
}

// Resource is an element of resources: its ARN, accountId and type, in the order of the field's Fields.
type Resource [3]*string

// WebAttribute is an entry of userIdentity.sessionContext.webIdFederationData.attributes.
type WebAttribute struct {
	Key   string
	Value *string
}

// KeptWhole reports whether an Original with this reason is the record itself, rather than what was around it.
func KeptWhole(reason string) bool { return reason != whyEnvelope }

// Restore returns the record that the row was made of: byte for byte where it was kept whole, otherwise equal as JSON, with
// numbers as they were spelled and keys in the order of Fields.
func Restore(row *Stored) ([]byte, error) {
	if row.Original != nil {
		return row.Original, nil
	}
	var rest []pair
	if row.Rest != nil {
		overlay := piece{[]byte(*row.Rest), -1}
		if !isObject(overlay.text) {
			return nil, fmt.Errorf("restore record: column rest: %w", errNotJSON)
		}
		rest = pairsOf(overlay)
	}
	w := restorer{row: row}
	w.object(schema.fields, rest, true)
	return w.out, w.err
}

var errNotJSON = errors.New("not the JSON that offtrail writes")

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' && isJSON(text) }

// isJSON reports whether text is one JSON value and nothing else.
func isJSON(text []byte) bool {
	s := scanner{b: append(slices.Clip(text), '\n')} // a number ends where something else begins
	return s.value() == ok && s.space() == short
}

// restorer writes a record from a row.
type restorer struct {
	row *Stored
	out []byte
	err error
}

// object writes an object: what the columns say of each field, or what the overlay says instead, and then the overlay's
// other pairs.
func (w *restorer) object(fields []Field, overlay []pair, top bool) {
	w.out = append(w.out, '{')
	for i := range fields {
		f := &fields[i]
		over, used := lookUp(overlay, f.JSON)
		if used >= 0 {
			overlay[used].key = nil // written
		}
		switch {
		case used >= 0 && (f.Type != Struct || !w.row.Present[f.Slot] || over[0] != '{'):
			w.key(f.JSON)
			w.out = append(w.out, over...)
		case f.Type == Struct && w.row.Present[f.Slot]:
			w.key(f.JSON)
			var inner []pair
			if used >= 0 {
				inner = pairsOf(piece{over, -1})
			}
			w.object(f.Fields, inner, false)
		case !w.field(f) && top && w.row.Nulls&(1<<f.null) != 0:
			w.key(f.JSON)
			w.out = append(w.out, "null"...)
		}
	}
	for _, pair := range overlay {
		if pair.key == nil {
			continue
		}
		w.comma()
		w.out = append(w.out, '"')
		w.out = append(w.out, pair.key...)
		w.out = append(w.out, '"', ':')
		w.out = append(w.out, pair.value.text...)
	}
	w.out = append(w.out, '}')
}

// lookUp returns the value under key and its index, or -1.
func lookUp(overlay []pair, key string) (value []byte, at int) {
	for i := range overlay {
		if overlay[i].key != nil && string(overlay[i].key) == key {
			return overlay[i].value.text, i
		}
	}
	return nil, -1
}

// comma separates what follows from what was written before. No value ends in an opening bracket.
func (w *restorer) comma() {
	if last := w.out[len(w.out)-1]; last != '{' && last != '[' {
		w.out = append(w.out, ',')
	}
}

func (w *restorer) key(key string) {
	w.comma()
	w.out = append(AppendQuoted(w.out, key), ':')
}

// text writes a key and its string unless it is absent.
func (w *restorer) text(key string, text *string) bool {
	if text == nil {
		return false
	}
	w.key(key)
	w.out = AppendQuoted(w.out, *text)
	return true
}

// field writes a field that is no Struct unless it is absent.
func (w *restorer) field(f *Field) (present bool) {
	row := w.row
	switch f.Type {
	case Text:
		return w.text(f.JSON, row.Texts[f.Slot])
	case JSON:
		return w.json(f, row.Texts[f.Slot])
	case Bool:
		if row.Bools[f.Slot] == nil {
			return false
		}
		w.key(f.JSON)
		w.out = fmt.Append(w.out, *row.Bools[f.Slot])
		return true
	case Time:
		if row.Time == nil {
			return false
		}
		text := row.Time.UTC().Format("2006-01-02T15:04:05Z")
		return w.text(f.JSON, &text)
	case UUID:
		return w.text(f.JSON, row.ID)
	case List:
		return w.resources(f)
	case Map:
		return w.webAttributes(f)
	}
	return false
}

func (w *restorer) json(f *Field, text *string) bool {
	if text == nil {
		return false
	}
	if !isJSON([]byte(*text)) {
		w.err = fmt.Errorf("restore record: column %s: %w", f.Column, errNotJSON)
	}
	w.key(f.JSON)
	w.out = append(w.out, *text...)
	return true
}

func (w *restorer) resources(f *Field) bool {
	if w.row.Resources == nil {
		return false
	}
	w.key(f.JSON)
	w.out = append(w.out, '[')
	for _, r := range *w.row.Resources {
		w.comma()
		w.out = append(w.out, '{')
		for i, child := range f.Fields {
			w.text(child.JSON, r[i])
		}
		w.out = append(w.out, '}')
	}
	w.out = append(w.out, ']')
	return true
}

func (w *restorer) webAttributes(f *Field) bool {
	if w.row.Web == nil {
		return false
	}
	w.key(f.JSON)
	w.out = append(w.out, '{')
	for _, a := range *w.row.Web {
		w.text(a.Key, a.Value)
	}
	w.out = append(w.out, '}')
	return true
}
