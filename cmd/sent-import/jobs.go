package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// jobsCmd is sent-import jobs.
type jobsCmd struct {
	Ledger stateFlag     `embed:""`
	Prune  time.Duration `help:"Forget the finished jobs that have not been touched for this long, such as 720h; 24h at least." placeholder:"AGE"`
	JSON   bool          `help:"Print JSON lines." name:"json"`
}

func (c *jobsCmd) Help() string {
	return `Lists the jobs in the ledger, the newest first, with how many rows are done.

With --prune, finished jobs that are old enough are forgotten first, and it is said how much room that frees. Their reports stay where they are; a file that is imported again after that is a new job, whose contacts are duplicates.

Examples:
  sent-import jobs
  sent-import jobs --prune 720h`
}

// jobLine is one job as JSON.
type jobLine struct {
	State    string         `json:"state"`
	Input    string         `json:"input"`
	BaseURL  string         `json:"base_url"`
	Profile  string         `json:"profile"`
	Sandbox  bool           `json:"sandbox"`
	Counts   outcome.Counts `json:"counts"`
	Created  time.Time      `json:"created_at"`
	Finished time.Time      `json:"finished_at"`
	Damaged  string         `json:"damaged,omitempty"` // why the ledger can't be right about it
}

// Run is called by the command line's parser.
func (c *jobsCmd) Run(a *app) error {
	state, err := c.Ledger.dir(a)
	if err != nil {
		return err
	}
	if c.Prune != 0 {
		pruned, err := importer.Prune(state, c.Prune)
		tellPruned(a, pruned)
		if err == nil && len(pruned.Jobs) == 0 {
			a.notice("No job is forgotten: no finished one has been left alone for " + printable.Duration(c.Prune) + " or more.")
		}
		if err != nil {
			return err
		}
	}
	jobs, err := importer.Jobs(state)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, j := range jobs {
			line := jobLine{jobState(j), j.InputPath, j.BaseURL, j.Profile, j.Sandbox, j.Counts, j.Created, j.Finished, ""}
			if j.Damaged != nil {
				line.Damaged = printable.Error(j.Damaged)
			}
			a.lines.about(j.ID, j.Run)
			if err := a.lines.write("job", line); err != nil {
				return err
			}
		}
		return nil
	}
	if len(jobs) == 0 {
		_, err := fmt.Fprintf(a.stdout, "No jobs in %s yet. Start one: sent-import run contacts.csv\n", printable.Path(state))
		return err
	}
	if _, err := io.WriteString(a.stdout, jobsTable(jobs, lineWidth(a.stdout))); err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Damaged != nil {
			a.complain(printable.Error(j.Damaged))
		}
	}
	return nil
}

// jobsTable shows jobs in lines of at most width characters (0: there is no limit): in
// columns if these fit, else in a few lines for each.
func jobsTable(jobs []importer.JobStatus, width int) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "JOB\tSTATE\tROWS\tCREATED\tDUPLICATE\tINVALID\tFAILED\tPENDING\tCHANGED\tFILE")
	for _, j := range jobs {
		n := j.Counts
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", printable.Path(j.ID), jobState(j), n.Rows,
			n.Created, n.Duplicate, n.Invalid, n.Failed, n.Pending, changed(j), printable.Path(j.InputPath)+rehearsal(j))
	}
	_ = w.Flush() // a strings.Builder takes everything
	tooWide := func(line string) bool { return shownWidth(line) > width }
	if width < 1 || !slices.ContainsFunc(strings.Split(b.String(), "\n"), tooWide) {
		return b.String()
	}
	b.Reset()
	for _, j := range jobs {
		stackJob(&b, j, width)
	}
	return b.String()
}

// changed is when anything of a job changed last.
func changed(j importer.JobStatus) string { return j.Finished.Local().Format(time.DateTime) }

// rehearsal says of a job in the sandbox that it is one: its contacts are in no account.
func rehearsal(j importer.JobStatus) string {
	if j.Sandbox {
		return " (rehearsal)"
	}
	return ""
}

// stackJob writes a job in several lines.
func stackJob(b *strings.Builder, j importer.JobStatus, width int) {
	fmt.Fprintf(b, "%s  %s%s\n", printable.Path(j.ID), jobState(j), rehearsal(j))
	text := human.Count(j.Counts.Rows, "row", "rows") + ": " + countsText(j.Counts, outcome.Statuses()) + "; changed " + changed(j)
	for _, line := range human.Wrap(text, width-len("  ")) {
		fmt.Fprintf(b, "  %s\n", line)
	}
	fmt.Fprintf(b, "  %s\n", cutLeft(printable.Path(j.InputPath), width-len("  ")))
}

// tellPruned says what was forgotten, and how much room that frees.
func tellPruned(a *app, pruned importer.Pruned) {
	for _, j := range pruned.Jobs {
		a.notice(fmt.Sprintf("Forgotten: job %s (%s, %s).", j.ID, printable.Path(j.InputName), human.Count(j.Rows, "row", "rows")))
	}
	if pruned.LedgerBytes > 0 {
		a.notice(human.Bytes(pruned.LedgerBytes) + " of the ledger's file are free now, for later jobs; the file keeps its size.")
	}
	if pruned.SpoolBytes > 0 {
		a.notice(human.Bytes(pruned.SpoolBytes) + " of standard input that were kept are removed.")
	}
}

// jobState is one word for how far a job is.
func jobState(j importer.JobStatus) string {
	switch {
	case j.Damaged != nil:
		return "damaged"
	case j.Running:
		return "running"
	case j.Undoing:
		return "undoing"
	case !j.Undone.IsZero():
		return "undone"
	case !j.Planned:
		return "unplanned"
	case j.Counts.Complete():
		return "finished"
	}
	return "open"
}
