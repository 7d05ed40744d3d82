package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
)

// TestReferenceNamesEverything: each command, flag and series is in the reference.
func TestReferenceNamesEverything(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := func(word string) {
		t.Helper()
		if !strings.Contains(string(text), word) {
			t.Errorf("the reference does not name %s", word)
		}
	}
	parser, err := kong.New(new(cli), kong.Vars{"version": "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		names("`" + command.Name)
		for _, flag := range command.Flags {
			names("--" + flag.Name)
		}
	}
	series := make(chan *prometheus.Desc, 100)
	new(metrics).Describe(series)
	close(series)
	for desc := range series {
		name, _, _ := strings.Cut(strings.TrimPrefix(desc.String(), `Desc{fqName: "`), `"`)
		names(name)
	}
}

// TestReferenceNamesNothingElse: each flag, variable, series and default of the reference is
// the program's.
func TestReferenceNamesNothingElse(t *testing.T) {
	file, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	flags := map[string]string{"help": "", "version": ""} // with their defaults
	variables := []string{"SENT_IMPORT_DATABASE", "SENT_IMPORT_STORE"}
	parser, err := kong.New(new(cli), kong.Vars{"version": "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		for _, flag := range command.Flags {
			flags[flag.Name] = flag.Default
			variables = append(variables, flag.Envs...)
		}
	}
	notOffered := []string{"fresh", "max-requests"} // and said to be so
	for _, found := range regexp.MustCompile("[ `(]--([a-z][a-z-]*)").FindAllStringSubmatch(text, -1) {
		if _, ok := flags[found[1]]; !ok && !slices.Contains(notOffered, found[1]) {
			t.Errorf("the reference has --%s, which no command has", found[1])
		}
	}
	for _, found := range regexp.MustCompile(`SENT_(?:IMPORT|DM)_[A-Z_]*[A-Z]`).FindAllString(text, -1) {
		if !slices.Contains(variables, found) {
			t.Errorf("the reference has the variable %s, which no flag has", found)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `--([a-z-]+) [A-Z]+` \\| ([0-9][0-9a-z]*) \\|").FindAllStringSubmatch(text, -1) {
		if want := flags[row[1]]; row[2] != want {
			t.Errorf("--%s: the reference has the default %s, the program %s", row[1], row[2], want)
		}
	}
	series := make(chan *prometheus.Desc, 100)
	new(metrics).Describe(series)
	close(series)
	var described strings.Builder
	for desc := range series {
		described.WriteString(desc.String())
	}
	for _, name := range regexp.MustCompile(`sent_import_fleet_[a-z_]*[a-z]`).FindAllString(text, -1) {
		if !strings.Contains(described.String(), `"`+name+`"`) {
			t.Errorf("the reference has the series %s, which no worker shows", name)
		}
	}
}
