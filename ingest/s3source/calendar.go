package s3source

import (
	"strings"
	"time"
)

// Dates are strings, YYYY-MM-DD, which compare as time passes; in keys they are written with slashes.

func slashed(day string) string { return strings.ReplaceAll(day, "-", "/") }

// date joins year, month and day, if that is a date.
func date(parts []string) (string, bool) {
	day := strings.Join(parts, "-")
	_, err := time.Parse(time.DateOnly, day)
	return day, err == nil
}

// dayAfter returns "" after the last day that keys can name.
func dayAfter(day string) string { return shift(day, 1) }

func shift(day string, days int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	if t = t.AddDate(0, 0, days); t.Year() > 9999 {
		return ""
	}
	return t.Format(time.DateOnly)
}

func month(day string) string { return day[:len("2006-01")] }

// lastOf is the last day of day's month.
func lastOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// later and earlier treat "" as no bound.

func later(a, b string) string { return max(a, b) }

func earlier(a, b string) string {
	if a == "" || b == "" {
		return max(a, b)
	}
	return min(a, b)
}
