package filesource

import (
	"io/fs"
	"strings"
)

// Unplaced is the reason given for an object that the scope leaves out only because its key does not say enough.
const Unplaced = "its path does not say whether it is in scope: sync it without the filter, or from its place in the bucket layout"

// Litter says why a file of this name holds no evidence, or "" when it may: what file managers leave behind and what
// offtrail writes itself. CloudTrail delivers no name that begins with a dot.
func Litter(name string) string {
	low := strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "."):
		return "hidden"
	case low == "thumbs.db", low == "desktop.ini":
		return "left by a file manager"
	case strings.HasSuffix(low, ".duckdb"), strings.HasSuffix(low, ".duckdb.wal"):
		return "a DuckDB file"
	}
	return ""
}

// LitterFolder is Litter for folders. A hidden folder may be somebody's case folder, so only known names count.
func LitterFolder(name string) string {
	switch low := strings.ToLower(name); low {
	case "__macosx", ".trashes", ".spotlight-v100", ".fseventsd", ".temporaryitems", "$recycle.bin":
		return "left by a file manager"
	case ".git", ".svn", ".hg":
		return "a version-control folder"
	default:
		if strings.HasSuffix(low, ".duckdb.tmp") {
			return "a DuckDB file"
		}
	}
	return ""
}

// irregular says what a directory entry is when it is neither a folder nor a regular file.
func irregular(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode&fs.ModeType&^fs.ModeDir != 0:
		return "not a regular file"
	}
	return ""
}
