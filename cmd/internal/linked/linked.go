// Package linked finds the modules that are linked into a program, and the texts of their
// licences, for those that a program prints. Only tests import it.
package linked

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Texts are the licences that a program is passed on with: first the file of the project
// itself under the program's name, with more about them below it if about is not empty, then
// Go's, then those of the modules, each under its name and version. It is called in the
// directory of the program's package. systems are those of GOOS that need different modules.
func Texts(program, own, about string, systems ...string) (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = section(&b, program, own)
	if about != "" {
		fmt.Fprintf(&b, "\n%s\n", about)
	}
	err = errors.Join(err, section(&b, "The Go standard library and runtime", filepath.Join(strings.TrimSpace(string(root)), "LICENSE")))
	files := make(map[string]map[string]bool) // module and version → its files
	for _, system := range systems {
		modules, failed := Modules(system)
		err = errors.Join(err, failed)
		for module, found := range modules {
			if files[module] == nil {
				files[module] = make(map[string]bool)
			}
			maps.Copy(files[module], found)
		}
	}
	for _, module := range slices.Sorted(maps.Keys(files)) {
		if len(files[module]) == 0 {
			err = errors.Join(err, fmt.Errorf("%s has no licence", module))
		}
		err = errors.Join(err, section(&b, module, slices.Sorted(maps.Keys(files[module]))...))
	}
	return b.String(), err
}

// section writes the texts of the files under a title.
func section(b *strings.Builder, title string, files ...string) error {
	rule := strings.Repeat("=", 80)
	fmt.Fprintf(b, "%s\n%s\n%s\n", rule, title, rule)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "\n%s\n", text)
	}
	return nil
}

// listed is what the go command says of a package.
type listed struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// Modules are the modules, each with its version, whose packages are linked into the program
// of this directory for a system, with the files of the licences of those packages.
func Modules(system string) (map[string]map[string]bool, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", cmd, err)
	}
	modules := make(map[string]map[string]bool)
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return modules, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		name := p.Module.Path + " " + p.Module.Version
		if modules[name] == nil {
			modules[name] = make(map[string]bool)
		}
		if err := addLicenses(modules[name], p.Module.Dir, p.Dir); err != nil {
			return nil, err
		}
	}
}

// licenseName matches the names of files with a licence or a notice.
var licenseName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)([.-].*)?$`)

// addLicenses adds the licences that are in the package's directory and in those above it, up
// to the module's.
func addLicenses(files map[string]bool, module, dir string) error {
	for ; ; dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Type()&fs.ModeType == 0 && licenseName.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
				files[filepath.Join(dir, e.Name())] = true
			}
		}
		if dir == module {
			return nil
		}
	}
}
