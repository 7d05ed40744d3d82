package plan

import (
	"context"
	"encoding/json"
	"slices"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// commitRows is how many rows are handed to the ledger at once, and commitsAhead how often,
// before the first of them are on the disk. So many go into one commit at most: few enough
// that other jobs on the ledger get their turn.
const (
	commitRows   = 2048
	commitsAhead = 5
)

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

// writer writes rows to the ledger. It goes on while some commits are under way: what is
// handed over during one of them shares the next.
type writer struct {
	o       Options
	pending []outcome.Row
	handed  []handed // what is not known to be on the disk, the oldest first
}

// handed are rows that the ledger writes.
type handed struct {
	rows    []outcome.Row
	written <-chan error
}

func (w *writer) take(r *outcome.Row) error {
	if w.pending = append(w.pending, *r); len(w.pending) < commitRows {
		return nil
	}
	return w.write()
}

// write hands the collected rows to the ledger. If many wait there, it waits until the
// oldest are on the disk, whose memory takes the next rows.
func (w *writer) write() error {
	w.handed = append(w.handed, handed{w.pending, w.o.Ledger.AddRows(w.o.Job, w.pending)})
	if len(w.handed) < commitsAhead {
		w.pending = make([]outcome.Row, 0, commitRows)
		return nil
	}
	rows, err := w.await()
	w.pending = rows[:0]
	return err
}

// await waits until the oldest rows are on the disk.
func (w *writer) await() ([]outcome.Row, error) {
	oldest := w.handed[0]
	w.handed = slices.Delete(w.handed, 0, 1)
	return oldest.rows, <-oldest.written
}

func (w *writer) finish(t Totals) (ledger.Job, error) {
	err := w.write()
	for err == nil && len(w.handed) > 0 {
		_, err = w.await()
	}
	if err != nil {
		return w.o.Job, err
	}
	text, err := json.Marshal(t.Layout)
	if err != nil {
		return w.o.Job, err
	}
	return w.o.Ledger.FinishPlan(w.o.Job, t.Rows, string(text), t.Reasons)
}
