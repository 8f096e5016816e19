package queries

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Type says which values a parameter takes and how they are written.
type Type string

// The types of parameters.
const (
	String Type = "string"
	// Timestamp is written as CloudTrail writes eventTime, '2026-05-01T09:30:00Z', because Athena's eventtime is text.
	Timestamp Type = "timestamp"
	// Date is written '2026-05-01'.
	Date Type = "date"
	// Integer is a whole number from 0: a sign would be a token of its own, and -:n with -5 a comment.
	Integer Type = "integer"
	Boolean Type = "boolean"
)

// Param is one parameter of a query. It is required if it has no default and is not nullable.
type Param struct {
	Name     string
	Type     Type
	Default  *string // as a user would type it; never with Nullable
	Nullable bool    // NULL if left out
	Doc      string
}

const paramForm = "NAME TYPE[?] [= DEFAULT] -- DESCRIPTION"

var paramLine = regexp.MustCompile(
	`^([a-z][a-z0-9_]*) +([a-z]+)(\?)?(?: *= *('(?:[^']|'')*'|[^' ]+))? +-- +(\S.*)$`)

// parseParam reads what follows "-- param:".
func parseParam(line string) (Param, error) {
	m := paramLine.FindStringSubmatch(line)
	if m == nil {
		return Param{}, fmt.Errorf("parameter is not written %s", paramForm)
	}
	p := Param{Name: m[1], Type: Type(m[2]), Nullable: m[3] != "", Doc: m[5]}
	switch p.Type {
	case String, Timestamp, Date, Integer, Boolean:
	default:
		return p, fmt.Errorf("parameter %q has unknown type %q", p.Name, p.Type)
	}
	if m[4] == "" {
		return p, nil
	}
	if p.Nullable {
		return p, fmt.Errorf("parameter %q is nullable and has a default: it can be left out in one way only", p.Name)
	}
	value, err := p.parseDefault(m[4])
	p.Default = &value
	return p, err
}

func (p Param) parseDefault(literal string) (string, error) {
	value, isText := strings.CutPrefix(literal, "'")
	if wantText := p.Type != Integer && p.Type != Boolean; isText != wantText {
		return "", fmt.Errorf("default of parameter %q: %s is not a literal of type %s", p.Name, literal, p.Type)
	}
	if isText {
		value = strings.ReplaceAll(strings.TrimSuffix(value, "'"), "''", "'")
	}
	if _, err := p.literal(value); err != nil {
		return "", fmt.Errorf("default of %w", err)
	}
	return value, nil
}

// literal writes a value as the one token that stands for it in SQL.
func (p Param) literal(value string) (string, error) {
	refuse := func(why string) (string, error) {
		return "", fmt.Errorf("parameter %q: %q %s", p.Name, value, why)
	}
	switch {
	case value == "":
		return refuse("is empty: give a value or leave the parameter out")
	case !utf8.ValidString(value):
		return refuse("is not UTF-8")
	case strings.ContainsFunc(value, hidden):
		return refuse("holds a control or text direction character")
	}
	switch p.Type {
	case Timestamp:
		t, ok := parseTime(value)
		if !ok {
			return refuse("is not a time in whole seconds, like 2026-05-01T09:30:00Z, 2026-05-01T09:30 (UTC) or 2026-05-01")
		}
		return "'" + t.Format(time.RFC3339) + "'", nil
	case Date:
		t, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return refuse("is not a date like 2026-05-01")
		}
		return "'" + t.Format(time.DateOnly) + "'", nil
	case Integer:
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil {
			return refuse("is not a whole number from 0 to 9223372036854775807")
		}
		return strconv.FormatUint(n, 10), nil
	case Boolean:
		if value != "true" && value != "false" {
			return refuse("is neither true nor false")
		}
		return value, nil
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'", nil
}

// parseTime reads a time and turns it to UTC; without a zone it is UTC already. Fractions are refused: eventTime has
// none, and as text 00.5Z sorts before 00Z. So are years that the offset moves out of four digits.
func parseTime(value string) (time.Time, bool) {
	layouts := [...]string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04",
		time.DateOnly,
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, value); err == nil {
			t = t.UTC()
			return t, t.Nanosecond() == 0 && 0 <= t.Year() && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}
