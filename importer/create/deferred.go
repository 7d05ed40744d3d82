package create

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// maxDeferred is how many rows wait at once for the dates of contacts to be known.
// One takes about a kilobyte. What comes beyond it is outcome_unknown, and the next
// run's.
const maxDeferred = 1000

// deferred are the rows whose contact was found and could not be judged: they wait,
// without a place among the rows under way, until enough creations of other rows show how
// contacts are dated. In the ledger they are in doubt meanwhile.
type deferred struct {
	mu   sync.Mutex
	rows []*entry
	said sync.Once
}

// evidence is what is known of the clocks now.
func (c *Creator) evidence() serverclock.Evidence {
	return serverclock.Evidence{
		Run: c.run.Number, Earlier: c.offsets, Offsets: c.g.Clock().Offsets(),
		Datings: c.contacts.Datings(), Own: c.contacts.Own(c.began, time.Now()),
	}
}

// learn learns how the contact of a creation is dated. It reports whether more is known
// since then.
func (c *Creator) learn(e *entry, v sent.Verdict, a sent.Answer) (more bool) {
	switch {
	case c.o.Job.Sandbox:
		return false // made up
	case !v.Recovered:
		return c.learnDating(a)
	}
	seen, ok := c.evidence().SeenReplay(e.row.Spans(), retry.DatesOf(a.Contact))
	return ok && c.contacts.Observe(seen)
}

// learnDating learns how the contact is dated that a request has just created. It reports
// whether more is known since then.
func (c *Creator) learnDating(a sent.Answer) (more bool) {
	x := retry.ExchangeOf(a)
	made := retry.DatesOf(a.Contact)
	seen, ok := serverclock.SeenDating(x, made, c.g.Clock().Of(x))
	if !ok {
		return false
	}
	own, _ := serverclock.SeenDating(x, made, serverclock.Offset{})
	more = c.contacts.Observe(seen)
	return c.contacts.ObserveOwn(own) || more
}

// postpone has a row wait if its outcome depends on a date that is no evidence yet. It
// reports whether the row is done with for now.
func (c *Creator) postpone(e *entry, s retry.Step) bool {
	if s.Doubt == serverclock.Certain || s.Doubt == serverclock.Undated {
		return false
	}
	d := &c.deferred
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.rows) >= maxDeferred {
		return false
	}
	c.putBack(e)
	e.answer = sent.Answer{Status: e.answer.Status, Code: e.answer.Code, RequestID: e.answer.RequestID, ReceivedAt: e.answer.ReceivedAt} // what a report shows, and a judgement needs
	d.rows = append(d.rows, e)
	return true
}

// review judges the deferred rows by what is known now. At the end the rest is settled as
// it stands, unless the run is being stopped. Its error is a reason why the run can't go
// on.
func (c *Creator) review(when occasion) (broken error) {
	var still []*entry
	for _, e := range c.deferred.take() {
		s := e.row.Judge(e.found, e.answer, c.evidence())
		if s.Doubt != serverclock.Certain && (when == onTheWay || c.g.Context().Err() != nil) {
			still = append(still, e)
			continue
		}
		broken = errors.Join(broken, c.settleDeferred(e, s))
	}
	c.deferred.add(still)
	if when == atTheEnd && len(still) > 0 {
		c.unfinished.Store(true)
	}
	return broken
}

// take returns the rows, and leaves none.
func (d *deferred) take() []*entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.rows
	d.rows = nil
	return rows
}

func (d *deferred) add(rows []*entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows = append(d.rows, rows...)
}

// settleDeferred settles a row that has waited.
func (c *Creator) settleDeferred(e *entry, s retry.Step) error {
	if err := c.run.Reclaim(e.task, e.row.Spans(), now()); err != nil {
		return c.fatal(err)
	}
	s, err := c.unlessAnothers(e, s)
	if err != nil {
		return c.leaveFor(e, err)
	}
	c.sayDoubt(s.Doubt, e.found)
	return c.conclude(e, s)
}

// sayDoubt tells people, once, that and why the dates of contacts decide nothing.
func (c *Creator) sayDoubt(d serverclock.Doubt, contact *sent.Contact) {
	if d <= serverclock.Unseen || d == serverclock.Undated {
		return
	}
	c.deferred.said.Do(func() {
		c.o.Note(fmt.Sprintf("%s Rows that depend on the date of a contact are failed/outcome_unknown. %s", whyDoubt(d, contact, c.contacts.Datings()), afterDoubt(d, len(c.g.Clock().Offsets()))))
	})
}
