package archivesource

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCleanName holds keys to what makes them safe to join to a folder, on Unix and on Windows.
func FuzzCleanName(f *testing.F) {
	for _, name := range []string{"a/b", "../a", "/a", `C:\a`, `\\server\a`, "C:D:/../E:x", "C:../D:./E:..", "x/../C:a", "a\x00", "\xff", "./", "..", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key, _ := cleanName(name)
		switch {
		case key == "", key != path.Clean(key), path.IsAbs(key), key == "..", strings.HasPrefix(key, "../"):
			t.Errorf("cleanName(%q) = %q, which is not a clean path below a folder", name, key)
		case strings.ContainsAny(key, "\\\x00"), len(key) > 1 && key[1] == ':' && (key[0]|0x20 >= 'a' && key[0]|0x20 <= 'z'):
			t.Errorf("cleanName(%q) = %q, which Windows reads otherwise", name, key)
		case !utf8.ValidString(key):
			t.Errorf("cleanName(%q) = %q, which is not UTF-8", name, key)
		}
	})
}
