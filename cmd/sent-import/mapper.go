package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
)

// absolute makes a path absolute; "-" is standard input and stays.
func absolute(path string) string {
	if path == "" || path == "-" {
		return path
	}
	return kong.ExpandPath(fromHome(path))
}

// fromHome is the path with its ~ replaced as a shell does: by HOME where that is set, which
// a service or a container may set to another directory than that of the user. Where it is not
// set, kong asks the system for the user's.
func fromHome(path string) string {
	rest, found := strings.CutPrefix(path, "~")
	if !found || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
