package create

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/progress"
)

// StartUndo begins a run that undoes the job, and returns it for what follows: from now on
// it is on the disk that the job is undone. The options say OnlyAsk.
func (c *Creator) StartUndo() (*ledger.Run, error) {
	err := c.begin()
	if err == nil {
		err = c.run.BeginUndo(c.o.Started)
	}
	return c.run, err
}

// SettleDoubts settles the rows that may have a contact without our knowing, with look-ups
// and never by a creation, since the job is undone (StartUndo): a contact that a lost
// request has created is created/recovered; where there is none, and no request can be
// carried out any more, the row is as if it had not been sent. Rows of which only the mark
// is left stay as they are. stopped is why it ended early; the error is one after which the
// run can't go on.
func (c *Creator) SettleDoubts() (stopped, broken error) {
	c.o.Progress.Start(progress.Ending, 0)
	rows, first := c.newWorkers(), true
	for task, err := range c.o.Ledger.InDoubt(c.o.Job) {
		if err == nil && task.Found == "" && c.g.Context().Err() == nil {
			err = c.ask(task, rows)
			if first { // alone, as in a run
				first = false
				c.first.wait(c.g.Context())
			}
		}
		broken = errors.Join(broken, err)
	}
	if broken = errors.Join(broken, rows.wait()); broken == nil {
		broken = c.review(atTheEnd)
	}
	if broken = errors.Join(broken, c.run.Save(now())); broken != nil {
		return nil, broken
	}
	return context.Cause(c.g.Context()), nil
}

// sayOver says, once, why nothing is sent for so long.
func (c *Creator) sayOver(wait time.Duration) {
	c.overSaid.Do(func() {
		c.o.Say(fmt.Sprintf("A creation of the import got no answer, and may still be carried out: its row is looked up once more in %d s, and nothing is deleted before that.", int(wait.Round(time.Second).Seconds())))
	})
}

// ask gives a row to the workers, claimed, when its turn has come.
func (c *Creator) ask(task ledger.Task, rows *workers) error {
	task, err := c.reclaim(task)
	if err != nil {
		return c.fatal(err)
	}
	rows.enter()
	t, err := c.admit(task)
	rows.take(t)
	return err
}
