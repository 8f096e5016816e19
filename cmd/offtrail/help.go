package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"offtrail/cmd/internal/term"
)

// urfave's own help pages say "(default: false)" of every switch and write repeatable flags twice. These are made from the same
// commands, and are given to urfave as templates without a variable.

// helpWidth is how wide help is: a terminal that nobody has resized.
const helpWidth = 80

// addHelp gives every command its page.
func addHelp(app *cli.App) {
	app.CustomAppHelpTemplate = appPage(app)
	addPages(app.Name, app.Commands)
}

func addPages(parent string, commands []*cli.Command) {
	for _, c := range commands {
		c.CustomHelpTemplate = commandPage(parent, c)
		addPages(parent+" "+c.Name, c.Subcommands)
	}
}

func appPage(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nUsage: %s COMMAND [FLAG...] [ARGUMENT...]\n", app.Name, app.Usage, app.Name)
	writeProse(&b, app.Description)
	writeCommands(&b, app.Commands)
	fmt.Fprintf(&b, "\n%s\n\n%s COMMAND --help says more; %[2]s --version says what this is.\n", exitHelp(), app.Name)
	return b.String()
}

func commandPage(parent string, c *cli.Command) string {
	name := parent + " " + c.Name
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage: %s\n", wrap(strings.Fields(name+": "+c.Usage), 0), strings.TrimSpace(name+" [FLAG...] "+c.ArgsUsage))
	writeProse(&b, c.Description)
	writeCommands(&b, c.Subcommands)
	if flags := c.VisibleFlags(); len(flags) > 0 {
		b.WriteString("\nFlags:\n")
		rows := make([][2]string, len(flags))
		for i, f := range flags {
			rows[i] = flagRow(f)
		}
		writeRows(&b, rows)
	}
	return b.String()
}

// writeProse writes paragraphs, which the source breaks where it likes.
func writeProse(b *strings.Builder, text string) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if words := strings.Fields(paragraph); len(words) > 0 {
			b.WriteString("\n" + wrap(words, 0) + "\n")
		}
	}
}

func writeCommands(b *strings.Builder, commands []*cli.Command) {
	if len(commands) == 0 {
		return
	}
	b.WriteString("\nCommands:\n")
	rows := make([][2]string, len(commands))
	for i, c := range commands {
		rows[i] = [2]string{c.Name, c.Usage}
	}
	writeRows(b, rows)
}

// writeRows writes names and what they mean in two columns.
func writeRows(b *strings.Builder, rows [][2]string) {
	const margin, gap = 2, 2
	widest := 0
	for _, r := range rows {
		widest = max(widest, term.Width(r[0]))
	}
	for _, r := range rows {
		fmt.Fprintf(b, "%*s%-*s%s\n", margin, "", widest+gap, r[0], wrap(strings.Fields(r[1]), margin+widest+gap))
	}
}

// flagRow is a flag as it is typed, and what it does.
func flagRow(f cli.Flag) [2]string {
	var short, long []string
	for _, name := range f.Names() {
		if len(name) == 1 {
			short = append(short, "-"+name)
		} else {
			long = append(long, "--"+name)
		}
	}
	typed := strings.Join(append(short, long...), ", ")
	doc, is := f.(cli.DocGenerationFlag)
	if !is {
		return [2]string{typed, ""}
	}
	means := doc.GetUsage()
	if _, after, found := strings.Cut(means, "`"); found {
		value, _, _ := strings.Cut(after, "`")
		typed += " " + value
		means = strings.ReplaceAll(means, "`", "")
	}
	if value := defaultValue(f); value != "" {
		means += " (default " + value + ")"
	}
	if env := doc.GetEnvVars(); len(env) > 0 {
		means += " [$" + strings.Join(env, ", $") + "]"
	}
	return [2]string{typed, means}
}

// defaultValue is what a flag is when it is not given, where that says anything.
func defaultValue(f cli.Flag) string {
	switch f := f.(type) {
	case *cli.StringFlag:
		return f.Value
	case *cli.IntFlag:
		return fmt.Sprint(f.Value)
	}
	return ""
}

// wrap sets words into lines of helpWidth, the second and later ones indented.
func wrap(words []string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range words {
		width := term.Width(word)
		switch {
		case i == 0:
		case column+1+width > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}
