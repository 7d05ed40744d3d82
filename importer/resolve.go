package importer

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// resolves reports whether the contact ids of duplicates are looked up. A
// rehearsal has none that would be worth it.
func (s *session) resolves() bool { return s.o.ResolveDuplicates && !s.o.Sandbox }

// countNameless counts the duplicates that earlier runs have left without their
// contact's id.
func (s *session) countNameless() (err error) {
	if s.nameless = 0; s.resolves() {
		s.nameless, err = s.ledger.CountMissingIDs(s.job)
	}
	return err
}

// resolve looks up the contact ids of the duplicates that have none, this run's
// and earlier ones'. It comes last: the rows are settled, and nothing that it
// finds, or does not find, changes what they are. A row whose look-up gets no
// answer is looked up again by the next run; one that is answered never again.
func (c *creator) resolve() error {
	if !c.resolves() {
		return nil
	}
	if err := c.run.Save(now()); err != nil { // what was settled is on the disk now, to be read
		return err
	}
	c.o.Progress.Start(progress.Resolving, 0)
	pool := new(errgroup.Group)
	pool.SetLimit(c.places())
	alone := c.requests.sum().Total() == 0 // the first request of a run goes alone
	var unanswered atomic.Int64
	for row, err := range c.ledger.MissingIDs(c.job) {
		if err != nil {
			return errors.Join(err, pool.Wait())
		}
		if c.ctx.Err() != nil {
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
		c.note("%d look-ups for the contact ids of duplicates got no answer; run again with --resolve-duplicates to ask again.", n)
	}
	return err
}

// resolveRow looks up one duplicate. Its error is a reason why the run can't go
// on.
func (c *creator) resolveRow(row ledger.Numbered, unanswered *atomic.Int64) error {
	phone := e164Of(row.Digits)
	verdict := func(a sent.Answer) sent.Verdict { return sent.ClassifyLookup(phone, a) }
	a, err := c.read(aside(row.Number), &c.requests.lookup,
		func(ctx context.Context) sent.Answer { return c.client.Lookup(ctx, phone) },
		func(a sent.Answer) bool { k := verdict(a).Kind; return k == sent.Found || k == sent.Absent })
	switch {
	case errors.Is(err, errNoAnswer):
		unanswered.Add(1)
	case err != nil && c.stops(err):
		c.unfinished.Store(true)
		c.halt(c.stopFor(err))
		return nil
	case err != nil:
		return c.fatal(err)
	default:
		c.run.SettleID(row.Number, c.identified(row, verdict(a)), now())
	}
	c.o.Progress.LookedUp()
	return nil
}

// identified is what a look-up makes of a duplicate: its contact's id, or the
// reason why there is none.
func (c *creator) identified(row ledger.Numbered, v sent.Verdict) (o outcome.Outcome) {
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
