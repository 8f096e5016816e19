package cloudtrail

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// foreign takes an object that is not JSON: the console's event history as CSV, or a thing that is not CloudTrail's.
func (d *Decoder) foreign() error {
	if line, _, found := bytes.Cut(d.buf[d.pos:], []byte("\n")); found && isEventHistory(string(line)) {
		return d.eventHistory()
	}
	reason := "not CloudTrail: " + sniff(d.buf[d.pos:])
	var skipped *Bad
	for {
		d.extend(&skipped, len(d.buf), reason)
		d.pos = len(d.buf)
		if err := d.fill(); err != nil {
			return err
		}
	}
}

// sniff names what the start of an object looks like.
func sniff(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 256)]))
	switch {
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"):
		return "looks like HTML"
	case strings.HasPrefix(head, "<?xml"), strings.HasPrefix(head, "<"):
		return "looks like XML"
	case strings.HasPrefix(head, "\xff\xfe"), strings.HasPrefix(head, "\xfe\xff"):
		return "looks like UTF-16 text"
	case !utf8.ValidString(head[:max(0, len(head)-4)]), strings.ContainsRune(head, 0):
		return "binary data"
	}
	return "text that is not JSON"
}

// historyColumns maps the console's event-history headings, folded to letters, to keys of a record.
var historyColumns = map[string]string{
	"eventid": "eventID", "eventtime": "eventTime", "eventname": "eventName", "eventsource": "eventSource",
	"awsregion": "awsRegion", "sourceipaddress": "sourceIPAddress", "useragent": "userAgent", "errorcode": "errorCode",
	"errormessage": "errorMessage", "requestid": "requestID", "readonly": "readOnly", "eventtype": "eventType",
	"recipientaccountid": "recipientAccountId", "eventcategory": "eventCategory", "username": "userName",
	"awsaccesskey": "accessKeyId", "accesskeyid": "accessKeyId", "awsaccesskeyid": "accessKeyId",
}

func fold(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			return r
		}
		return -1
	}, heading)
}

// isEventHistory recognises the heading line of the CSV that the CloudTrail console offers for download.
func isEventHistory(line string) bool {
	known := map[string]bool{}
	for heading := range strings.SplitSeq(line, ",") {
		if key, found := historyColumns[fold(heading)]; found {
			known[key] = true
		}
	}
	return known["eventID"] && known["eventTime"] && known["eventName"]
}

// window lets a csv.Reader read on through the decoder's window.
type window struct{ d *Decoder }

func (w window) Read(p []byte) (int, error) {
	if w.d.pos == len(w.d.buf) {
		if err := w.d.fill(); err == errEnd {
			return 0, io.EOF
		} else if err != nil {
			return 0, err
		}
	}
	n := copy(p, w.d.buf[w.d.pos:])
	w.d.pos += n
	return n, nil
}

// eventHistory decodes the console's CSV: each row becomes a record of the keys it has, and is kept whole beside it.
func (d *Decoder) eventHistory() error {
	r := csv.NewReader(window{d})
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	headings, err := r.Read()
	if err != nil {
		return fmt.Errorf("read the heading of the event history: %w", err)
	}
	for {
		cells, err := r.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return errEnd
		case errors.As(err, &syntax):
			d.badText([]byte(strings.Join(cells, ",")), "event history: "+syntax.Err.Error())
			continue
		case err != nil:
			return err
		}
		if len(cells) > len(headings) {
			d.badText([]byte(strings.Join(cells, ",")), "event history: more cells than headings")
			continue
		}
		record, whole := historyRecord(headings, cells)
		if err := d.one(record, whole); err != nil {
			return err
		}
	}
}

// historyRecord builds a record from a row, and a JSON object of all its cells by heading.
func historyRecord(headings, cells []string) (record, whole []byte) {
	var identity []byte
	record, whole = []byte{'{'}, []byte{'{'}
	add := func(to []byte, key, value string) []byte {
		if len(to) > 0 && to[len(to)-1] != '{' {
			to = append(to, ',')
		}
		to = append(AppendQuoted(to, key), ':')
		return AppendQuoted(to, value)
	}
	for i, cell := range cells {
		whole = add(whole, headings[i], cell)
		if cell == "" {
			continue
		}
		switch key := historyColumns[fold(headings[i])]; key {
		case "":
		case "userName", "accessKeyId":
			identity = add(identity, key, cell)
		case "readOnly":
			record = add(record, key, strings.ToLower(cell))
		default:
			record = add(record, key, cell)
		}
	}
	if identity != nil {
		if len(record) > 1 {
			record = append(record, ',')
		}
		record = append(record, `"userIdentity":{`...)
		record = append(append(record, identity...), '}')
	}
	return append(record, '}'), append(whole, '}')
}
