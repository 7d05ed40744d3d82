package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
)

// Schema is the version of summary.json's format, and of the JSON lines that the command
// prints. A new field, or a new type of line, does not change it; a field that is removed
// or changes its meaning does. In version 2, each line has schema, type, time, job and run.
const Schema = 2

// Summary is summary.json. The caller fills what only it knows; Write and
// [Digest.Fill] fill the rest, marked "filled in".
//
// All figures are cumulative over the runs of the job, except ThisRun. A time
// that is zero is left out.
type Summary struct {
	Schema  int    `json:"schema"`  // filled in
	Version string `json:"version"` // of sent-import
	Job     string `json:"job"`     // id of the job
	Run     int    `json:"run"`     // number of the job's last run, 1 for its first; 0 before that, and in a check
	Sandbox bool   `json:"sandbox"` // a rehearsal: the account holds nothing of it
	Profile string `json:"profile"` // id of the child profile; "" for the account itself
	BaseURL string `json:"base_url"`
	Input   Input  `json:"input"` // filled in by Write

	Counts  outcome.Counts         `json:"counts"`  // filled in
	Reasons map[outcome.Reason]int `json:"reasons"` // filled in: only those that occur

	Requests        Requests  `json:"requests"`
	StartedAt       time.Time `json:"started_at,omitzero"`  // of the job's first run
	FinishedAt      time.Time `json:"finished_at,omitzero"` // of its last run so far
	DurationSeconds float64   `json:"duration_seconds"`     // spent in all runs, without the time between them

	Complete bool `json:"complete"`  // filled in: no row is failed or pending
	ExitCode int  `json:"exit_code"` // of the command that wrote the report

	ThisRun Run      `json:"this_run"`
	Stopped *Stop    `json:"stopped"` // why the run ended early; null when it did not
	Notes   []string `json:"notes"`   // what was said aloud about the run or the file; no cell content

	Undo *Undo `json:"undo"` // null: the job is not undone

	Files []File `json:"files"` // filled in: the other files of this report

	// Next is the command to run next, for report.html and the text; "" for
	// none. It is no part of summary.json.
	Next string `json:"-"`
	// NextCSV stands for a Next that imports invalid.xlsx where a sheet has no room for
	// all the rows of invalid.csv.
	NextCSV string `json:"-"`
	// Page is what report.html shows besides. It is no part of summary.json.
	Page Page `json:"-"`
}

// Requests counts requests by what they were for.
type Requests = outcome.Requests

// Run is one run of a job.
type Run struct {
	Counts          outcome.Counts `json:"counts"` // rows that this run settled
	Requests        Requests       `json:"requests"`
	StartedAt       time.Time      `json:"started_at,omitzero"`
	FinishedAt      time.Time      `json:"finished_at,omitzero"`
	DurationSeconds float64        `json:"duration_seconds"`
}

// Stop says why a run ended before its rows were settled.
type Stop struct {
	Cause   string `json:"cause"`   // one word for scripts, such as outage or interrupted
	Message string `json:"message"` // for people: what happened and what to do

	// LastError is the last failure that a request met, in plain words, without
	// numbers and keys; "" if none did.
	LastError string `json:"last_error"`
}

// writeSummary writes summary.json.
func writeSummary(w io.Writer, s Summary) error { return writeJSON(w, s, "  ") }

// Line writes the fields of the parts, which are structs without common fields, as one
// object in one line of JSON, in a single call of Write, so that lines that are written
// from several goroutines to one descriptor do not mix.
func Line(w io.Writer, parts ...any) error {
	line, err := joined(parts)
	if err != nil {
		return err
	}
	return writeJSON(w, line, "")
}

// joined are the fields of the parts as one object.
func joined(parts []any) (json.RawMessage, error) {
	var all []byte
	for _, part := range parts {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(part); err != nil {
			return nil, err
		}
		if fields := bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(b.Bytes()), []byte("{")), []byte("}")); len(fields) > 0 {
			all = append(append(all, ','), fields...)
		}
	}
	return append(append([]byte{'{'}, bytes.TrimPrefix(all, []byte(","))...), '}'), nil
}

// writeJSON writes v in a single call of Write, with characters escaped that control a
// terminal.
func writeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(b.Bytes()))
	return err
}

// whole is the second that t lies in, in UTC.
func whole(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// milli rounds seconds to milliseconds.
func milli(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
