package render

import "strconv"

// objects writes a row as a JSON object, which json and ndjson share.
//
// Every row has every column. Headings may repeat, keys may not: the second "name" becomes "name_2".
type objects struct {
	cols []column
	keys [][]byte // quoted, with the colon
}

func newObjects(cols []column) objects {
	o := objects{cols: cols, keys: make([][]byte, len(cols))}
	headings := make(map[string]bool, len(cols))
	for _, c := range cols {
		headings[c.name] = true
	}
	used := make(map[string]bool, len(cols))
	for i, c := range cols {
		name := c.name
		// A heading that is name_2 in its own right keeps it.
		for n := 2; used[name] || name != c.name && headings[name]; n++ {
			name = c.name + "_" + strconv.Itoa(n)
		}
		used[name] = true
		o.keys[i] = append(appendQuoted(nil, name), ':')
	}
	return o
}

func (o *objects) object(dst []byte, values []any) []byte {
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, o.keys[i]...)
		dst = appendJSON(dst, v, o.cols[i].shape)
	}
	return append(dst, '}')
}
