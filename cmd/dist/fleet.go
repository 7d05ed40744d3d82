package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
)

// fleetName is that of the command for many machines. It has archives for Linux, where its
// workers are; what the other archives and the packages hold does not depend on it.
const fleetName = name + "-fleet"

// fleet writes the fleet's archives, and the list of what is in its program.
func (r release) fleet(ctx context.Context, platforms []platform) error {
	licenses, first := []byte(nil), "" // program
	for _, p := range platforms {
		if p.system != "linux" {
			continue
		}
		if licenses == nil {
			text, err := r.fleetLicenses(ctx)
			if err != nil {
				return err
			}
			licenses = text
		}
		r.say("build %s for %s", fleetName, p)
		program, err := r.build(ctx, fleetName, p, "program")
		if err != nil {
			return err
		}
		first = cmp.Or(first, program)
		if err := r.fleetArchive(p, program, licenses); err != nil {
			return err
		}
	}
	if first == "" {
		return nil
	}
	return r.sbom(ctx, fleetName, first)
}

// fleetLicenses has the program print its licences.
func (r release) fleetLicenses(ctx context.Context) ([]byte, error) {
	program, err := r.build(ctx, fleetName, here(), "here")
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "licenses")
	cmd.Stdout, cmd.Stderr = &text, r.stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s licenses: %w", fleetName, err)
	}
	return text.Bytes(), nil
}

// fleetArchive writes the archive of a platform.
func (r release) fleetArchive(p platform, program string, licenses []byte) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	entries, err := fleetFiles(data, licenses)
	if err != nil {
		return err
	}
	return r.pack(r.base(fleetName, p), p, entries)
}

// elsewhere is a link to a page that the fleet's archive has not: its text is left.
var elsewhere = regexp.MustCompile(`\[([^\]]*)\]\(\.\./[^)]*\)`)

// fleetFiles are the files of the fleet's archive.
func fleetFiles(program, licenses []byte) ([]entry, error) {
	page, err := os.ReadFile("cmd/" + fleetName + "/README.md")
	if err != nil {
		return nil, err
	}
	license, err := os.ReadFile("LICENSE")
	if err != nil {
		return nil, err
	}
	deploy, err := kit("cmd/" + fleetName + "/deploy")
	if err != nil {
		return nil, err
	}
	return append(below("deploy/", deploy),
		entry{fleetName, 0o755, program},
		entry{"README.md", 0o644, elsewhere.ReplaceAll(page, []byte("$1"))},
		entry{"LICENSE", 0o644, license},
		entry{"LICENSES.txt", 0o644, licenses},
	), nil
}
