package render

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
)

// appendFloat writes a number as Java does, and so Athena: plain between a thousandth and ten million, with an exponent
// beyond. Only a finite number is a literal.
func appendFloat(dst []byte, f float64, bits int) (_ []byte, literal bool) {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "NaN"...), false
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...), false
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...), false
	case size == 0, size >= 1e-3 && size < 1e7:
		text := strconv.FormatFloat(f, 'f', -1, bits)
		return append(dst, withPoint(text)...), true
	default:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, bits), "E")
		sign := strings.TrimSuffix(exponent[:1], "+")
		dst = append(dst, withPoint(mantissa)+"E"+sign...)
		return append(dst, strings.TrimLeft(exponent[1:], "0")...), true
	}
}

func withPoint(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}

// appendDecimal gives back the zeros that the driver takes away: 1.10 stays 1.10.
func appendDecimal(dst []byte, digits string, scale int) (_ []byte, literal bool) {
	if strings.Trim(digits, "-.0123456789") != "" {
		return append(dst, valid(digits)...), false
	}
	_, fraction, _ := strings.Cut(digits, ".")
	dst = append(dst, digits...)
	if fraction == "" && scale > 0 {
		dst = append(dst, '.')
	}
	for range scale - len(fraction) {
		dst = append(dst, '0')
	}
	return dst, true
}

// appendMoment writes a time in the form of its type; a time of no known type is a timestamp.
func appendMoment(dst []byte, t time.Time, k kind) []byte {
	switch k {
	case kindDate:
		return t.AppendFormat(dst, "2006-01-02")
	case kindTime:
		return appendFraction(t.AppendFormat(dst, "15:04:05"), t.Nanosecond())
	case kindTimeTZ:
		return t.AppendFormat(appendFraction(t.AppendFormat(dst, "15:04:05"), t.Nanosecond()), "-07:00")
	}
	dst = appendFraction(t.AppendFormat(dst, "2006-01-02 15:04:05"), t.Nanosecond())
	if k == kindTimestampTZ {
		dst = t.AppendFormat(append(dst, ' '), "MST")
	}
	return dst
}

// appendFraction writes milliseconds always, micro- and nanoseconds only if they are there.
func appendFraction(dst []byte, nanos int) []byte {
	digits := 9
	switch {
	case nanos%1e6 == 0:
		digits = 3
	case nanos%1e3 == 0:
		digits = 6
	}
	dst = append(dst, '.')
	for unit := int(1e8); digits > 0; digits, unit = digits-1, unit/10 {
		dst = append(dst, byte('0'+nanos/unit%10))
	}
	return dst
}

// appendInterval writes Athena's two kinds of interval, "years-months" and "days hours:minutes:seconds", and both when
// the engine's one kind holds both.
func appendInterval(dst []byte, months, days, micros int64) []byte {
	const day = 24 * int64(time.Hour/time.Microsecond)
	if months != 0 {
		if months < 0 {
			dst = append(dst, '-')
			months = -months
		}
		dst = strconv.AppendInt(dst, months/12, 10)
		dst = strconv.AppendInt(append(dst, '-'), months%12, 10)
		if days == 0 && micros == 0 {
			return dst
		}
		dst = append(dst, ' ')
	}
	days, micros = days+micros/day, micros%day
	if days > 0 && micros < 0 {
		days, micros = days-1, micros+day
	}
	if days < 0 && micros > 0 {
		days, micros = days+1, micros-day
	}
	if days < 0 || micros < 0 {
		dst = append(dst, '-')
		days, micros = -days, -micros
	}
	dst = strconv.AppendInt(dst, days, 10)
	clock := time.UnixMicro(micros).UTC()
	return appendFraction(clock.AppendFormat(append(dst, ' '), "15:04:05"), clock.Nanosecond())
}

// appendBytes writes bytes in pairs of digits, unless they are a UUID.
func appendBytes(dst, b []byte, s *shape) []byte {
	if s.kind == kindUUID && len(b) == 16 {
		return appendUUID(dst, b)
	}
	for i, c := range b {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = hex.AppendEncode(dst, []byte{c})
	}
	return dst
}

func appendUUID(dst, id []byte) []byte {
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		start := []int{0, 4, 6, 8, 10}[i]
		dst = hex.AppendEncode(dst, id[start:end])
	}
	return dst
}
