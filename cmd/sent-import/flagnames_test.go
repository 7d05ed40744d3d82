package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTextsNameFlagsThatExist: every flag that a text of the engine or of a report
// names is in the command line's grammar.
func TestTextsNameFlagsThatExist(t *testing.T) {
	known := map[string]bool{
		"long": true, "ultra": true, // of the program zstd
		"locale": true, "no-sync": true, "no-instructions": true, // of PostgreSQL's initdb
	}
	for _, flag := range modelOf(t).Flags {
		known[flag.Name] = true
	}
	for _, command := range commandsOf(t) {
		for _, flag := range command.Flags {
			known[flag.Name] = true
		}
	}
	named := 0
	for _, dir := range []string{"../../importer", "../../report"} {
		err := filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				text, ok := n.(*ast.BasicLit)
				if !ok || text.Kind != token.STRING {
					return true
				}
				for _, m := range regexp.MustCompile(`--([a-z][a-z-]*)`).FindAllStringSubmatch(text.Value, -1) {
					if named++; !known[m[1]] {
						t.Errorf("%s names --%s, which no command has", file, m[1])
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if named == 0 {
		t.Error("no text names a flag, so this tests nothing")
	}
}
