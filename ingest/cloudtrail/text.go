package cloudtrail

import (
	"unicode/utf16"
	"unicode/utf8"
)

// appendUnescaped appends the text that a JSON string stands for, given what is between its quotes. intact is false
// when the text cannot stand for the string: a lone surrogate has no UTF-8 form and becomes U+FFFD.
func appendUnescaped(dst, raw []byte) (text []byte, intact bool) {
	intact = true
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		switch c := raw[i+1]; c {
		case 'u':
			r, n := unescapeRune(raw[i:])
			if r == utf8.RuneError && !isReplacement(raw[i:]) {
				intact = false
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, shortEscape(c))
			i += 2
		}
	}
	return dst, intact
}

func shortEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// isReplacement reports whether the \u escape at the start of b spells U+FFFD itself.
func isReplacement(b []byte) bool { return hex4(b[2:]) == utf8.RuneError }

// unescapeRune decodes the \u escape at the start of b, and the one after it when the two are a surrogate pair.
func unescapeRune(b []byte) (r rune, n int) {
	r = hex4(b[2:])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(b[8:])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(b []byte) (r rune) {
	for _, c := range b[:4] {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}

// appendCompact appends a valid JSON value without the white space between tokens and with each string in its
// shortest spelling, as Jackson writes it: that is the text Athena's SerDe gives for an object in a STRING column. Key
// order, duplicate keys and the text of numbers stay. Lone surrogates become U+FFFD, since DuckDB's JSON functions fail on the whole
// query otherwise; intact is false then.
func appendCompact(dst, value []byte) (text []byte, intact bool) {
	intact = true
	for i := 0; i < len(value); {
		switch c := value[i]; c {
		case ' ', '\t', '\n', '\r':
			i++
		case '"':
			end := i + 1
			for value[end] != '"' {
				if value[end] == '\\' {
					end++
				}
				end++
			}
			var whole bool
			dst = append(dst, '"')
			dst, whole = appendRespelled(dst, value[i+1:end])
			dst = append(dst, '"')
			intact = intact && whole
			i = end + 1
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst, intact
}

// appendRespelled appends what is between the quotes of a JSON string in its shortest spelling.
func appendRespelled(dst, raw []byte) (text []byte, intact bool) {
	intact = true
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		switch raw[i+1] {
		case '/':
			dst = append(dst, '/')
			i += 2
		case 'u':
			r, n := unescapeRune(raw[i:])
			intact = intact && (r != utf8.RuneError || isReplacement(raw[i:]))
			dst = appendQuotedRune(dst, r)
			i += n
		default:
			dst = append(dst, raw[i], raw[i+1])
			i += 2
		}
	}
	return dst, intact
}

const hexDigits = "0123456789ABCDEF"

// appendQuotedRune appends r as it stands inside a JSON string.
func appendQuotedRune(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r < ' ' {
		return append(dst, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
	}
	return utf8.AppendRune(dst, r)
}

// AppendQuoted appends text as a JSON string.
func AppendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		dst = appendQuotedRune(dst, r)
	}
	return append(dst, '"')
}
