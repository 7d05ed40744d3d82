package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report/metrics"
)

// metricsFileRefused is the usage error of a --metrics-file that would replace a file of
// somebody else; nil where there is none. What can't be looked at now is said when it is
// to be written.
func (o *outlets) metricsFileRefused() error {
	var foreign *metrics.ForeignFileError
	if !errors.As(o.checkMetricsFile(), &foreign) {
		return nil
	}
	return &importer.UsageError{Message: fmt.Sprintf("--metrics-file %s: %s, and would be replaced: give a path where nothing is, such as sent-import.prom in the directory of node_exporter's textfile collector",
		printable.Path(foreign.Path), foreign.Why)}
}

// checkMetricsFile looks whether the file of metrics may be written.
func (o *outlets) checkMetricsFile() error {
	switch {
	case o.file == "":
		return nil
	case o.state != "" && within(o.state, o.file):
		return &metrics.ForeignFileError{Path: o.file, Why: "it lies in the directory of the ledger"}
	}
	for _, path := range o.paths {
		if path != "-" && sameThing(path, o.file) {
			return &metrics.ForeignFileError{Path: o.file, Why: "it is a file to import"}
		}
	}
	return metrics.CheckFile(o.file)
}

// within reports whether a path lies below the directory, or is it.
func within(dir, path string) bool {
	for path = absolute(path); ; path = filepath.Dir(path) {
		if sameThing(dir, path) {
			return true
		}
		if path == filepath.Dir(path) {
			return false
		}
	}
}

// sameThing reports whether two paths lead to the same, which need not be there.
func sameThing(one, other string) bool {
	if absolute(one) == absolute(other) {
		return true
	}
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}
