package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What lies in the place of a report's file and is no file is set aside unopened: to open a
// named pipe would wait for ever. The report is whole, and the exit code the usual one.
func TestAttack19WhatIsNoFileIsSetAside(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, line, aside string }{
		{"a link to nowhere", "ln -s nowhere list.report/report.csv", "report.edited-1.csv"},
		{"a link to itself", "ln -s report.csv list.report/report.csv", "report.edited-1.csv"},
		{"a named pipe", "mkfifo list.report/report.csv", "report.edited-1.csv"},
		{"a link to a named pipe", "mkfifo pipe; ln -s ../pipe list.report/report.csv", "report.edited-1.csv"},
		{"a named pipe as marker", "cd list.report; rm .sent-import summary.json; mkfifo .sent-import summary.json; cd ..", "summary.edited-1.json"},
		{"a device", "ln -s /dev/zero list.report/report.csv", "report.edited-1.csv"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
			s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
			s.write("list.csv", "phone\n+1 415 555 0101\n+1 415 555 0102\n")
			s.typed(exitOK, "sent-import run list.csv; mv list.report/report.csv want.csv")
			ran, said := s.typed(exitOK, tt.line+"; timeout -k 1 20 sent-import run list.csv")
			if _, err := os.Lstat(filepath.Join(s.dir, "list.report", tt.aside)); err != nil {
				t.Errorf("got %v: want what was there beside the report; it said %s%s", err, ran, said)
			}
			s.typed(exitOK, "cmp want.csv list.report/report.csv")
		})
	}
}
