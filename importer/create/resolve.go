package create

import (
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// resolve looks up the contact ids of the duplicates that have none, this run's
// and earlier ones'. It comes last: the rows are settled, and nothing that it
// finds, or does not find, changes what they are. A row whose look-up gets no
// answer is looked up again by the next run; one that is answered never again.
func (c *Creator) resolve() error {
	if !c.o.Resolve {
		return nil
	}
	if err := c.run.Save(now()); err != nil { // what was settled is on the disk now, to be read
		return err
	}
	if c.o.Told != nil { // a duplicate is told without its contact's id, and then with it
		c.o.Told()
	}
	c.o.Progress.Start(progress.Resolving, 0)
	pool := new(errgroup.Group)
	pool.SetLimit(c.places())
	alone := c.g.Requests().Total() == 0 // the first request of a run goes alone
	var unanswered atomic.Int64
	for row, err := range c.o.Ledger.MissingIDs(c.o.Job) {
		if err != nil {
			return errors.Join(err, pool.Wait())
		}
		if c.g.Context().Err() != nil {
			c.unfinished.Store(true)
			break
		}
		pool.Go(func() error { return c.resolveRow(row, &unanswered) })
		if alone {
			alone = false
			if err := pool.Wait(); err != nil {
				return err
			}
		}
	}
	err := pool.Wait()
	if n := unanswered.Load(); n > 0 {
		c.o.Note(fmt.Sprintf("%d look-ups for the contact ids of duplicates got no answer; run again in the same way to ask again.", n))
	}
	return err
}

// resolveRow looks up one duplicate. Its error is a reason why the run can't go
// on.
func (c *Creator) resolveRow(row ledger.Numbered, unanswered *atomic.Int64) error {
	v, err := c.g.Contact(row.Number, outcome.FormatE164(row.Digits))
	switch {
	case errors.Is(err, gateway.ErrNoAnswer):
		unanswered.Add(1)
	case err != nil && c.stops(err):
		c.unfinished.Store(true)
		c.g.Stop(err)
		return nil
	case err != nil:
		return c.fatal(err)
	default:
		c.tell(c.run.SettleID(row.Number, c.identified(row, v), now()), row.Number)
	}
	c.o.Progress.LookedUp()
	return nil
}

// identified is what a look-up makes of a duplicate: its contact's id, or the
// reason why there is none.
func (c *Creator) identified(row ledger.Numbered, v sent.Verdict) (o outcome.Outcome) {
	switch {
	case v.Kind == sent.Absent:
		o.Message = "the API said that the contact exists, and a look-up does not find it"
	case v.Contact.Inherited:
		o.Message = "the contact is inherited from the organization"
	case c.ids.isOfAnother(v.Contact.ID, row.Number):
		o.Message = "a look-up gave the id of another row's contact"
	default:
		o.ContactID = v.Contact.ID
	}
	return o
}
