package filesource_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offtrail/ingest"
	"offtrail/ingest/cloudtrail"
	"offtrail/ingest/filesource"
)

// list returns the objects by key, what was skipped by what follows the source's URI, and the listing's error.
func list(t *testing.T, src *filesource.Source, scope cloudtrail.Scope) (map[string]cloudtrail.Object, map[string]string, error) {
	t.Helper()
	objects, skipped := make(map[string]cloudtrail.Object), make(map[string]string)
	src.Skipped = func(uri, reason string) { skipped[strings.TrimPrefix(uri, src.URI())] = reason }
	err := src.List(t.Context(), scope, nil, func(o cloudtrail.Object) error {
		objects[o.Key] = o
		return nil
	})
	return objects, skipped, err
}

func expectKeys(t *testing.T, objects map[string]cloudtrail.Object, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(objects)); !slices.Equal(got, want) {
		t.Errorf("keys = %q, want %q", got, want)
	}
}

func TestSkipped(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	for _, name := range []string{
		"a.json", "case.db", "UPPER.JSON.GZ", ".case/b.json",
		".DS_Store", "._a.json", "Thumbs.db", "case.duckdb", "case.duckdb.wal", "case.duckdb.tmp/x", ".git/config",
	} {
		write(t, filepath.Join(dir, name), []byte("x"))
	}
	write(t, filepath.Join(outside, "secret"), []byte("x"))
	must(t, os.Symlink(filepath.Join(dir, "a.json"), filepath.Join(dir, "inside")))
	must(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "outside")))
	must(t, os.Symlink(outside, filepath.Join(dir, "folder")))
	must(t, os.Symlink(dir, filepath.Join(dir, "loop")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "broken")))
	listen(t, filepath.Join(dir, "s"))

	objects, skipped, err := list(t, open(t, dir), cloudtrail.Scope{})
	must(t, err)
	expectKeys(t, objects, "a.json", "case.db", "UPPER.JSON.GZ", ".case/b.json")
	want := map[string]string{
		"inside": "symbolic link", "outside": "symbolic link", "folder": "symbolic link", "loop": "symbolic link",
		"broken": "symbolic link", "s": "socket",
		".DS_Store": "hidden", "._a.json": "hidden", "Thumbs.db": "left by a file manager",
		"case.duckdb": "a DuckDB file", "case.duckdb.wal": "a DuckDB file", "case.duckdb.tmp": "a DuckDB file",
		".git": "a version-control folder",
	}
	if !maps.Equal(skipped, want) {
		t.Errorf("skipped = %q, want %q", skipped, want)
	}
}

// listen leaves a socket at path. The system allows a socket only a short path, so it is made elsewhere and moved.
func listen(t *testing.T, path string) {
	t.Helper()
	short, err := os.MkdirTemp("", "s") //nolint:usetesting // t.TempDir is too long for a socket
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(short)) })
	l, err := net.Listen("unix", filepath.Join(short, "s"))
	must(t, err)
	t.Cleanup(func() { l.Close() })
	must(t, os.Rename(filepath.Join(short, "s"), path))
}

func TestGoneWhileListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), nil)
	write(t, filepath.Join(dir, "b.json"), nil)
	write(t, filepath.Join(dir, "sub", "c.json"), nil)
	src := open(t, dir)
	reasons := make(map[string]string)
	src.Skipped = func(uri, reason string) { reasons[strings.TrimPrefix(uri, src.URI())] = reason }
	var keys []string
	err := src.List(t.Context(), cloudtrail.Scope{}, nil, func(o cloudtrail.Object) error {
		keys = append(keys, o.Key)
		for _, name := range []string{"a.json", "b.json", "sub"} {
			must(t, os.RemoveAll(filepath.Join(dir, name)))
		}
		return nil
	})
	if len(keys) != 1 || len(reasons) != 2 {
		t.Errorf("keys = %q, skipped = %q, want one key and two reports", keys, reasons)
	}
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "sub/") {
		t.Errorf("List = %v, want an error about the folder that is gone", err)
	}
}

func TestOddNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := map[string]string{ // name → key
		"a\nb.json":      "a\nb.json",
		"a\\b.json":      "a\\b.json",
		"a\xff.json":     "a\uFFFDff.json",
		"a\xfe.json":     "a\uFFFDfe.json",
		"a\uFFFDff.json": "a\uFFFD\uFFFDff.json",
		"d\xff/x":        "d\uFFFDff/x",
	}
	for name := range keys {
		write(t, filepath.Join(dir, name), []byte(name))
	}
	src := open(t, dir)
	objects, _, err := list(t, src, cloudtrail.Scope{})
	must(t, err)
	expectKeys(t, objects, slices.Collect(maps.Values(keys))...)
	for name, key := range keys {
		if got := read(t, src, objects[key]); got != name {
			t.Errorf("body of key %q = %q, want %q", key, got, name)
		}
	}
}

func TestInsideABucketCopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const day = "AWSLogs/o-abcde12345/111111111111/CloudTrail/eu-west-1/2024/05/01"
	write(t, filepath.Join(dir, day, "renamed.json.gz"), []byte("x"))
	want := cloudtrail.Key{Org: "o-abcde12345", Account: "111111111111", Kind: cloudtrail.KindTrail,
		Region: "eu-west-1", Day: "2024-05-01", File: "renamed.json.gz"}
	for _, below := range []string{
		"", "AWSLogs", "AWSLogs/o-abcde12345/111111111111", day[:len(day)-len("/05/01")], day, day + "/renamed.json.gz",
	} {
		t.Run(below, func(t *testing.T) {
			t.Parallel()
			objects, _, err := list(t, open(t, filepath.Join(dir, below)), cloudtrail.Scope{Orgs: []string{"o-abcde12345"}})
			must(t, err)
			if len(objects) != 1 {
				t.Fatalf("List yields %v, want one object", objects)
			}
			for _, o := range objects {
				if o.Name != want {
					t.Errorf("Name = %+v, want %+v", o.Name, want)
				}
			}
			objects, _, err = list(t, open(t, filepath.Join(dir, below)), cloudtrail.Scope{From: "2024-05-02"})
			must(t, err)
			expectKeys(t, objects)
		})
	}
}

// TestPruning watches which folders are read: one that cannot be read is reported only if the walk comes to it.
func TestPruning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, account := range []string{"111111111111", "222222222222", "o-1/333333333333"} {
		for _, region := range []string{"us-east-1", "eu-west-1"} {
			for _, day := range []string{"2023/12/31", "2024/01/01", "2024/02/01"} {
				path := filepath.Join(dir, "p/AWSLogs", account, "CloudTrail", region, day)
				write(t, filepath.Join(path, ".seen"), nil)
				for up := path; filepath.Base(up) != region; up = filepath.Dir(up) {
					write(t, filepath.Join(up, ".seen"), nil)
				}
			}
		}
	}
	seen := func(scope cloudtrail.Scope, settled func(ingest.Day) bool) (folders []string) {
		src := open(t, dir)
		src.Skipped = func(uri, _ string) {
			name := strings.TrimPrefix(uri, src.URI()+"p/AWSLogs/")
			folders = append(folders, strings.TrimSuffix(name, "/.seen"))
		}
		must(t, src.List(t.Context(), scope, settled, func(cloudtrail.Object) error { return nil }))
		slices.Sort(folders)
		return folders
	}
	const east = "111111111111/CloudTrail/us-east-1/"
	for _, test := range []struct {
		name    string
		scope   cloudtrail.Scope
		settled func(ingest.Day) bool
		want    []string
	}{
		{
			name:  "one day",
			scope: cloudtrail.Scope{Accounts: []string{"1*"}, Regions: []string{"us-*"}, From: "2024-01-01", To: "2024-01-31"},
			want:  []string{east + "2024", east + "2024/01", east + "2024/01/01"},
		},
		{
			name:    "settled",
			scope:   cloudtrail.Scope{Accounts: []string{"1*"}, Regions: []string{"us-*"}, To: "2024-01-31"},
			settled: func(d ingest.Day) bool { return d.Date == "2024-01-01" },
			want:    []string{east + "2023", east + "2023/12", east + "2023/12/31", east + "2024", east + "2024/01"},
		},
		{name: "another kind", scope: cloudtrail.Scope{Kinds: []cloudtrail.Kind{cloudtrail.KindDigest}}},
		{name: "another organization", scope: cloudtrail.Scope{Orgs: []string{"o-x"}, Accounts: []string{"3*"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := seen(test.scope, test.settled); !slices.Equal(got, test.want) {
				t.Errorf("folders read = %q, want %q", got, test.want)
			}
		})
	}
}

// TestPruningLosesNothing compares scoped listings with the scope applied to a whole listing, over paths that look like
// the layout without being it.
func TestPruningLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{
		"AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/o-1/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/222222222222/backup/AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/222222222222/AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/o-1/backup/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"AWSLogs/111111111111/Config/us-east-1/2024/01/01/a.json",
		"AWSLogs/111111111111/CloudTrail/us-east-1/2024/13/01/111111111111_CloudTrail_us-east-1_20240101T0000Z_a.json.gz",
		"AWSLogs/111111111111/CloudTrail/us-east-1/late/2023/01/01/111111111111_CloudTrail_us-east-1_20240101T0000Z_a.json.gz",
		"2023/01/01/AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json",
		"111111111111_CloudTrail_us-east-1_20240101T0000Z_a.json.gz",
		"events.json",
	} {
		write(t, filepath.Join(dir, name), nil)
	}
	src := open(t, dir)
	all, _, err := list(t, src, cloudtrail.Scope{})
	must(t, err)
	for i, scope := range []cloudtrail.Scope{
		{Accounts: []string{"111111111111"}}, {Accounts: []string{"222222222222"}}, {Orgs: []string{"o-1"}},
		{From: "2024-01-01"}, {To: "2023-12-31"}, {From: "2024-01-01", To: "2024-01-01"}, {From: "2023-01-01", To: "2023-01-01"},
		{Regions: []string{"eu-*"}}, {Kinds: []cloudtrail.Kind{cloudtrail.KindTrail}}, {Kinds: []cloudtrail.Kind{cloudtrail.KindUnknown}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var want []string
			for key, o := range all {
				if scope.Match(o.Name) {
					want = append(want, key)
				}
			}
			got, _, err := list(t, src, scope)
			must(t, err)
			expectKeys(t, got, want...)
		})
	}
}

func TestUnplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const plain = "AWSLogs/111111111111/CloudTrail/us-east-1/2024/01/01/a.json"
	for _, name := range []string{plain, "AWSLogs/o-1/222222222222/CloudTrail/us-east-1/2024/01/01/a.json", "events.json"} {
		write(t, filepath.Join(dir, name), nil)
	}
	for _, test := range []struct {
		name  string
		scope cloudtrail.Scope
		want  []string
	}{
		{"nothing asked", cloudtrail.Scope{}, nil},
		{"organization", cloudtrail.Scope{Orgs: []string{"o-1"}}, []string{plain, "events.json"}},
		{"account", cloudtrail.Scope{Accounts: []string{"222222222222"}}, []string{"events.json"}},
		{"date", cloudtrail.Scope{From: "2024-01-02"}, []string{"events.json"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, skipped, err := list(t, open(t, dir), test.scope)
			must(t, err)
			if got := slices.Sorted(maps.Keys(skipped)); !slices.Equal(got, test.want) {
				t.Errorf("skipped = %q, want %q", got, test.want)
			}
		})
	}
}

func TestCancelBetweenFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a", "x"), nil)
	write(t, filepath.Join(dir, "b", "x"), nil)
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := open(t, dir).List(ctx, cloudtrail.Scope{}, nil, func(cloudtrail.Object) error {
		calls++
		cancel()
		return nil
	})
	if calls != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("List yields %d objects and %v, want 1 and context.Canceled", calls, err)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b.json")
	write(t, path, []byte("12345"))
	at := time.Date(2024, 5, 1, 10, 0, 0, 123456789, time.UTC)
	must(t, os.Chtimes(path, at, at))
	src := open(t, path)
	objects, _, err := list(t, src, cloudtrail.Scope{})
	must(t, err)
	o := objects["a b.json"]
	if !o.LastModified.Equal(at) || o.Size != 5 || o.ETag != "" || o.Bucket != "" {
		t.Errorf("object = %+v, want 5 bytes written at %s", o, at)
	}
	if o.URI != src.URI() || !strings.HasSuffix(o.URI, "/a%20b.json") || !strings.HasPrefix(o.URI, "file:///") {
		t.Errorf("URI = %q of source %q, want the file's own", o.URI, src.URI())
	}
	if got := read(t, src, o); got != "12345" {
		t.Errorf("body = %q, want 12345", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
