package queries

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	fileName = regexp.MustCompile(`^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*\.sql$`)
	tagName  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)
	keyLine  = regexp.MustCompile(`^-- ([A-Za-z]+):(?: +(.*))?$`)
)

// parser reads one file and collects all that is wrong with it.
type parser struct {
	query    Query
	file     string
	problems []*Problem
	declared map[string]int    // line of each parameter
	titles   map[string]string // file of each title
}

// parse reads a query file and adds its title to titles. The query is whole only if there are no problems.
func parse(file, content string, titles map[string]string) (*Query, []*Problem) {
	p := parser{file: file, declared: make(map[string]int), titles: titles}
	if !fileName.MatchString(file) {
		p.complain(1, "file is not named topic/name.sql in small letters, digits and dashes")
	}
	p.query.Name = strings.TrimSuffix(file, ".sql")
	// A checkout on Windows may have turned every line end.
	content = strings.ReplaceAll(content, "\r\n", "\n")
	p.characters(content)
	body, first := p.header(content)
	p.body(body, first)
	slices.SortStableFunc(p.problems, func(a, b *Problem) int { return a.Line - b.Line })
	return &p.query, p.problems
}

func (p *parser) complain(line int, format string, args ...any) {
	p.problems = append(p.problems, &Problem{p.file, line, fmt.Sprintf(format, args...)})
}

// characters refuses what would not show when the query is read or pasted.
func (p *parser) characters(content string) {
	line := 1
	for text := range strings.Lines(content) {
		text = strings.TrimSuffix(text, "\n")
		if !utf8.ValidString(text) {
			p.complain(line, "line is not UTF-8")
		}
		for _, r := range text {
			if hidden(r) && r != '\t' {
				p.complain(line, "line holds the control or text direction character %+q", r)
				break
			}
		}
		line++
	}
}

// header reads the comment lines at the top. It returns the rest and the number of its first line.
func (p *parser) header(content string) (body string, first int) {
	line := 1
	for strings.HasPrefix(content, "--") {
		var text string
		text, content, _ = strings.Cut(content, "\n")
		if m := keyLine.FindStringSubmatch(text); m == nil {
			p.complain(line, "header line is not written -- key: value")
		} else {
			p.entry(line, m[1], strings.TrimSpace(m[2]))
		}
		line++
	}
	if p.query.Title == "" {
		p.complain(1, "header has no title")
	}
	if p.query.About == "" {
		p.complain(1, "header has no about")
	}
	return content, line
}

func (p *parser) entry(line int, key, value string) {
	q := &p.query
	switch key {
	case "title":
		if q.Title != "" {
			p.complain(line, "header has a second title")
		}
		if other, taken := p.titles[value]; taken && other != p.file && value != "" {
			p.complain(line, "title %q is already that of %s", value, other)
		}
		q.Title = value
		p.titles[value] = p.file
	case "about":
		q.About = strings.TrimSpace(q.About + " " + value)
	case "tags":
		if q.Tags != nil {
			p.complain(line, "header has tags twice")
		}
		p.tags(line, value)
	case "param":
		p.param(line, value)
	default:
		keys := map[string][]string{"title": {"title"}, "about": {"about"}, "param": {"param"}, "tags": {"tags"}}
		p.complain(line, "unknown header key %q%s", key, didYouMean(nearest(key, keys)))
	}
}

func (p *parser) tags(line int, list string) {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimSpace(tag)
		switch {
		case !tagName.MatchString(tag):
			p.complain(line, "tag %q is not in small letters, digits, dots and dashes", tag)
		case slices.Contains(p.query.Tags, tag):
			p.complain(line, "tag %q stands twice", tag)
		}
		p.query.Tags = append(p.query.Tags, tag)
	}
}

// param declares a parameter even if its line is wrong elsewhere, so that one mistake makes one problem.
func (p *parser) param(line int, value string) {
	param, err := parseParam(value)
	if err != nil {
		p.complain(line, "%v", err)
	}
	if first, taken := p.declared[param.Name]; taken {
		p.complain(line, "parameter %q is already declared on line %d", param.Name, first)
		return
	}
	if param.Name != "" {
		p.declared[param.Name] = line
		p.query.Params = append(p.query.Params, param)
	}
}
