package main

import (
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
)

// TestJobsFitATerminal: a table that is wider than the terminal becomes some lines for
// each job, of which all but an id fit.
func TestJobsFitATerminal(t *testing.T) {
	jobs := []importer.JobStatus{
		{JobInfo: importer.JobInfo{ID: "97dc26386844638d63d4", InputPath: "/srv/exports/2026/november/contacts.csv", Planned: true}, Counts: outcome.Counts{Rows: 1506, Created: 1472, Duplicate: 11, Invalid: 23}},
		{JobInfo: importer.JobInfo{ID: "a54ded6dedcc602e60e1", InputPath: "/srv/a.csv", Planned: true, Sandbox: true}, Counts: outcome.Counts{Rows: 1, Pending: 1}},
	}
	for _, width := range []int{0, 200} {
		if text := jobsTable(jobs, width); strings.Count(text, "\n") != 3 || !strings.HasPrefix(text, "JOB ") || !strings.Contains(text, "1472") ||
			!strings.HasSuffix(text, "/srv/a.csv (rehearsal)\n") || strings.Count(text, "rehearsal") != 1 {
			t.Errorf("%d columns: got\n%s", width, text)
		}
	}
	for _, width := range []int{79, 59, 39} {
		text := jobsTable(jobs, width)
		for line := range strings.Lines(text) {
			if n := shownWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("got a line of %d characters: %s", n, line)
			}
		}
		for _, want := range []string{"97dc26386844638d63d4  finished\n", "1,506 rows: 1,472 created", "november/contacts.csv\n", "a54ded6dedcc602e60e1  open (rehearsal)\n  1 row: 0 created, 1 pending"} {
			if !strings.Contains(text, want) {
				t.Errorf("%d columns: no %q in\n%s", width, want, text)
			}
		}
	}
}
