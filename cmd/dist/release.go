package main

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// name is that of the program, and what the names of all files begin with.
const name = "sent-import"

// release is what is to be made.
type release struct {
	describe string    // what the program calls itself
	commit   string    // in full
	date     time.Time // of the commit, UTC
	out      string    // directory of the release
	work     string    // temporary directory
	stderr   io.Writer
}

// platform is what a program is built for, in Go's words.
type platform struct{ system, arch string }

func (p platform) String() string { return p.system + "/" + p.arch }

// program is the name of the program's file.
func (p platform) program() string { return p.file(name) }

// file is the name of a command's file.
func (p platform) file(command string) string {
	if p.system == "windows" {
		return command + ".exe"
	}
	return command
}

// version is the release's, as packages need it: a digit first, and neither - nor space in
// it. A commit without a tag comes before every version, and after older commits.
func (r release) version() string {
	plain := strings.TrimPrefix(r.describe, "v")
	if regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(plain) {
		return plain
	}
	text := fmt.Sprintf("0.0.0+git%s.%.8s", r.date.Format("20060102150405"), r.commit)
	if strings.HasSuffix(r.describe, "-dirty") {
		text += ".dirty"
	}
	return text
}

// base is the name of a file of the release without its ending, for a command.
func (r release) base(command string, p platform) string {
	return strings.Join([]string{command, r.version(), p.system, p.arch}, "_")
}

// path is that of a file of the release.
func (r release) path(file string) string { return filepath.Join(r.out, file) }
