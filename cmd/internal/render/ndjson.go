package render

// lines writes one JSON object per line and nothing else.
type lines struct {
	objects
}

func (l *lines) head(dst []byte) []byte { return dst }

func (l *lines) row(dst []byte, values []any) []byte {
	return append(l.object(dst, values), '\n')
}

func (l *lines) tail(dst []byte) []byte { return dst }
