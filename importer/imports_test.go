package importer_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// allowed says which of our packages each package may import: one way, and no
// part knows another. Tests may use the simulator and the fleet's ledger, and know whether the
// race detector is on.
var allowed = map[string][]string{
	"cmd/sent-import":      {"cmd/internal/asgiven", "cmd/internal/fileflags", "importer/private", "importer", "importer/reporting", "importer/handles", "importer/outcome", "importer/phone", "importer/printable", "importer/progress", "importer/simulator", "importer/room", "report", "report/human", "report/metrics", "report/notify", "testdata"},
	"cmd/dist":             {},
	"importer":             {"importer/undo", "importer/create", "importer/contactlist", "importer/gateway", "importer/plan", "importer/ledger", "importer/sent", "importer/serverclock", "importer/jobid", "importer/progress", "importer/pace", "importer/outcome", "importer/handles", "importer/printable", "importer/private", "importer/room", "importer/timeline"},
	"importer/create":      {"importer/contactlist", "importer/gateway", "importer/retry", "importer/serverclock", "importer/jobid", "importer/progress", "importer/ledger", "importer/sent", "importer/outcome"},
	"importer/undo":        {"importer/gateway", "importer/progress", "importer/ledger", "importer/sent", "importer/outcome"},
	"importer/contactlist": {"importer/gateway", "importer/sent", "importer/outcome"},
	"importer/gateway":     {"importer/timeline", "importer/retry", "importer/serverclock", "importer/progress", "importer/pace", "importer/sent", "importer/outcome", "importer/handles"},
	"importer/plan":        {"importer/source", "importer/phone", "importer/ledger", "importer/progress", "importer/outcome", "importer/printable", "importer/private", "importer/room"},
	"importer/retry":       {"importer/serverclock", "importer/sent", "importer/outcome"},
	"importer/handles":     {},
	"importer/outcome":     {},
	"importer/feedback":    {},
	"importer/source":      {"importer/workbook", "importer/outcome", "importer/feedback"},
	"importer/workbook":    {"importer/private", "importer/printable", "importer/room"},
	"importer/phone":       {"importer/outcome"},
	"importer/ledger":      {"importer/ledger/storage", "importer/ledger/sqlite", "importer/outcome", "importer/printable", "importer/serverclock"},
	"importer/serverclock": {},
	"importer/jobid":       {},
	"importer/progress":    {"importer/outcome"},
	"importer/printable":   {},
	"importer/private":     {"importer/printable"},
	"importer/room":        {},
	"importer/sent":        {"importer/handles", "importer/outcome"},
	"importer/simulator":   {"importer/outcome"},
	"importer/testenv":     {},
	"importer/timeline":    {},
	"importer/pace":        {"importer/private", "importer/outcome"},
	"report":               {"importer/phone", "importer/timeline", "importer/outcome", "importer/feedback", "importer/printable", "importer/private", "importer/room", "report/human"},
	"report/browser":       {"importer/timeline"},
	"report/human":         {},
	"report/metrics":       {"importer/outcome", "report/notify"},
	"report/notify":        {},
	"testdata":             {},

	"importer/ledger/storage":  {"importer/printable"},
	"importer/ledger/postgres": {"importer/ledger/storage"},
	"importer/testenv/pgtest":  {},
	"importer/ledger/sqlite":   {"importer/ledger/storage", "importer/handles", "importer/printable", "importer/private", "importer/room"},

	"importer/fleet/queue":       {"importer/ledger/postgres"},
	"importer/fleet/store":       {},
	"importer/fleet/pool":        {"importer/fleet/queue"},
	"importer/fleet/worker":      {"importer/fleet/pool", "importer/fleet/queue", "importer/printable"},
	"importer/fleet/engine":      {"importer", "importer/fleet/pool", "importer/fleet/store", "importer/fleet/worker", "importer/jobid", "importer/ledger", "importer/ledger/postgres", "importer/outcome", "importer/pace", "importer/progress", "importer/reporting", "report"},
	"importer/reporting":         {"importer", "report"},
	"cmd/internal/asgiven":       {},
	"cmd/internal/linked":        {},
	"cmd/internal/fileflags":     {"importer", "importer/outcome"},
	"cmd/sent-import-fleet/demo": {"importer/simulator", "importer/testenv/pgtest"},
	"cmd/sent-import-fleet":      {"importer/private", "cmd/internal/asgiven", "cmd/internal/fileflags", "importer", "importer/progress", "importer/ledger", "importer/fleet/engine", "importer/fleet/pool", "importer/fleet/queue", "importer/fleet/store", "importer/fleet/worker", "importer/ledger/postgres", "importer/outcome", "importer/phone", "importer/printable", "report/human"},
}

func TestImportsRunOneWay(t *testing.T) {
	seen := make(map[string]bool)
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") {
			return err
		}
		pkg, err := filepath.Rel("..", filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg = filepath.ToSlash(pkg)
		seen[pkg] = true
		for _, imported := range importsOf(t, file) {
			if !mayImport(pkg, imported, strings.HasSuffix(file, "_test.go")) {
				t.Errorf("%s imports %s, which %s may not", file, imported, pkg)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("package %s has a rule and no file", pkg)
		}
	}
}

// importsOf returns our packages that the file imports.
func importsOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rest, ok := strings.CutPrefix(name, "sent-import/"); ok {
			ours = append(ours, rest)
		}
	}
	return ours
}

func mayImport(pkg, imported string, test bool) bool {
	rule, known := allowed[pkg]
	if !known {
		return false // a new package needs a rule
	}
	for _, a := range rule {
		if a == imported {
			return true
		}
	}
	return test && (path.Base(imported) == "simulator" || strings.HasPrefix(imported, "importer/testenv") || imported == pkg || imported == "importer/outcome" || imported == "importer/feedback" || imported == "report" || imported == "importer/ledger/postgres" || imported == "importer/fleet/queue" || imported == "cmd/internal/linked")
}

// TestSmallToolStaysSmall: what only the fleet needs is not in the binary of everybody else.
func TestSmallToolStaysSmall(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "sent-import/cmd/sent-import").Output()
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		for _, prefix := range []string{"github.com/jackc/", "github.com/riverqueue/", "gocloud.dev", "github.com/aws/", "sent-import/importer/fleet", "sent-import/importer/ledger/postgres"} {
			if strings.HasPrefix(pkg, prefix) {
				t.Errorf("the binary of sent-import has %s", pkg)
			}
		}
	}
}
