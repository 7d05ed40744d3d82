package plan

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// ErrInputChanged says that the file is not, or no longer, the one that the
// job was planned from.
var ErrInputChanged = errors.New("the file has changed since it was planned")

// commitRows is how many rows go into one commit: few enough that other jobs on the
// ledger get their turn.
const commitRows = 4096

// Options says which file is read, how, and for which job.
type Options struct {
	Reading  Reading
	Ledger   *ledger.Ledger // nil in a check
	Job      ledger.Job     // in a check only its Input counts
	TempDir  string         // for what a large workbook is unpacked to, see source.Options
	Now      time.Time      // when the plan is made: the rows that it settles carry it
	MaxLine  uint32         // the last line that a row may begin at; 0: 4,294,967,295
	Progress *progress.Progress
}

// Totals is what is known of a file when all its rows have been read.
type Totals struct {
	Rows    int
	Reasons outcome.ByReason
	Marks   int // open rows whose contacts are to be marked as opted out
	Layout  Layout
}

// File writes every row of the job's file to the ledger and marks the job planned. It
// reads the file to its end, twice where a column says who opted out, and returns
// ErrInputChanged if the bytes are not those of the job.
func File(ctx context.Context, o Options) (ledger.Job, outcome.ByReason, error) {
	p, err := openPass(ctx, o, foreknown{}, withoutRecords)
	if err != nil {
		return o.Job, nil, err
	}
	if p.mayCorrect() {
		if err := p.run(ctx, func(*outcome.Row) error { return nil }); err != nil {
			return o.Job, nil, err
		}
		if p, err = openPass(ctx, o, foreknown{outs: p.outs.lines}, withoutRecords); err != nil {
			return o.Job, nil, err
		}
	}
	w := writer{o: o}
	if err := p.run(ctx, w.take); err != nil {
		return o.Job, nil, err
	}
	job, err := w.finish(p.totals())
	return job, p.reasons, err
}

// writer writes rows to the ledger.
type writer struct {
	o       Options
	pending []outcome.Row
	written <-chan error // of the rows handed over last; nil before
}

func (w *writer) take(r *outcome.Row) error {
	w.pending = append(w.pending, *r)
	if len(w.pending) < commitRows {
		return nil
	}
	return w.write()
}

// write hands the collected rows to the ledger, once the ones before are on
// the disk.
func (w *writer) write() error {
	if err := w.settled(); err != nil {
		return err
	}
	w.written = w.o.Ledger.AddRows(w.o.Job, w.pending)
	w.pending = make([]outcome.Row, 0, commitRows)
	return nil
}

func (w *writer) settled() error {
	if w.written == nil {
		return nil
	}
	err := <-w.written
	w.written = nil
	return err
}

func (w *writer) finish(t Totals) (ledger.Job, error) {
	if err := w.write(); err != nil {
		return w.o.Job, err
	}
	if err := w.settled(); err != nil {
		return w.o.Job, err
	}
	text, err := json.Marshal(t.Layout)
	if err != nil {
		return w.o.Job, err
	}
	return w.o.Ledger.FinishPlan(w.o.Job, t.Rows, string(text))
}
