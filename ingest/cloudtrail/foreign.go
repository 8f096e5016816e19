package cloudtrail

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// foreign takes an object that is not JSON: the console's event history as CSV, or a thing that is not CloudTrail's.
func (d *Decoder) foreign() error {
	if line, _, found := bytes.Cut(d.buf[d.pos:], []byte("\n")); found && isHistory(string(line)) {
		return d.history()
	}
	return d.skipAll("not CloudTrail: " + sniff(d.buf[d.pos:]))
}

// sniff names what the start of an object looks like.
func sniff(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 256)]))
	switch {
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"):
		return "looks like HTML"
	case strings.HasPrefix(head, "<"):
		return "looks like XML"
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "looks like UTF-16 text"
	case bytes.HasPrefix(b, []byte("\x1f\x8b")), bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")):
		return "compressed more than once"
	case !validStart(b[:min(len(b), 256)]), strings.ContainsRune(head, 0):
		return "binary data"
	}
	return "text that is not JSON"
}

// validStart reports whether b is UTF-8, but for a character that may be cut at its end.
func validStart(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(b)
		}
		b = b[n:]
	}
	return true
}
