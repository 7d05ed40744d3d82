package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

// nfpm writes the packages. The versions after it need a module that the proxy does not
// have (go.digitalxero.dev/go-msix).
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

// packages writes the packages of a platform of Linux.
func (r release) packages(ctx context.Context, p platform, program string, t texts) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	entries, err := installed(data, t)
	if err != nil {
		return err
	}
	root := filepath.Join(r.work, "root_"+p.arch)
	for _, e := range entries {
		to := filepath.Join(root, filepath.FromSlash(e.path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, e.data, e.mode); err != nil {
			return err
		}
	}
	text, err := yaml.Marshal(r.recipe(p, root, entries))
	if err != nil {
		return err
	}
	recipe := filepath.Join(r.work, "nfpm_"+p.arch+".yaml")
	if err := os.WriteFile(recipe, text, 0o644); err != nil {
		return err
	}
	for _, kind := range []string{"deb", "rpm"} {
		cmd := r.command(ctx, here(), "run", nfpm, "package", "--config", recipe, "--packager", kind, "--target", r.path(r.base(name, p)+"."+kind))
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", nfpm, err)
		}
	}
	return nil
}

// recipe is what nfpm is told: https://nfpm.goreleaser.com/configuration/
type recipe struct {
	Name          string    `yaml:"name"`
	Arch          string    `yaml:"arch"` // in Go's words
	Platform      string    `yaml:"platform"`
	Version       string    `yaml:"version"`
	VersionSchema string    `yaml:"version_schema"`
	Release       string    `yaml:"release"`
	Section       string    `yaml:"section"`
	Maintainer    string    `yaml:"maintainer"`
	Description   string    `yaml:"description"`
	License       string    `yaml:"license"`
	Recommends    []string  `yaml:"recommends"`
	Time          time.Time `yaml:"mtime"`
	Contents      []content `yaml:"contents"`
	RPM           rpm       `yaml:"rpm"`
}

// rpm is what is told of that package alone.
type rpm struct {
	BuildHost string `yaml:"buildhost"` // else the name of this machine is in the package
}

// content is a file or a directory of a package.
type content struct {
	Source      string `yaml:"src,omitempty"`
	Destination string `yaml:"dst"`
	Type        string `yaml:"type,omitempty"`
	Info        info   `yaml:"file_info"`
}

// info is who owns it, and when it was changed.
type info struct {
	Owner string    `yaml:"owner"`
	Group string    `yaml:"group"`
	Mode  uint32    `yaml:"mode"`
	Time  time.Time `yaml:"mtime"`
}

// recipe is that of a package with these files, which are below root. /etc/sent-import is
// for the key: root's alone.
func (r release) recipe(p platform, root string, entries []entry) recipe {
	all := []content{{Destination: "/etc/" + name, Type: "dir", Info: info{"root", "root", 0o700, r.date}}}
	for _, e := range entries {
		all = append(all, content{filepath.Join(root, filepath.FromSlash(e.path)), e.path, "", info{"root", "root", uint32(e.mode), r.date}})
	}
	return recipe{
		Name: name, Arch: p.arch, Platform: p.system, Version: r.version(), VersionSchema: "none", Release: "1",
		Section: "utils", Maintainer: "sent-import <sent-import@localhost>", Recommends: []string{"ca-certificates"}, License: "Apache-2.0", Time: r.date, Contents: all,
		Description: "import of contact lists into the Sent v3 API\n" +
			"Creates one contact for each valid phone number of a CSV file or an Excel workbook, inside the account's rate limit, " +
			"and reports about every row. Kill it at any moment and run the same command again.",
		RPM: rpm{BuildHost: name},
	}
}
