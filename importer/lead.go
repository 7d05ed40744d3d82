package importer

import (
	"errors"

	"sent-import/importer/ledger"
	"sent-import/importer/progress"
)

// lead has the first open row created by itself, where the API has answered no
// question so far: only a creation tells whether it answers creations, and
// whether the key is good for them. If it is an outage, the row waits for its
// end. Then the list of contacts is asked for again. The error is one after
// which the run can't go on.
func (c *creator) lead() error {
	if c.list.Choice != ListLater {
		return nil
	}
	c.o.Progress.Start(progress.Creating, 0)
	task, err := c.claimFirst()
	if err != nil {
		return c.fatal(err)
	}
	c.led, c.planned = task.Number, nil
	t, err := c.admit(c.ctx)
	admitted := err == nil
	if !admitted {
		err = c.refuse(err)
	}
	err = errors.Join(err, c.follow(turn{task: task, ticket: t, admitted: admitted}))
	if err != nil || c.ctx.Err() != nil {
		return err
	}
	if err := c.run.Save(now()); err != nil { // the row is on the disk now, and not in the way of the list
		return err
	}
	c.list, err = c.survey()
	if err != nil {
		return c.stopListing(err)
	}
	return nil
}

// claimFirst claims the row that a run begins with: one in doubt, if there is one.
func (c *creator) claimFirst() (ledger.Task, error) {
	for task, err := range c.ledger.InDoubt(c.job) {
		if err == nil {
			task, err = c.reclaim(task)
		}
		return task, err
	}
	for task, err := range c.ledger.Untouched(c.job) {
		if err == nil {
			err = c.run.Claim([]ledger.Task{task}, now())
		}
		return task, err
	}
	panic("importer: no row is open, and one leads")
}
