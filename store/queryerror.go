package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// QueryError is a mistake in a query, and where in its text it is.
type QueryError struct {
	Problem string // what is wrong, with DuckDB's suggestions when it is DuckDB that says so
	Hint    string // what to write instead; may be empty
	Text    string // the query as typed
	Offset  int    // of the mistake in Text, in bytes; -1 when nobody knows

	unknown string // the table that there is not
}

func (e *QueryError) Error() string {
	if e.Offset < 0 {
		return "query: " + e.Problem
	}
	line, column := e.Place()
	return fmt.Sprintf("query, line %d, column %d: %s", line, column, e.Problem)
}

// Place returns the line and the column, in characters, both from 1; zeros when nobody knows.
func (e *QueryError) Place() (line, column int) {
	if e.Offset < 0 {
		return 0, 0
	}
	before := e.Text[:e.Offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// Line returns the line of the query that holds the mistake.
func (e *QueryError) Line() string {
	if e.Offset < 0 {
		return ""
	}
	start := strings.LastIndexByte(e.Text[:e.Offset], '\n') + 1
	line, _, _ := strings.Cut(e.Text[start:], "\n")
	return strings.TrimSuffix(line, "\r")
}

// refuse makes the error of the gate. It does not know the text; the statement adds that.
func refuse(at int, hint, format string, args ...any) *QueryError {
	return &QueryError{Problem: fmt.Sprintf(format, args...), Hint: hint, Offset: at}
}

// duckFault is an error as DuckDB writes it under errors_as_json, and, with other names, as json_serialize_sql does.
type duckFault struct {
	Kind     string `json:"exception_type"`
	Message  string `json:"exception_message"`
	Position string `json:"position"`

	ParseKind    string `json:"error_type"`
	ParseMessage string `json:"error_message"`
}

// at returns the place in the text that DuckDB was given.
func (f *duckFault) at() int {
	at, err := strconv.Atoi(f.Position)
	if err != nil {
		return -1
	}
	return at
}

// readFault takes DuckDB's message apart. What is not JSON is a message as it stands.
func readFault(text string) duckFault {
	var f duckFault
	if start := strings.IndexByte(text, '{'); start >= 0 && json.Unmarshal([]byte(text[start:]), &f) == nil && f.Message != "" {
		return f
	}
	kind, message, found := strings.Cut(text, " Error: ")
	if !found {
		kind, message = "", text
	}
	return duckFault{Kind: kind, Message: message}
}

// plain gives an error the words that errors_as_json put into JSON.
func plain(err error) error {
	if !strings.Contains(err.Error(), `"exception_message"`) {
		return err
	}
	f := readFault(err.Error())
	return errors.New(f.Kind + " Error: " + f.Message)
}

// ownMistake reports whether it is the query that is at fault rather than the machine or the file.
func (f *duckFault) ownMistake() bool {
	switch f.Kind {
	case "IO", "Out of Memory", "Fatal", "Internal", "Interrupt", "TransactionContext", "Connection", "Serialization", "Permission", "":
		return false
	}
	return true
}

// sentence brings a message of DuckDB's into the form of our own: one line, small first letter.
func sentence(message string) string {
	message = strings.NewReplacer("!\n", "; ", ".\n", "; ", "\n", "; ").Replace(strings.TrimSpace(message))
	message = strings.Join(strings.Fields(message), " ")
	message = strings.TrimSuffix(message, "!")
	if len(message) > 1 && message[0] >= 'A' && message[0] <= 'Z' && message[1] >= 'a' && message[1] <= 'z' {
		message = string(message[0]+'a'-'A') + message[1:]
	}
	return message
}
