package archivesource

import (
	"path"
	"strings"

	"offtrail/ingest/filesource"
)

// cleanName turns a member's name into a key that stays below wherever it is written to, on any system, and says what
// was wrong with it, if it looked like an attempt to escape. Members are read whatever their name.
func cleanName(name string) (key, wrong string) {
	slashed := strings.ReplaceAll(name, `\`, "/")
	switch {
	case strings.Contains(name, "\x00"):
		wrong = "name holds a NUL byte"
	case strings.HasPrefix(slashed, "/"):
		wrong = "name is an absolute path"
	case hasDrive(slashed):
		wrong = "name begins with a drive letter"
	case strings.Contains("/"+slashed+"/", "/../"):
		wrong = "name climbs out with .."
	}
	key = path.Clean("/" + withoutRoots(path.Clean("/" + slashed)[1:]))[1:]
	if key == "" {
		return "unnamed", "name is empty"
	}
	return filesource.Key(key), wrong
}

// withoutRoots strips drive letters, and what they hid from path.Clean, from the front of a clean path: C:../D:x is x.
func withoutRoots(name string) string {
	for {
		short := name
		if hasDrive(short) {
			short = short[2:]
		}
		short = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(short, "../"), "./"), "/")
		if short == name {
			return name
		}
		name = short
	}
}

func hasDrive(name string) bool {
	if len(name) < 2 || name[1] != ':' {
		return false
	}
	c := name[0] | 0x20
	return 'a' <= c && c <= 'z'
}

// litter says why a member of this name holds no evidence, judging each folder of its path.
func litter(key string) string {
	folders, name := path.Split(key)
	for folder := range strings.SplitSeq(folders, "/") {
		if reason := filesource.LitterFolder(folder); reason != "" {
			return reason
		}
	}
	return filesource.Litter(name)
}

// looksLikeArchive says by the name whether a member is worth opening as an archive while listing.
func looksLikeArchive(key string) bool {
	low := strings.ToLower(key)
	for _, suffix := range []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"} {
		if strings.HasSuffix(low, suffix) {
			return true
		}
	}
	return false
}
