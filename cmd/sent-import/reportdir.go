package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sent-import/importer/printable"
)

// reportDir is where the report of a file goes: beside it, or for standard
// input into the directory that the command was started in.
func reportDir(dir, input string) string {
	if dir != "" {
		return dir
	}
	if input == "-" {
		return "stdin.report"
	}
	return strings.TrimSuffix(input, filepath.Ext(input)) + ".report"
}

// probeReportDir tries whether a report can be written to dir, and leaves
// nothing there. An import can take days, and its end is too late to find out.
func probeReportDir(dir string) error {
	wrong := func(err error) error {
		return fmt.Errorf("the report could not be written, so nothing was sent: %w: choose another directory with --report", err)
	}
	place := filepath.Clean(dir)
	info, err := os.Stat(place)
	for ; errors.Is(err, fs.ErrNotExist) && place != filepath.Dir(place); info, err = os.Stat(place) {
		place = filepath.Dir(place)
	}
	if err != nil {
		return wrong(err)
	}
	if !info.IsDir() {
		return wrong(fmt.Errorf("%s is not a directory", printable.Path(place)))
	}
	f, err := os.CreateTemp(place, ".sent-import-*.tmp")
	if err != nil {
		return wrong(err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return wrong(err)
	}
	return nil
}
