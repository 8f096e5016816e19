// Package queries is the catalogue of named queries: Athena SQL in .sql files with a strict header, and the binding
// of their parameters.
//
// A query's name is its path without the extension, connect/deletions. Its file starts with the header and holds one
// statement, with a :name wherever a parameter's value belongs:
//
//	-- title: Deletions by account
//	-- about: One or more lines of what the rows mean.
//	-- param: NAME TYPE[?] [= DEFAULT] -- DESCRIPTION
//	-- tags: connect, impact
//	SELECT … WHERE eventname = :event
//
// A parameter is required, or has a default (text, timestamps and dates quoted as in SQL), or is nullable: a ? after
// its type, NULL when left out. A nullable one is tested and compared, (:from IS NULL OR eventtime >= :from), not handed
// to a function: a bare NULL has no type by which Athena could choose one.
//
// Binding writes each value into the text as a literal. There is no second form for the engine, so the text that ran
// here is, byte for byte, the text that runs in Athena. The package runs nothing and knows no engine.
package queries

import (
	"embed"
	"strings"
)

// Query is one named query.
type Query struct {
	Name   string
	Title  string
	About  string
	Tags   []string
	Params []Param
	// SQL is the statement with its placeholders, without header and closing semicolon.
	SQL string
}

// Base is the last segment of the name.
func (q *Query) Base() string {
	return q.Name[strings.LastIndexByte(q.Name, '/')+1:]
}

func (q *Query) param(name string) (Param, bool) {
	for _, p := range q.Params {
		if p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

//go:embed */*.sql
var files embed.FS

// Embedded loads the queries that offtrail ships.
func Embedded() (*Catalog, error) {
	return Load(files)
}
