package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// syntax is a node of the tree that DuckDB's parser makes of a statement, as json_serialize_sql writes it.
type syntax map[string]any

// parse returns the tree of the one query that a text holds. The text is an argument, never part of a statement: preparing
// a text of several statements would run all but its last.
func parse(ctx context.Context, conn *sql.Conn, text string) (syntax, error) {
	var written string
	if err := conn.QueryRowContext(ctx, "SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR)", text).Scan(&written); err != nil {
		return nil, err
	}
	var tree struct {
		Error bool `json:"error"`
		duckFault
		Statements []struct {
			Node syntax `json:"node"`
		} `json:"statements"`
	}
	d := json.NewDecoder(strings.NewReader(written))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read the query's syntax: %w", err)
	}
	switch {
	case tree.Error && strings.HasPrefix(tree.ParseMessage, "Only SELECT"):
		return nil, refuse(-1, "only questions are answered here: SELECT, WITH, VALUES, DESCRIBE", "not a SELECT")
	case tree.Error:
		return nil, refuse(tree.at(), "", "%s", sentence(tree.ParseMessage))
	case len(tree.Statements) == 0:
		return nil, refuse(-1, "", "it is empty")
	case len(tree.Statements) > 1:
		return nil, refuse(-1, "run them one at a time", "%d statements where one is expected", len(tree.Statements))
	}
	return tree.Statements[0].Node, nil
}

func (n syntax) text(key string) string {
	text, _ := n[key].(string)
	return text
}

func (n syntax) object(key string) syntax { return object(n[key]) }

func (n syntax) list(key string) []any {
	list, _ := n[key].([]any)
	return list
}

func (n syntax) names(key string) []string {
	var names []string
	for _, item := range n.list(key) {
		name, _ := item.(string)
		names = append(names, name)
	}
	return names
}

// at returns where in the text the node begins, -1 when the parser did not note it.
func (n syntax) at() int {
	number, _ := n["query_location"].(json.Number)
	at, err := strconv.Atoi(number.String())
	if err != nil {
		return -1
	}
	return at
}

func object(v any) syntax {
	m, _ := v.(map[string]any)
	return m
}
