package importer

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// maxDeferred is how many rows wait at once for the dates of contacts to be known.
// One takes about a kilobyte. What comes beyond it is outcome_unknown, and the next
// run's.
const maxDeferred = 1000

// deferred are the rows whose contact was found and could not be judged: they wait,
// without a place in the pool, until enough creations of other rows show how
// contacts are dated. In the ledger they are in doubt meanwhile.
type deferred struct {
	mu   sync.Mutex
	rows []finding
	said sync.Once
}

// finding is a row and the contact that a look-up has found for it.
type finding struct {
	r       *course
	contact sent.Contact
	answer  sent.Answer // what a report shows of it
}

// evidence is what is known of the clocks now.
func (c *creator) evidence() serverclock.Evidence {
	return serverclock.Evidence{Run: c.run.Number, Earlier: c.offsets, Offsets: c.clock.Offsets(), Datings: c.contacts.Datings(), Own: c.contacts.Own(c.began, time.Now())}
}

// learnDating takes in how the contact is dated that a request has just created.
// What was waiting for that is judged.
func (c *creator) learnDating(a sent.Answer) error {
	if c.o.Sandbox {
		return nil // made up
	}
	seen, ok := serverclock.SeenDating(exchange(a), datesOf(a.Contact), c.clock.Of(exchange(a)))
	if !ok {
		return nil
	}
	own, _ := serverclock.SeenDating(exchange(a), datesOf(a.Contact), serverclock.Offset{})
	more := c.contacts.Observe(seen)
	if !c.contacts.ObserveOwn(own) && !more {
		return nil
	}
	return c.review(onTheWay)
}

// postpone has a row wait if its outcome hangs on a date that is no evidence yet. It
// reports whether the row is done with for now.
func (c *creator) postpone(r *course, s step, contact *sent.Contact, a sent.Answer) bool {
	if s.doubt == serverclock.Certain || s.doubt == serverclock.Undated {
		return false
	}
	d := &c.deferred
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.rows) >= maxDeferred {
		return false
	}
	c.putBack(r)
	d.rows = append(d.rows, finding{r, *contact, sent.Answer{Status: a.Status, Code: a.Code, RequestID: a.RequestID}})
	return true
}

// occasion is when the deferred rows are judged.
type occasion bool

const (
	onTheWay occasion = false
	atTheEnd occasion = true // nothing more will be known
)

// review judges the deferred rows by what is known now. At the end the rest is
// settled as it stands, unless the run is being stopped. Its error is a reason why
// the run can't go on.
func (c *creator) review(when occasion) (broken error) {
	c.deferred.mu.Lock()
	waiting := c.deferred.rows
	c.deferred.rows = nil
	c.deferred.mu.Unlock()
	var still []finding
	for _, f := range waiting {
		f.r.evidence = c.evidence()
		s := f.r.judge(&f.contact, f.answer)
		if s.doubt != serverclock.Certain && (when == onTheWay || c.ctx.Err() != nil) {
			still = append(still, f)
			continue
		}
		broken = errors.Join(broken, c.settleDeferred(f, s))
	}
	c.deferred.mu.Lock()
	defer c.deferred.mu.Unlock()
	c.deferred.rows = append(c.deferred.rows, still...)
	if when == atTheEnd && len(still) > 0 {
		c.unfinished.Store(true)
	}
	return broken
}

// settleDeferred settles a row that has waited.
func (c *creator) settleDeferred(f finding, s step) error {
	if err := c.run.Reclaim(f.r.task, f.r.spans, now()); err != nil {
		return c.fatal(err)
	}
	s, err := c.unlessAnothers(f.r, s, &f.contact)
	if err != nil {
		return c.leaveFor(f.r, err)
	}
	c.sayDoubt(s.doubt, &f.contact)
	c.keepID(s.outcome, f.r)
	c.settle(f.r, s.outcome)
	return nil
}

// sayDoubt tells people, once, that and why the dates of contacts decide nothing.
func (c *creator) sayDoubt(d serverclock.Doubt, contact *sent.Contact) {
	if d <= serverclock.Unseen || d == serverclock.Undated {
		return
	}
	c.deferred.said.Do(func() {
		c.note("%s Rows that hang on the date of a contact are failed/outcome_unknown. %s", c.why(d, contact), c.doubtCure(d))
	})
}

// why says in a sentence what is wrong with the dates of contacts.
func (c *creator) why(d serverclock.Doubt, contact *sent.Contact) string {
	switch d {
	case serverclock.Edge:
		return fmt.Sprintf("A contact was made so near to a lost request that only its date can tell which came first, and fewer than %d creations show so far how exactly contacts are dated.", serverclock.Enough)
	case serverclock.Zoneless:
		return fmt.Sprintf("The API writes the dates of contacts without a zone, and fewer than %d creations show so far which it is.", serverclock.Enough)
	case serverclock.Unreadable:
		return fmt.Sprintf("The API has dated a contact in a form that can't be read: %s (every digit is shown as 0).", contact.Unreadable())
	}
	return fmt.Sprintf("The API dates contacts %s the clock of its answers, and fewer than %d creations agree on that so far.",
		c.contacts.Datings().Off(contact.Zoneless), serverclock.Enough)
}

// doubtCure says what becomes of rows with the doubt. Where the answers have several
// clocks, a later run may know no more than this one.
func (c *creator) doubtCure(d serverclock.Doubt) string {
	switch {
	case d == serverclock.Unreadable:
		return "They stay so until a version of sent-import can read it."
	case len(c.clock.Offsets()) > 1:
		return "The API's answers have more than one clock, so running again may not settle them: look at these contacts in the account, whether they were made while the import ran."
	}
	return "Run again: the next run settles them once the dates are known."
}
