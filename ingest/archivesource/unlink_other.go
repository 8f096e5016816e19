//go:build !unix

package archivesource

// unlinkEarly does nothing where an open file keeps its name.
func unlinkEarly(string) bool { return false }
