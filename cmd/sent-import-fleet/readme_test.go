package main

import (
	"os"
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
