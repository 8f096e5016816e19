package filesource

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// URI names the file or folder at an absolute path: file:///case/a%20b, file:///C:/case or file://server/share/case.
func URI(path string) string {
	return slashURI(filepath.ToSlash(path))
}

func slashURI(path string) string {
	switch {
	case strings.HasPrefix(path, "//"): // a Windows share
		return "file:" + Escape(path)
	case strings.HasPrefix(path, "/"):
		return "file://" + Escape(path)
	default: // a Windows drive
		return "file:///" + Escape(path)
	}
}

// Escape percent-encodes a slash-separated name for a URI, byte by byte, so that invalid UTF-8 survives.
// "!" and "#" are among the bytes encoded: archive members stand behind "!/", repeated ones end in "#" and a number.
func Escape(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("/-._~=+:@,", c) >= 0
}

// unescape takes the path below the source back out of an object's URI. Only local paths pass.
func unescape(base, uri string) (string, error) {
	tail, ok := strings.CutPrefix(uri, base)
	if !ok {
		return "", fmt.Errorf("object %q is not below %s", uri, base)
	}
	name, err := url.PathUnescape(tail)
	if err != nil {
		return "", fmt.Errorf("read the name of object %q: %w", uri, err)
	}
	name = filepath.FromSlash(name)
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("object %q is not below %s", uri, base)
	}
	return name, nil
}

// Key gives a file's name as valid UTF-8, different names staying different: a byte that is not UTF-8, or is NUL,
// becomes U+FFFD and two hex digits, and U+FFFD itself is doubled. Nearly every name is its own key.
func Key(name string) string {
	if utf8.ValidString(name) && !strings.ContainsAny(name, "\x00\uFFFD") {
		return name
	}
	var b strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		switch {
		case r == utf8.RuneError && n > 1:
			b.WriteString("\uFFFD\uFFFD")
		case r == utf8.RuneError || r == 0:
			fmt.Fprintf(&b, "\uFFFD%02x", name[0])
		default:
			b.WriteString(name[:n])
		}
		name = name[n:]
	}
	return b.String()
}
