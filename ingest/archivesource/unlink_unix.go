//go:build unix

package archivesource

import "os"

// unlinkEarly takes an open file's name away; the content lives as long as the file is open.
func unlinkEarly(name string) bool { return os.Remove(name) == nil }
