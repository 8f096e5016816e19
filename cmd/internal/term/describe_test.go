package term

import (
	"maps"
	"os"
	"testing"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	smart := Info{IsTerminal: true, Width: 120, Repaints: true, Color: true}
	tests := []struct {
		name  string
		width int
		goos  string
		env   map[string]string
		want  Info
	}{
		{"as the terminal says", 120, "linux", nil, smart},
		{"no width known", 0, "linux", nil, Info{true, 80, true, true}},
		{"COLUMNS overrules", 120, "linux", map[string]string{"COLUMNS": "40"}, Info{true, 40, true, true}},
		{"COLUMNS is nonsense", 120, "linux", map[string]string{"COLUMNS": "wide"}, smart},
		{"COLUMNS is negative", 120, "linux", map[string]string{"COLUMNS": "-1"}, smart},
		{"NO_COLOR", 120, "linux", map[string]string{"NO_COLOR": "1"}, Info{true, 120, true, false}},
		{"dumb", 120, "linux", map[string]string{"TERM": "dumb"}, Info{true, 120, false, false}},
		{"old Windows console", 120, "windows", nil, Info{true, 120, true, false}},
		{"Windows Terminal", 120, "windows", map[string]string{"WT_SESSION": "x"}, smart},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(tt.env)
			got := describe(tt.width, tt.goos, func(name string) string { return env[name] })
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestDetectPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	// COLUMNS must not make a pipe look like a terminal: what goes to a pipe is never cut.
	if got := Detect(w, func(string) string { return "40" }); got != (Info{}) {
		t.Errorf("got %+v, want nothing", got)
	}
}
