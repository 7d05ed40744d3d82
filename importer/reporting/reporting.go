// Package reporting puts what the engine knows of a job into the report's terms, for every
// command that writes reports: package importer knows no reports, and package report no
// engine.
package reporting

import (
	"sent-import/importer"
	"sent-import/report"
)

// Summary is the summary of a result. exit is the exit code of the command, version the
// program's, and stop why the run ended early; nil: it did not.
func Summary(r *importer.Result, exit int, version string, stop *report.Stop) report.Summary {
	s := report.Summary{
		Version: version, Job: r.Job.ID, Run: r.Run, Sandbox: r.Job.Sandbox, Profile: r.Job.Profile, BaseURL: r.Job.BaseURL,
		Requests: r.Requests, StartedAt: r.Started, FinishedAt: r.Finished, DurationSeconds: r.Duration.Seconds(),
		ExitCode: exit, Notes: r.Notes,
		ThisRun: report.Run{
			Counts: r.ThisRun.Settled, Requests: r.ThisRun.Requests,
			StartedAt: r.ThisRun.Started, FinishedAt: r.ThisRun.Finished,
			DurationSeconds: r.ThisRun.Finished.Sub(r.ThisRun.Started).Seconds(),
		},
		Stopped: stop,
		Input:   Input(r.Job),
		Undo:    Undo(r.Undo),
	}
	if s.Undo != nil {
		s.Undo.Rows = r.UndoRows()
		s.Notes = append([]string{s.Undo.Sentence()}, s.Notes...)
	}
	return s
}

// Input is the file of a job.
func Input(job importer.JobInfo) report.Input {
	in := report.Input{
		Name: job.InputName, Bytes: job.InputBytes, SHA256: job.SHA256, Rows: job.Rows,
		Header: job.Header, Comma: job.Delimiter, Mark: job.Mark, Path: job.InputPath,
	}
	if len(job.Phone) > 0 {
		in.PhoneColumn = job.Phone[0]
	}
	return in
}

// Undo is how far an undo is, without its rows; nil for none.
func Undo(u *importer.UndoState) *report.Undo {
	if u == nil {
		return nil
	}
	return &report.Undo{Counts: u.Counts, Complete: !u.Finished.IsZero(), StartedAt: u.Started, FinishedAt: u.Finished}
}
