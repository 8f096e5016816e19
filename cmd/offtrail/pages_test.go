package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"offtrail/sql/queries"
)

// TestNamedCommandsExist checks what the pages do not run: sh blocks, and flags and commands within sentences.
func TestNamedCommandsExist(t *testing.T) {
	t.Parallel()
	catalog, err := queries.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	makefile := document(t, "Makefile")
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"} {
		text := document(t, name)
		for _, block := range append(blocks(text, "sh"), blocks(text, "console")...) {
			for line := range strings.Lines(block) {
				if err := checkLine(catalog, makefile, line); err != nil {
					t.Errorf("%s: %s: %v", name, strings.TrimSpace(line), err)
				}
			}
		}
		for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
			if err := checkMention(catalog, makefile, m[1]); err != nil {
				t.Errorf("%s: `%s`: %v", name, m[1], err)
			}
		}
	}
}

// checkMention checks code within a sentence: a command line, or a flag of some command.
func checkMention(catalog *queries.Catalog, makefile, code string) error {
	if !strings.HasPrefix(code, "--") {
		return checkLine(catalog, makefile, code)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(words(code)[0], "--"), "=")
	for _, c := range allCommands() {
		if hasFlag(c, name) {
			return nil
		}
	}
	return fmt.Errorf("no command has the flag --%s", name)
}

// checkLine checks a line if it calls offtrail or make.
func checkLine(catalog *queries.Catalog, makefile, line string) error {
	args := words(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
	switch {
	case len(args) < 2:
		return nil
	case args[0] == "make":
		if !strings.Contains(makefile, "\n"+args[1]+":") {
			return fmt.Errorf("the Makefile has no %s", args[1])
		}
		return nil
	case filepath.Base(args[0]) != "offtrail" || strings.HasPrefix(args[1], "-"):
		return nil
	}
	app := newProgram(nil, nil, nil, os.Getenv).app()
	_, command := findCommand(app, args)
	if command == nil {
		return fmt.Errorf("unknown command %q", args[1])
	}
	arranged, err := arrange(app, args)
	if err != nil {
		return err
	}
	return checkParams(catalog, command.Name, arranged)
}

// checkParams checks that the query of a command line has the parameters that it sets.
func checkParams(catalog *queries.Catalog, command string, arranged []string) error {
	if command != "query" && command != "show" || arranged[len(arranged)-2] != "--" {
		return nil
	}
	var set []string
	for _, arg := range arranged {
		if param, is := strings.CutPrefix(arg, "--"+paramFlag+"="); is {
			name, _, _ := strings.Cut(param, "=")
			set = append(set, name)
		}
	}
	name := arranged[len(arranged)-1]
	query, err := catalog.Lookup(name)
	if err != nil {
		if command == "query" && name != strings.ToUpper(name) { // NAME stands for a name
			return err
		}
		return nil
	}
	for _, s := range set {
		if !slices.ContainsFunc(query.Params, func(p queries.Param) bool { return p.Name == s }) {
			return fmt.Errorf("query %s has no parameter %s", query.Name, s)
		}
	}
	return nil
}

// words splits a line as a shell does, as far as the pages need: quotes, pipes, redirections and comments.
func words(line string) (all []string) {
	for _, m := range regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`).FindAllString(line, -1) {
		if strings.HasPrefix(m, "#") || strings.ContainsAny(m[:1], "|>&;") {
			break
		}
		all = append(all, strings.Trim(m, `'"`))
	}
	return all
}

// allCommands are all commands and their subcommands.
func allCommands() []*cli.Command {
	all := newProgram(nil, nil, nil, os.Getenv).app().Commands
	for _, c := range slices.Clone(all) {
		all = append(all, c.Subcommands...)
	}
	return all
}
