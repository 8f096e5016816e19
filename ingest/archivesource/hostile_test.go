package archivesource_test

import (
	"archive/tar"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		member string
		key    string
		reason string // part of what the hook is told; empty when it must stay silent
	}{
		{"plain", "a/b.json", "a/b.json", ""},
		{"from the current folder", "./a/b.json", "a/b.json", ""},
		{"doubled slash", "a//b.json", "a/b.json", ""},
		{"dots in a name", "a../..b/c...json", "a../..b/c...json", ""},
		{"Windows separators", `AWSLogs\111111111111\x.json`, "AWSLogs/111111111111/x.json", ""},
		{"climbing", "../../etc/passwd", "etc/passwd", "climbs out"},
		{"climbing in the middle", "a/../../b.json", "b.json", "climbs out"},
		{"climbing the Windows way", `..\..\b.json`, "b.json", "climbs out"},
		{"absolute", "/etc/cron.d/x", "etc/cron.d/x", "absolute"},
		{"share", `\\server\share\x`, "server/share/x", "absolute"},
		{"drive", `C:\Windows\x`, "Windows/x", "drive"},
		{"drive without a slash", "c:x", "x", "drive"},
		{"drive behind a drive", "C:d:x", "x", "drive"},
		{"drive behind a drive and dots", "C:/../d:/x", "x", "drive"},
		{"drive behind a drive that hid dots", "C:../D:./E:x", "x", "drive"},
		{"drive behind dots", "./../C:x", "x", "climbs out"},
		{"invalid UTF-8", "a\xff.json", "a\uFFFDff.json", ""},
		{"newline", "a\nb.json", "a\nb.json", ""},
		{"nothing left", "..", "unnamed", "empty"},
	} {
		for format, pack := range map[string]func(*testing.T, ...file) []byte{"tar": packTar, "zip": packZip} {
			t.Run(test.name+" in "+format, func(t *testing.T) {
				t.Parallel()
				src := openBytes(t, pack(t, file{name: test.member, body: "content"}))
				got := list(t.Context(), src)
				must(t, got.err)
				if len(got.objects) != 1 || got.objects[0].Key != test.key {
					t.Fatalf("List yields %+v, want one object with key %q", got.objects, test.key)
				}
				for _, body := range bodies(t.Context(), src, got.objects) {
					if body != "content" {
						t.Errorf("body = %q, want %q", body, "content")
					}
				}
				expectReason(t, got.skipped, test.reason)
			})
		}
	}
}

func TestNulInName(t *testing.T) {
	t.Parallel()
	src := openBytes(t, packZip(t, file{name: "a.json\x00.exe", body: "x"}))
	got := list(t.Context(), src)
	must(t, got.err)
	if want := "a.json\uFFFD00.exe"; len(got.objects) != 1 || got.objects[0].Key != want {
		t.Errorf("List yields %+v, want one object with key %q", got.objects, want)
	}
	expectReason(t, got.skipped, "NUL")
}

func expectReason(t *testing.T, skipped map[string]string, want string) {
	t.Helper()
	if want == "" {
		expectMap(t, "hook", skipped, map[string]string{})
		return
	}
	for _, reason := range skipped {
		if strings.Contains(reason, want) {
			return
		}
	}
	t.Errorf("hook = %q, want a reason with %q", skipped, want)
}

func TestMembersWithoutContent(t *testing.T) {
	t.Parallel()
	src := openBytes(t, packTar(t,
		file{name: "folder/", kind: tar.TypeDir},
		file{name: "folder/a.json", body: "a"},
		file{name: "link", kind: tar.TypeSymlink, link: "/etc/shadow"},
		file{name: "hard", kind: tar.TypeLink, link: "folder/a.json"},
		file{name: "pipe", kind: tar.TypeFifo},
		file{name: "disk", kind: tar.TypeBlock},
		file{name: "folder/._a.json", body: "resource fork"},
		file{name: "__MACOSX/a.json", body: "resource fork"},
		file{name: "Thumbs.db", body: "x"},
	))
	got := list(t.Context(), src)
	must(t, got.err)
	expectMap(t, "bodies", bodies(t.Context(), src, got.objects), map[string]string{"!/folder/a.json": "a"})
	expectMap(t, "hook", got.skipped, map[string]string{
		"!/link":            `symbolic link to "/etc/shadow"`,
		"!/hard":            `hard link to "folder/a.json"`,
		"!/pipe":            "named pipe",
		"!/disk":            "device",
		"!/folder/._a.json": "hidden",
		"!/__MACOSX/a.json": "left by a file manager",
		"!/Thumbs.db":       "left by a file manager",
	})
}

func TestRepeatedNames(t *testing.T) {
	t.Parallel()
	files := []file{
		{name: "a.json", body: "first"},
		{name: "b.json", body: "b"},
		{name: "./a.json", body: "second"},
		{name: "../a.json", body: "third"},
		{name: "a.json#3", body: "looks like the second"},
	}
	want := map[string]string{
		"!/a.json": "first", "!/b.json": "b", "!/a.json#3": "second", "!/a.json#4": "third",
		"!/a.json%233": "looks like the second",
	}
	for format, pack := range map[string]func(*testing.T, ...file) []byte{"tar": packTar, "zip": packZip} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			src := openBytes(t, pack(t, files...))
			for range 2 { // a second listing must not take the first for repetition
				got := list(t.Context(), src)
				must(t, got.err)
				expectMap(t, "bodies", bodies(t.Context(), src, got.objects), want)
			}
		})
	}
}

func TestNestedArchives(t *testing.T) {
	t.Parallel()
	one := file{name: "one.json", body: "1"}
	deep := string(packZip(t, file{name: "deep.json", body: "deep"}))
	members := []file{
		{name: "in.zip", body: string(packZip(t, one, file{name: "deeper.zip", body: deep}))},
		{name: "in.tar", body: string(packTar(t, one))},
		{name: "in.tar.gz", body: string(packGzip(t, packTar(t, one)))},
		{name: "in.tzst", body: string(packZstd(t, packTar(t, one)))},
		{name: "log.zip", body: `{"Records":[]}`},
		{name: "cut.zip", body: "PK\x03\x04"},
		{name: "last.json", body: "last"},
	}
	for format, pack := range map[string]func(*testing.T, ...file) []byte{"tar": packTar, "zip": packZip} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			src := openBytes(t, pack(t, members...))
			got := list(t.Context(), src)
			if got.err == nil || !strings.Contains(got.err.Error(), "cut.zip") {
				t.Errorf("List = %v, want an error about cut.zip", got.err)
			}
			expectMap(t, "bodies", bodies(t.Context(), src, got.objects), map[string]string{
				"!/in.zip!/one.json":    "1",
				"!/in.tar!/one.json":    "1",
				"!/in.tar.gz!/one.json": "1",
				"!/in.tzst!/one.json":   "1",
				"!/log.zip":             `{"Records":[]}`,
				"!/last.json":           "last",
			})
			delete(got.skipped, "!/cut.zip")
			expectMap(t, "hook", got.skipped, map[string]string{
				"!/in.zip!/deeper.zip": "archive nested too deep: unpack the archive around it first",
			})
		})
	}
}
