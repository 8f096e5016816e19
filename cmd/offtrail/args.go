package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts a command's flags before its arguments: people type them in any order, but urfave reads flags only up to the first
// argument. For a command that takes parameters (query), a flag that is not its own becomes --param name=value.
//
// A command line that asks for help asks for nothing else.
func arrange(app *cli.App, args []string) ([]string, error) {
	if len(args) > 1 && args[1] == "help" {
		args = append(append(args[:1:1], args[2:]...), "--help")
	}
	at, command := findCommand(app, args)
	if command == nil {
		return args, nil
	}
	var flags, rest []string
	for i := at + 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, value, inline := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		flag := lookupFlag(command, name)
		switch {
		case flag == cli.HelpFlag:
			return append(args[:at+1:at+1], "--help"), nil
		case flag == nil && hasFlag(command, paramFlag) && strings.HasPrefix(arg, "--"):
			if !inline {
				if i++; i == len(args) {
					return nil, usage(fmt.Sprintf("parameter --%s has no value", name), "write --"+name+" VALUE")
				}
				value = args[i]
			}
			flags = append(flags, "--"+paramFlag+"="+name+"="+value)
		case flag == nil:
			return nil, unknownFlag(command, arg)
		case inline || isBool(flag):
			flags = append(flags, arg)
		default:
			if i++; i == len(args) {
				return nil, usage(fmt.Sprintf("flag %s has no value", arg), "offtrail "+command.Name+" --help")
			}
			flags = append(flags, arg, args[i])
		}
	}
	out := append(slices.Clone(args[:at+1]), flags...)
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

// paramFlag is the flag of commands that take a named query's parameters.
const paramFlag = "param"

// findCommand returns the command that args name, and where its name stands.
func findCommand(app *cli.App, args []string) (at int, command *cli.Command) {
	commands := app.Commands
	for i := 1; i < len(args); i++ {
		found := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[i]) })
		if found < 0 {
			break
		}
		at, command = i, commands[found]
		commands = command.Subcommands
	}
	return at, command
}

func lookupFlag(command *cli.Command, name string) cli.Flag {
	for _, flag := range append(slices.Clone(command.Flags), cli.HelpFlag) {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}

func hasFlag(command *cli.Command, name string) bool { return lookupFlag(command, name) != nil }

func isBool(flag cli.Flag) bool {
	_, is := flag.(*cli.BoolFlag)
	return is
}

func unknownFlag(command *cli.Command, arg string) error {
	hint := "offtrail " + command.Name + " --help lists the flags"
	name := strings.TrimLeft(arg, "-")
	best, distance := "", 3
	for _, flag := range command.Flags {
		for _, other := range flag.Names() {
			if d := editDistance(name, other); d < distance && len(other) > 1 {
				best, distance = other, d
			}
		}
	}
	if best != "" {
		hint = "did you mean --" + best + "? " + hint
	}
	return usage("unknown flag "+arg, hint)
}

// nearest returns the command whose name is closest to what was typed, if any is close.
func nearest(name string, commands []*cli.Command) string {
	best, distance := "", 3
	for _, c := range commands {
		if d := editDistance(name, c.Name); d < distance {
			best, distance = c.Name, d
		}
	}
	return best
}

// editDistance is Levenshtein's, over bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost = 1 + min(previous, row[j], row[j+1])
			}
			previous, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
