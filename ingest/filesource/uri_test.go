package filesource

import "testing"

func TestSlashURI(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, path, want string }{
		{"Unix", "/case/a.json", "file:///case/a.json"},
		{"root", "/", "file:///"},
		{"Windows drive", "C:/case/a.json", "file:///C:/case/a.json"},
		{"Windows share", "//server/share/a.json", "file://server/share/a.json"},
		{"every delimiter", "/a b%c#d?e!f\"g<h>i|j\\k^l`m{n}o", "file:///a%20b%25c%23d%3Fe%21f%22g%3Ch%3Ei%7Cj%5Ck%5El%60m%7Bn%7Do"},
		{"partition folders", "/region=us-east-1/x+y,z@~_", "file:///region=us-east-1/x+y,z@~_"},
		{"UTF-8", "/ü", "file:///%C3%BC"},
		{"not UTF-8", "/\xff\x00\n", "file:///%FF%00%0A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := slashURI(test.path); got != test.want {
				t.Errorf("slashURI(%q) = %q, want %q", test.path, got, test.want)
			}
		})
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.json", "a\xff", "a\uFFFDff", "\uFFFD\uFFFD", "a%41#?", "\x00"} {
		f.Add(name, name+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if a != b && Key(a) == Key(b) {
			t.Errorf("Key(%q) = Key(%q) = %q", a, b, Key(a))
		}
		if a != b && Escape(a) == Escape(b) {
			t.Errorf("Escape(%q) = Escape(%q) = %q", a, b, Escape(a))
		}
		if got, err := unescape("file:///x/", "file:///x/"+Escape("n"+Key(a))); err == nil && got != "n"+Key(a) {
			t.Errorf("unescape gives %q for %q", got, "n"+Key(a))
		}
	})
}
