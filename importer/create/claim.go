package create

import (
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/serverclock"
)

// The claimer claims as many rows at once as go out in about this time, so that a kill
// leaves few rows in doubt at a slow rate, and a fast one doesn't wait for the disk.
const (
	claimAtMost  = 400 * time.Millisecond
	claimAtLeast = 100 * time.Millisecond
	maxClaim     = 512
)

// claim claims the open rows ahead of the dispatcher: those in doubt first.
func (c *Creator) claim(batches chan<- []ledger.Task) error {
	for task, err := range c.o.Ledger.InDoubt(c.o.Job) {
		if err != nil {
			return c.fatal(err)
		}
		if task.Number == c.led {
			continue
		}
		if c.g.Context().Err() != nil {
			return c.cut()
		}
		if task, err = c.reclaim(task); err != nil {
			return c.fatal(err)
		}
		batches <- []ledger.Task{task}
	}
	return c.claimUntouched(batches)
}

// claimUntouched claims the rows for which no request can have been sent, some at a time.
func (c *Creator) claimUntouched(batches chan<- []ledger.Task) error {
	size := 1
	var batch []ledger.Task
	for task, err := range c.o.Ledger.Untouched(c.o.Job) {
		if err != nil {
			return c.fatal(err)
		}
		if task.Number == c.led {
			continue
		}
		if batch = append(batch, task); len(batch) < size {
			continue
		}
		took, err := c.handOver(batch, batches)
		if err != nil {
			return err
		}
		size = nextClaim(size, took)
		batch = make([]ledger.Task, 0, size)
	}
	_, err := c.handOver(batch, batches)
	return err
}

// handOver claims a batch and gives it to the dispatcher. took is how long that took to
// take it.
func (c *Creator) handOver(batch []ledger.Task, batches chan<- []ledger.Task) (took time.Duration, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	if c.g.Context().Err() != nil {
		return 0, c.cut()
	}
	if err := c.run.Claim(batch, now()); err != nil {
		return 0, c.fatal(err)
	}
	began := time.Now()
	batches <- batch
	return time.Since(began), nil
}

// cut ends the claimer because the run stops.
func (c *Creator) cut() error {
	c.unfinished.Store(true)
	return errStopped
}

// nextClaim is how many rows to claim next, when the last ones were taken after a time.
func nextClaim(size int, took time.Duration) int {
	switch {
	case took < claimAtLeast:
		return min(2*size, maxClaim)
	case took > claimAtMost:
		return max(size/2, 1)
	}
	return size
}

// reclaim claims a row in doubt. The time in which a run that died can have sent a request
// for it becomes one of the row's spans. A row of which only the mark is left has none.
func (c *Creator) reclaim(t ledger.Task) (ledger.Task, error) {
	if t.Found != "" {
		return t, c.run.ClaimFound(t, now())
	}
	if t.ClaimedRun != 0 {
		t.Spans = append(t.Spans, serverclock.ClaimSpan(t.ClaimedRun, t.ClaimedAt, c.earlier[t.ClaimedRun].LeaseUntil, c.o.Grace))
	}
	return t, c.run.Reclaim(t, t.Spans, now())
}
