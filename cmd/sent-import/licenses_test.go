package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var writeLicenses = flag.Bool("licenses.write", false, "write licenses.txt anew, as go generate does")

// licenseName matches the names of files with a licence or a notice.
var licenseName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)([.-].*)?$`)

// TestAttack24Licenses compares licenses.txt with the modules that are linked into
// the binary, in their versions, and with their files; go generate writes it.
func TestAttack24Licenses(t *testing.T) {
	t.Parallel()
	want := licenseTexts(t)
	if *writeLicenses {
		if err := os.WriteFile("licenses.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if licenses != want {
		t.Errorf("licenses.txt has %d bytes and differs from the modules' files, which have %d: run go generate ./cmd/sent-import", len(licenses), len(want))
	}
	for module := range linkedModules(t, runtime.GOOS) {
		if !strings.Contains(licenses, "\n"+module+"\n") {
			t.Errorf("licenses.txt lacks %s", module)
		}
	}
}

// TestLicensesAreWhole: the text begins with this project's licence and has the
// licences of modules that are known to be in the binary.
func TestLicensesAreWhole(t *testing.T) {
	out, err := program(t, "licenses").Output()
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	if first := strings.Index(text, string(own)); first < 0 || first > 200 {
		t.Error("it does not begin with this project's LICENSE")
	}
	for _, words := range []string{"The Go Authors", "\nmodernc.org/sqlite v", "\ngithub.com/nyaruka/phonenumbers v", "\ngolang.org/x/sys v", "SQLite"} {
		if !strings.Contains(text, words) {
			t.Errorf("it lacks %q", words)
		}
	}
}

// builtFor are systems that need different modules. A binary of any system contains
// no others.
func builtFor() []string { return []string{"linux", "darwin", "freebsd"} }

// licenseTexts is what licenses.txt has to be.
func licenseTexts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	section(t, &b, "sent-import", filepath.Join("..", "..", "LICENSE"))
	section(t, &b, "The Go standard library and runtime", filepath.Join(runtimeDir(t), "LICENSE"))
	files := make(map[string]map[string]bool) // module and version → its files
	for _, system := range builtFor() {
		for module, found := range linkedModules(t, system) {
			if files[module] == nil {
				files[module] = make(map[string]bool)
			}
			maps.Copy(files[module], found)
		}
	}
	for _, module := range slices.Sorted(maps.Keys(files)) {
		if len(files[module]) == 0 {
			t.Errorf("%s has no licence", module)
		}
		section(t, &b, module, slices.Sorted(maps.Keys(files[module]))...)
	}
	return b.String()
}

// section writes the texts of the files under a title.
func section(t *testing.T, b *strings.Builder, title string, files ...string) {
	t.Helper()
	rule := strings.Repeat("=", 80)
	fmt.Fprintf(b, "%s\n%s\n%s\n", rule, title, rule)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(b, "\n%s\n", text)
	}
}

// linkedModules are the modules, each with its version, whose packages are linked
// into the binary for a system, with the licences of those packages.
func linkedModules(t *testing.T, system string) map[string]map[string]bool {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	modules := make(map[string]map[string]bool)
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return modules
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		name := p.Module.Path + " " + p.Module.Version
		if modules[name] == nil {
			modules[name] = make(map[string]bool)
		}
		addLicenses(t, modules[name], p.Module.Dir, p.Dir)
	}
}

// addLicenses adds the licences that are in the package's directory and in those
// above it, up to the module's.
func addLicenses(t *testing.T, files map[string]bool, module, dir string) {
	t.Helper()
	for ; ; dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Type()&fs.ModeType == 0 && licenseName.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
				files[filepath.Join(dir, e.Name())] = true
			}
		}
		if dir == module {
			return
		}
	}
}

// runtimeDir is where Go is.
func runtimeDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
