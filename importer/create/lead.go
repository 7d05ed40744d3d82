package create

import (
	"errors"

	"sent-import/importer/ledger"
	"sent-import/importer/progress"
)

// lead has the first open row created by itself, where the API has answered no question
// so far: only a creation tells whether it answers creations, and whether the key is good
// for them. If it is an outage, the row waits for its end. Then the list of contacts is
// asked for again, and the plan is what is done about it now. The error is one after which
// the run can't go on.
func (c *Creator) lead(plan *ListPlan) error {
	if plan.Choice != ListLater {
		return nil
	}
	c.o.Progress.Start(progress.Creating, 0)
	task, err := c.claimFirst()
	if err != nil {
		return c.fatal(err)
	}
	c.led = task.Number
	t, err := c.admit(task)
	err = errors.Join(err, c.follow(t))
	if err != nil || c.g.Context().Err() != nil {
		return err
	}
	if err := c.run.Save(now()); err != nil { // the row is on the disk now, and not in the way of the list
		return err
	}
	if *plan, err = c.Survey(); err != nil {
		return c.stopListing(err)
	}
	return nil
}

// claimFirst claims the row that a run begins with: one in doubt, if there is one.
func (c *Creator) claimFirst() (ledger.Task, error) {
	for task, err := range c.o.Ledger.InDoubt(c.o.Job) {
		if err == nil {
			task, err = c.reclaim(task)
		}
		return task, err
	}
	for task, err := range c.o.Ledger.Untouched(c.o.Job) {
		if err == nil {
			err = c.run.Claim([]ledger.Task{task}, now())
		}
		return task, err
	}
	panic("create: no row is open, and one leads")
}
