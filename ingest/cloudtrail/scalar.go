package cloudtrail

import "encoding/binary"

// unquote returns what is between the quotes of a JSON string, or nil when value is no string.
func unquote(value []byte) []byte {
	if value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// parseBool accepts the strings "true" and "false" too, which some tools write; only the literals are exact.
func parseBool(value []byte) (v int8, exact bool) {
	switch string(value) {
	case "true":
		return 1, true
	case "false":
		return 0, true
	case `"true"`:
		return 1, false
	case `"false"`:
		return 0, false
	}
	return -1, false
}

// ParseUUID parses the form that CloudTrail writes: 36 characters, lower case.
func ParseUUID(text []byte) (id [16]byte, valid bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	wrong := byte(0)
	for i, at := range [16]uint8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, low := nibbles[text[at]], nibbles[text[at+1]]
		wrong |= high | low
		id[i] = high<<4 | low
	}
	if wrong > 15 {
		return [16]byte{}, false
	}
	return id, true
}

// nibbles holds the value of each lower-case hexadecimal digit, and 255 for every other byte.
var nibbles = func() (table [256]byte) {
	for i := range table {
		table[i] = 255
	}
	for i, c := range "0123456789abcdef" {
		table[c] = byte(i)
	}
	return table
}()

// Words returns the UUID's halves in the order in which DuckDB holds them.
func Words(id [16]byte) (hi, lo uint64) {
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
}
