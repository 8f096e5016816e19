package render

// array writes one JSON array with a row per line.
type array struct {
	objects
	begun bool
}

func (a *array) head(dst []byte) []byte { return append(dst, '[') }

func (a *array) row(dst []byte, values []any) []byte {
	if a.begun {
		dst = append(dst, ',')
	}
	a.begun = true
	return a.object(append(dst, '\n'), values)
}

func (a *array) tail(dst []byte) []byte {
	if a.begun {
		dst = append(dst, '\n')
	}
	return append(dst, "]\n"...)
}
