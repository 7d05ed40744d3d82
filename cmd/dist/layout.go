package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// entry is a file of an archive or a package.
type entry struct {
	path string // with slashes; in a package absolute
	mode fs.FileMode
	data []byte
}

// deployed is where the files for cron, systemd and others are.
const deployed = "cmd/" + name + "/deploy"

// intoCode is a link to a file of the code, or to the other command, which no archive has:
// its text is left.
var intoCode = regexp.MustCompile(`\[([^\]]*)\]\((?:(?:\.\./\.\./)?(?:importer|cmd/sent-import-fleet)|\.\./sent-import-fleet)/[^)]*\)`)

// documents are the files that an archive and a package have alike, by their names there.
// The links between them lead to where they are.
func documents(t texts) ([]entry, error) {
	links := strings.NewReplacer("(cmd/"+name+"/README.md", "(REFERENCE.md", "("+deployed, "(deploy", "(../../README.md", "(README.md",
		"(../../testdata/lines.schema.json", "(lines.schema.json")
	all := []entry{{"LICENSES.txt", 0o644, t.licenses}}
	for _, d := range []struct{ to, from string }{
		{"README.md", "README.md"}, {"REFERENCE.md", "cmd/" + name + "/README.md"}, {"curve.svg", "cmd/" + name + "/curve.svg"}, {"LICENSE", "LICENSE"},
		{"lines.schema.json", "testdata/lines.schema.json"},
	} {
		data, err := os.ReadFile(d.from)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(d.to, ".md") {
			data = []byte(intoCode.ReplaceAllString(links.Replace(string(data)), "$1"))
		}
		all = append(all, entry{d.to, 0o644, data})
	}
	return all, nil
}

// below are the entries in a directory.
func below(dir string, entries []entry) []entry {
	for i := range entries {
		entries[i].path = dir + entries[i].path
	}
	return entries
}

// kit are the files for cron, systemd, Kubernetes and others in a directory, by their names.
// What validates them is no part of it.
func kit(dir string) ([]entry, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, f := range files {
		if f.IsDir() || path.Ext(f.Name()) == ".sh" {
			continue
		}
		data, err := os.ReadFile(path.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, entry{f.Name(), 0o644, data})
	}
	return all, nil
}

// archived are the files of an archive.
func archived(p platform, program []byte, t texts) ([]entry, error) {
	all, err := documents(t)
	if err != nil {
		return nil, err
	}
	deploy, err := kit(deployed)
	if err != nil {
		return nil, err
	}
	all = append(all, below("deploy/", deploy)...)
	all = append(all,
		entry{p.program(), 0o755, program},
		entry{"man/" + name + ".1", 0o644, t.man},
		entry{"completion/" + name + ".bash", 0o644, t.bash},
		entry{"completion/_" + name, 0o644, t.zsh},
		entry{"completion/" + name + ".fish", 0o644, t.fish},
	)
	return all, nil
}

// installed are the files of a package, in the order of their paths.
func installed(program []byte, t texts) ([]entry, error) {
	const doc = "/usr/share/doc/" + name + "/"
	all, err := documents(t)
	if err != nil {
		return nil, err
	}
	for i, e := range all {
		all[i].path = doc + e.path
		if e.path == "LICENSE" { // where Debian's policy has it, 12.5
			all[i].path = doc + "copyright"
		}
	}
	deploy, err := kit(deployed)
	if err != nil {
		return nil, err
	}
	for _, e := range deploy {
		switch path.Ext(e.path) {
		case ".service", ".timer":
			e.path = "/usr/lib/systemd/system/" + e.path
		default:
			e.path = doc + "deploy/" + e.path
		}
		all = append(all, e)
	}
	man, err := gzipped(t.man)
	if err != nil {
		return nil, err
	}
	all = append(all,
		entry{"/usr/bin/" + name, 0o755, program},
		entry{"/usr/share/man/man1/" + name + ".1.gz", 0o644, man},
		entry{"/usr/share/bash-completion/completions/" + name, 0o644, t.bash},
		entry{"/usr/share/zsh/vendor-completions/_" + name, 0o644, t.zsh}, // of Debian
		entry{"/usr/share/zsh/site-functions/_" + name, 0o644, t.zsh},     // of Red Hat
		entry{"/usr/share/fish/vendor_completions.d/" + name + ".fish", 0o644, t.fish},
	)
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return all, nil
}
