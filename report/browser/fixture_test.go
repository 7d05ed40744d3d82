//go:build browser

package browser

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/timeline"
	"sent-import/report"
)

var start = time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)

// job is a job whose report is looked at.
type job struct {
	summary report.Summary
	rows    int
	row     func(number int) outcome.Row
}

// write writes the report of a job and returns the path of its page.
func write(t *testing.T, j job) string {
	t.Helper()
	place, err := report.Open(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = place.Close() })
	in := j.summary.Input
	in.Rows = j.rows
	if err := place.Claim(report.Owner{File: in.Name, Job: j.summary.Job}); err != nil {
		t.Fatal(err)
	}
	files, _, err := place.Write(t.Context(), j.summary, in, generate(j.rows, j.row))
	if err != nil {
		t.Fatal(err)
	}
	return files.HTML
}

func generate(n int, one func(number int) outcome.Row) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		for i := 1; i <= n; i++ {
			if !yield(one(i), nil) {
				return
			}
		}
	}
}

// rowOf is a row with the reasons in turn.
func rowOf(reasons ...outcome.Reason) func(int) outcome.Row {
	return func(number int) outcome.Row {
		reason := reasons[(number-1)%len(reasons)]
		r := outcome.Row{
			Number: number, Line: number + 1, Input: fmt.Sprintf("(415) 555-%04d", number%10000),
			Record:  []string{"Ana Sousa", fmt.Sprintf("(415) 555-%04d", number%10000), "São Paulo"},
			Outcome: outcome.Outcome{Status: reason.Status(), Reason: reason},
		}
		if r.Status != outcome.Invalid {
			r.Phone = fmt.Sprintf("+1415555%04d", number%10000)
		}
		if r.Status != outcome.Pending {
			r.SettledAt = start.Add(time.Duration(number) * 300 * time.Millisecond)
		}
		return r
	}
}

// summary is that of a job which came to its end.
func summary() report.Summary {
	return report.Summary{
		Version: "1.0.0", Job: "4b68ab3847feda7d", BaseURL: "https://api.sent.dm",
		Input: report.Input{
			Name: "contacts.csv", Bytes: 4321, SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			Header: []string{"name", "phone", "city"}, Comma: ',', PhoneColumn: "phone",
		},
		Requests:  report.Requests{Create: 1234, Lookup: 1, List: 12, Me: 1, Retries: 5, RateLimited: 2},
		StartedAt: start, FinishedAt: start.Add(83 * time.Second), DurationSeconds: 83.4,
		ThisRun: report.Run{Requests: report.Requests{Create: 6, Retries: 4}, DurationSeconds: 23.4},
		Page:    page(),
		Notes:   []string{"The numbers are taken from the column \"phone\"."},
		Next:    "sent-import run --region US '/home/ana/exports of the spring campaign/contacts.csv'",
	}
}

// page is what a page shows of a job beside its summary.
func page() report.Page {
	line := new(timeline.Timeline)
	for i := range 80 {
		line.Add(start.Add(time.Duration(i)*time.Second), timeline.Slot{Requests: 10 + i%7, Limited: i % 9 / 8, Paused: time.Duration(i%3) * 200 * time.Millisecond})
		line.Latencies.Add(time.Duration(i) * 10 * time.Millisecond)
	}
	line.Add(start.Add(40*time.Second), timeline.Slot{Outage: time.Second})
	line.Outages = 1
	return report.Page{
		Account: "Padaria São João", ProfileName: "Filial Norte", PhoneColumn: "phone", Plans: "github.com/nyaruka/phonenumbers v1.8.1",
		Program: "1.0.0 (commit 8afab7b9b4a0e0f6a1a3f8b8c5e2d9f0a1b2c3d4, 2026-03-01T12:00:00+01:00, go1.26.1 linux/amd64)",
		Options: []report.Option{
			{Name: "region", Value: "US", From: "command line"},
			{Name: "api-key-file", Value: "/run/credentials/sent-import.service/api-key", From: "SENT_IMPORT_API_KEY_FILE"},
		},
		Timeline: line, Runs: []time.Time{start, start.Add(30 * time.Second)}, Cells: report.ShowCells,
	}
}

// fullest is the job whose page has most parts.
const fullest = "stopped"

// jobs are jobs that end in all the ways there are.
func jobs() map[string]job {
	stopped, rehearsal, checked, undone := summary(), summary(), summary(), summary()
	stopped.ExitCode = 4
	stopped.Stopped = &report.Stop{Cause: "interrupted", Message: "interrupted: 3 rows are settled; run the same command again to go on"}
	rehearsal.Sandbox, rehearsal.Next = true, ""
	checked.Page = report.Page{PhoneColumn: "phone"}
	checked.Job, checked.BaseURL, checked.Requests, checked.ThisRun = "", "", report.Requests{}, report.Run{}
	checked.Input.Name = "יצוא \u202evsc.csv"
	undone.Next = ""
	undone.Undo = &report.Undo{
		Counts:   outcome.UndoCounts{Contacts: 3, Deleted: 2, Changed: 1},
		Complete: true, StartedAt: start, FinishedAt: start.Add(time.Hour), Rows: func(func(outcome.UndoRow, error) bool) {},
	}
	done := summary()
	done.Next = ""
	return map[string]job{
		"done":      {done, 40, rowOf(outcome.ReasonCreated, outcome.AlreadyExists)},
		fullest:     {stopped, 3 * len(outcome.Reasons()), rowOf(outcome.Reasons()...)},
		"rehearsal": {rehearsal, 12, rowOf(outcome.ReasonCreated)},
		"checked":   {checked, 60, rowOf(outcome.NotAttempted, outcome.InFile, outcome.PhoneMissing)},
		"undone":    {undone, 8, rowOf(outcome.ReasonCreated, outcome.InFile)},
		"no rows":   {done, 0, nil},
	}
}
