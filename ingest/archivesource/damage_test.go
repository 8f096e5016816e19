package archivesource_test

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// random is content that no compressor shortens, so that a cut archive is cut where the test says.
func random(n int) string {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

func TestDamage(t *testing.T) {
	t.Parallel()
	a, b, c := file{name: "a.json", body: "a"}, file{name: "b.json", body: random(200_000)}, file{name: "c.json", body: "c"}
	plain := packTar(t, a, b, c)
	// Header and content of a are two blocks, the header of b is one.
	const insideB = 3*512 + 1000
	for _, test := range []struct {
		name    string
		archive []byte
		want    map[string]string
		message string // part of the listing's error; empty when there is none
	}{
		{"tar cut in content", plain[:insideB], map[string]string{"!/a.json": "a", "!/b.json": "error"}, "unexpected EOF"},
		{"tar cut in a header", plain[:2*512+100], map[string]string{"!/a.json": "a"}, "unexpected EOF"},
		{"tar cut between members", plain[:2*512], map[string]string{"!/a.json": "a"}, "end-of-archive marker"},
		{"tar with a broken header", overwrite(plain, 2*512+10, "!!!!"), map[string]string{"!/a.json": "a"}, "invalid tar header"},
		{"tar.gz cut", cut(packGzip(t, plain)), map[string]string{"!/a.json": "a", "!/b.json": "error"}, "unexpected EOF"},
		{"tar.zst cut", cut(packZstd(t, plain)), map[string]string{"!/a.json": "a", "!/b.json": "error"}, "unexpected EOF"},
		{"tar.gz with a wrong checksum", flip(packGzip(t, plain), -8),
			map[string]string{"!/a.json": "a", "!/b.json": b.body, "!/c.json": "c"}, "checksum"},
		{"tar.gz with garbage behind", append(packGzip(t, plain), "garbage garbage"...),
			map[string]string{"!/a.json": "a", "!/b.json": b.body, "!/c.json": "c"}, "gzip"},
		{"tar with garbage behind", append(slices.Clone(plain), strings.Repeat("garbage ", 64)...),
			map[string]string{"!/a.json": "a", "!/b.json": b.body, "!/c.json": "c"}, "invalid tar header"},
		{"tars joined", append(append(packTar(t, a), make([]byte, 9000*512)...), packTar(t, c)...),
			map[string]string{"!/a.json": "a", "!/c.json": "c"}, ""},
		{"gzipped tars joined", append(packGzip(t, packTar(t, a)), packGzip(t, packTar(t, c))...),
			map[string]string{"!/a.json": "a", "!/c.json": "c"}, ""},
		{"zip with wrong content", overwrite(packZip(t, a, b, c), 60_000, "wrong"),
			map[string]string{"!/a.json": "a", "!/b.json": "error", "!/c.json": "c"}, ""},
		{"zip that promises too little", promise(packZip(t, a, b, c), "b.json", 5),
			map[string]string{"!/a.json": "a", "!/b.json": "error", "!/c.json": "c"}, ""},
		{"zip that promises too much", promise(packZip(t, a, b, c), "b.json", 1<<31),
			map[string]string{"!/a.json": "a", "!/b.json": "error", "!/c.json": "c"}, ""},
		{"zip that is encrypted", encrypt(packZip(t, a, b, c), "b.json"),
			map[string]string{"!/a.json": "a", "!/b.json": "error", "!/c.json": "c"}, ""},
		{"zip behind a program", append([]byte("PK\x03\x04 is how it begins"), packZip(t, a)...), map[string]string{"!/a.json": "a"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := openBytes(t, test.archive)
			got := list(t.Context(), src)
			switch {
			case test.message == "" && got.err != nil:
				t.Errorf("List: %v", got.err)
			case test.message != "" && got.err == nil:
				t.Errorf("List ends without an error, want one with %q", test.message)
			case test.message != "" && !strings.Contains(got.err.Error(), test.message):
				t.Errorf("List: %v, want an error with %q", got.err, test.message)
			}
			expectMap(t, "bodies", bodies(t.Context(), src, got.objects), test.want)
		})
	}
}

// cut takes the last third away.
func cut(archive []byte) []byte { return archive[:len(archive)*2/3] }

func overwrite(archive []byte, at int, with string) []byte {
	archive = slices.Clone(archive)
	copy(archive[at:], with)
	return archive
}

// flip inverts one byte, counted from the end.
func flip(archive []byte, at int) []byte {
	archive = slices.Clone(archive)
	archive[len(archive)+at] ^= 0xff
	return archive
}

// directoryEntry finds a member's record in the directory of a zip. The offsets used below are APPNOTE's, 4.3.12.
func directoryEntry(archive []byte, name string) []byte {
	at := bytes.LastIndex(archive, []byte(name)) - 46
	return archive[at:]
}

func promise(archive []byte, name string, size uint32) []byte {
	archive = slices.Clone(archive)
	binary.LittleEndian.PutUint32(directoryEntry(archive, name)[24:], size)
	return archive
}

func encrypt(archive []byte, name string) []byte {
	archive = slices.Clone(archive)
	directoryEntry(archive, name)[8] |= 1
	return archive
}

func TestSparseMemberIsReported(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	must(t, w.WriteHeader(&tar.Header{Name: "a.json", Size: 1, Mode: 0o644}))
	_, err := w.Write([]byte("a"))
	must(t, err)
	must(t, w.Close())
	// An old GNU sparse header by hand: type S, GNU magic, no map, and a checksum to fit.
	header := buf.Bytes()[:512]
	header[156] = 'S'
	copy(header[257:], "ustar  \x00")
	clear(header[386:512])
	copy(header[483:], "00000000001\x00")
	copy(header[148:], "        ")
	sum := 0
	for _, c := range header {
		sum += int(c)
	}
	copy(header[148:], octal(sum))
	src := openBytes(t, buf.Bytes())
	got := list(t.Context(), src)
	if len(got.objects) != 0 || got.skipped["!/a.json"] != "sparse file" {
		t.Errorf("List yields %+v, skips %q, fails with %v; want the sparse file skipped", got.objects, got.skipped, got.err)
	}
}

func octal(n int) string {
	digits := []byte("000000\x00 ")
	for i := 5; n > 0; i, n = i-1, n/8 {
		digits[i] += byte(n % 8)
	}
	return string(digits)
}

func TestArchiveChangesWhileRead(t *testing.T) {
	t.Parallel()
	for format, pack := range map[string]func(*testing.T, ...file) []byte{"tar": packTar, "zip": packZip} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			path := save(t, "case", pack(t, file{name: "a.json", body: "a"}))
			src := open(t, path)
			got := list(t.Context(), src)
			must(t, got.err)
			later := time.Now().Add(time.Hour)
			must(t, os.Chtimes(path, later, later))
			if _, _, err := src.Open(t.Context(), got.objects[0]); err == nil || !strings.Contains(err.Error(), "changed") {
				t.Errorf("Open = %v, want an error that the archive changed", err)
			}
			if got := list(t.Context(), src); got.err == nil || !strings.Contains(got.err.Error(), "changed") {
				t.Errorf("List = %v, want an error that the archive changed", got.err)
			}
		})
	}
}
