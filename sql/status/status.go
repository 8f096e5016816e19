// Package status holds the questions that offtrail status asks of a database about itself, a file each. It runs none of
// them.
package status

import (
	"embed"
	"fmt"
)

//go:embed *.sql
var files embed.FS

// Sections lists the sections in the order in which they are shown.
func Sections() []string {
	return []string{"summary", "coverage", "gaps", "quarantine", "failures", "syncs"}
}

// SQL returns a section's question.
func SQL(section string) (string, error) {
	text, err := files.ReadFile(section + ".sql")
	if err != nil {
		return "", fmt.Errorf("unknown section %q", section)
	}
	return string(text), nil
}
