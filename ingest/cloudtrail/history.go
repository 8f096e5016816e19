package cloudtrail

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
)

// historyKeys maps the headings of the console's event history, folded to letters, to the keys of a record.
var historyKeys = map[string]string{
	"eventid": "eventID", "eventtime": "eventTime", "eventname": "eventName", "eventsource": "eventSource",
	"awsregion": "awsRegion", "sourceipaddress": "sourceIPAddress", "useragent": "userAgent", "errorcode": "errorCode",
	"errormessage": "errorMessage", "requestid": "requestID", "readonly": "readOnly", "eventtype": "eventType",
	"recipientaccountid": "recipientAccountId", "eventcategory": "eventCategory",
	"username": "userName", "awsaccesskey": "accessKeyId", "accesskeyid": "accessKeyId", "awsaccesskeyid": "accessKeyId",
}

// maxHistoryRow bounds a row of the event history, so that a quote that is never closed does not take the rest with it.
const maxHistoryRow = 1 << 20

// foldHeading keeps a heading's letters, in lower case: the console has changed the rest.
func foldHeading(heading string) string {
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

// isHistory recognises the heading line of the CSV that the CloudTrail console offers for download.
func isHistory(line string) bool {
	known := map[string]bool{}
	for heading := range strings.SplitSeq(line, ",") {
		known[historyKeys[foldHeading(heading)]] = true
	}
	return known["eventID"] && known["eventTime"] && known["eventName"]
}

// history decodes the console's CSV: each row becomes a record of the keys it has, and the whole row is kept beside it.
func (d *Decoder) history() error {
	n, err := d.line()
	if err != nil {
		return err
	}
	headings, why := cellsOf(d.buf[d.pos : d.pos+n])
	if why != "" {
		return d.skipAll("event history: " + why)
	}
	d.pos += n
	for {
		if len(d.report.Bad) >= maxBad {
			return d.skipAll("not read: too much before it is damaged")
		}
		if d.pos == len(d.buf) {
			if err := d.fill(); err != nil {
				return err
			}
		}
		if err := d.historyRow(headings); err != nil {
			return err
		}
	}
}

// historyRow decodes the row at the cursor. A row that is not CSV costs its first line, not those that its quotes span.
func (d *Decoder) historyRow(headings []string) error {
	n, err := d.logicalLine()
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(d.buf[d.pos:d.pos+n])) == 0 {
		d.pos += n
		return nil
	}
	cells, why := cellsOf(d.buf[d.pos : d.pos+n])
	if why == "" && len(cells) > len(headings) {
		why = "more cells than headings"
	}
	if why != "" {
		if n, err = d.line(); err != nil {
			return err
		}
		d.bad(d.pos, d.pos+n, "event history: "+why)
		d.pos += n
		return nil
	}
	record, row := historyRecord(headings, cells)
	taken, err := d.one(piece{record, -1}, stretch{d.pos, d.pos + n}, row)
	if err == nil && !taken {
		d.bad(d.pos, d.pos+n, "event history: "+d.why)
	}
	d.pos += n
	return err
}

// line returns the length of the line at the cursor, with its end.
func (d *Decoder) line() (int, error) {
	for {
		window := d.buf[d.pos:min(len(d.buf), d.pos+maxHistoryRow)]
		if n := bytes.IndexByte(window, '\n'); n >= 0 {
			return n + 1, nil
		}
		if len(window) == maxHistoryRow {
			return maxHistoryRow, nil
		}
		if err := d.fill(); err == errEnd {
			return len(window), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// logicalLine returns the length of the row at the cursor, which may have line ends inside quotes.
func (d *Decoder) logicalLine() (int, error) {
	for {
		window := d.buf[d.pos:min(len(d.buf), d.pos+maxHistoryRow)]
		quoted := false
		for i, c := range window {
			if c == '"' {
				quoted = !quoted
			} else if c == '\n' && !quoted {
				return i + 1, nil
			}
		}
		if len(window) == maxHistoryRow {
			return maxHistoryRow, nil
		}
		if err := d.fill(); err == errEnd {
			return len(window), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// cellsOf splits one row, or says why it is none.
func cellsOf(row []byte) (cells []string, why string) {
	r := csv.NewReader(bytes.NewReader(row))
	r.FieldsPerRecord = -1
	cells, err := r.Read()
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax):
		return nil, syntax.Err.Error()
	case err != nil:
		return nil, err.Error()
	}
	if r.InputOffset() != int64(len(row)) {
		return nil, "a line end in a row"
	}
	return cells, ""
}

// historyRecord builds a record from a row's cells, and an object of all of them by heading.
func historyRecord(headings, cells []string) (record, row []byte) {
	var identity []byte
	record, row = []byte{'{'}, []byte{'{'}
	for i, cell := range cells {
		row = appendMember(row, headings[i], cell)
		if cell == "" {
			continue
		}
		switch key := historyKeys[foldHeading(headings[i])]; key {
		case "":
		case "userName", "accessKeyId":
			identity = appendMember(identity, key, cell)
		case "readOnly":
			record = appendMember(record, key, strings.ToLower(cell))
		default:
			record = appendMember(record, key, cell)
		}
	}
	if identity != nil {
		if len(record) > 1 {
			record = append(record, ',')
		}
		record = append(record, `"userIdentity":{`...)
		record = append(append(record, identity...), '}')
	}
	return append(record, '}'), append(row, '}')
}

func appendMember(to []byte, key, value string) []byte {
	if len(to) > 0 && to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	to = append(AppendQuoted(to, key), ':')
	return AppendQuoted(to, value)
}
