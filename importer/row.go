package importer

import (
	"context"
	"math"
	"strconv"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// keylessAfter is how long the idempotency cache must be down, while look-ups
// work, before creations go without a key.
const keylessAfter = time.Minute

// ticketFor returns the ticket that the row holds since its start, or waits
// for another.
func (c *creator) ticketFor(r *course, wait time.Duration) (ticket, error) {
	if t := r.held; t != nil {
		r.held = nil
		return *t, nil
	}
	if err := pause(c.ctx, wait); err != nil {
		return ticket{}, err
	}
	return c.admit(c.ctx)
}

// post sends a creation, and decides what is next.
func (c *creator) post(r *course, s step) (step, error) {
	if s.burn {
		r.keyNumber++
		if err := c.run.BurnKey(r.task, r.keyNumber, now()); err != nil {
			return step{}, err
		}
	}
	t, err := c.ticketFor(r, s.wait)
	if err != nil {
		return step{}, err
	}
	if r.posts > 0 && c.health.asks(t.pass) {
		r.held = &t
		return step{do: lookup, why: lastResort}, nil
	}
	if r.posts++; r.posts > 1 {
		c.requests.retries.Add(1)
	}
	r.attempts++
	c.requests.create.Add(1)
	key := ""
	if r.keyless = c.keyless(); !r.keyless {
		key = keyOf(c.job, r.task.Phone, r.keyNumber)
	}
	client := c.clientFor(r)
	var a sent.Answer
	a, r.blame = c.send(t, sender{row: r.task.Number, who: r.task.Number, again: r.spared.again},
		func(ctx context.Context) sent.Answer { return client.Create(ctx, r.task.Phone, key) },
		func(a sent.Answer) sent.Verdict { return sent.Classify(r.task.Phone, a) })
	if a.NoHandle { // it was no request at all
		c.requests.create.Add(-1)
		if r.posts--; r.posts > 0 {
			c.requests.retries.Add(-1)
		}
	}
	return c.afterPost(r, a), nil
}

// clientFor is the client for the row's next request: one of fresh connections
// where a kept one was dead.
func (c *creator) clientFor(r *course) *sent.Client {
	if r.spared.again {
		return c.client.Fresh()
	}
	return c.client
}

// letOthersGo ends the time in which the first row goes alone.
func (c *creator) letOthersGo() { c.answeredOnce.Do(func() { close(c.answered) }) }

// serves reports whether the verdict shows that the API is there and decides
// about contacts.
func serves(v sent.Verdict) bool {
	return v.Kind != sent.Unknown && v.Kind != sent.NotExecuted && v.Kind != sent.NotSent
}

// afterPost adds to the verdict what only the run knows, and has the course
// decide.
func (c *creator) afterPost(r *course, a sent.Answer) step {
	v := sent.Classify(r.task.Phone, a)
	if v.Kind == sent.Created && !c.o.Sandbox && !c.ids.take(a.Contact.ID, r.task.Number) {
		v = sent.Verdict{Kind: sent.Unknown, FailReason: outcome.BadResponse, Message: "the answer has the id of another number's contact"}
	}
	if v.Kind == sent.NotExecuted && r.keyless {
		v.Kind = sent.Unknown // there was no key whose store could be waited for
	}
	r.outage(c.health.state())
	if err := c.held(v, a); err != nil {
		return step{do: halt, err: err}
	}
	if v.Kind == sent.RateLimited {
		r.limited(c.answers.Load())
		if r.posts >= maxAlone {
			c.letOthersGo()
		}
	} else if serves(v) {
		c.unlimited()
		c.serviceIsUp()
		if v.Kind != sent.Stop {
			c.letOthersGo()
		}
	}
	if v.Kind == sent.Created && !v.Recovered {
		if err := c.learnDating(a); err != nil {
			return step{do: halt, err: err}
		}
	}
	next := r.afterPost(v, a)
	if v.Kind == sent.NotExecuted {
		due, left := c.serviceIsDown()
		if due {
			return step{do: lookup, why: keyless}
		}
		next.wait = min(next.wait, left)
	}
	return next
}

// lookup asks for the contact of a row, and decides what is next.
func (c *creator) lookup(r *course, s step) (step, error) {
	t, err := c.ticketFor(r, s.wait)
	if err != nil {
		return step{}, err
	}
	c.requests.lookup.Add(1)
	client := c.clientFor(r)
	var a sent.Answer
	a, r.blame = c.send(t, sender{row: r.task.Number, last: s.why == keyless, who: r.task.Number, again: r.spared.again},
		func(ctx context.Context) sent.Answer { return client.Lookup(ctx, r.task.Phone) },
		func(a sent.Answer) sent.Verdict { return sent.ClassifyLookup(r.task.Phone, a) })
	c.requests.lookup.Add(resent(a))
	if c.isCutOff(sent.ClassifyLookup(r.task.Phone, a)) {
		return step{}, context.Cause(c.ctx)
	}
	return c.afterLookup(r, s, a)
}

// afterLookup adds to the verdict what only the run knows, and has the course
// decide.
func (c *creator) afterLookup(r *course, s step, a sent.Answer) (next step, err error) {
	v := sent.ClassifyLookup(r.task.Phone, a)
	if v.Kind == sent.Found && c.ids.isOfAnother(v.Contact.ID, r.task.Number) {
		v.Kind = sent.Unknown
	}
	out, epoch := c.health.state()
	r.outage(out, epoch)
	if err := c.held(v, a); err != nil {
		return step{do: halt, err: err}, nil
	}
	if serves(v) && v.Kind != sent.RateLimited {
		c.unlimited()
	}
	r.evidence = c.evidence()
	next = r.afterLookup(s.why, v, a, out)
	switch {
	case v.Kind == sent.Found || v.Kind == sent.Absent:
		c.letOthersGo()
		if s.why == keyless && !c.goKeyless() {
			next.wait = pace.Backoff(r.posts, r.rnd()) // it is not yet time
		}
		if c.postpone(r, next, &v.Contact, a) {
			return step{do: later}, nil
		}
		if next, err = c.unlessAnothers(r, next, &v.Contact); err == nil {
			c.sayDoubt(next.doubt, &v.Contact)
		}
	case v.Kind == sent.Unknown && s.why != keyless:
		next, err = c.unlessOutage(r, next, step{do: lookup, why: s.why})
	}
	if err == nil && next.do == settle {
		c.letOthersGo()
		c.keepID(next.outcome, r)
	}
	return next, err
}

// unlessOutage decides about a row whose look-up got no answer either: whether
// that is its own trouble, and next stands, or everybody's, and the row asks
// again when that is over. The answers to other rows tell, if they came since.
// Otherwise the API is asked for something that no row has to do with.
func (c *creator) unlessOutage(r *course, next, again step) (step, error) {
	if next.do != settle {
		if c.health.suspicious() && c.asking.TryLock() {
			defer c.asking.Unlock()
			if err := c.askForAnything(); err != nil {
				return step{}, err
			}
			if c.health.answeredSince(r.unansweredAt) {
				c.letOthersGo() // it is this row's trouble, and the key is good
			}
		}
		return next, nil
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	if !c.health.answeredSince(r.unansweredAt) {
		if err := c.askForAnything(); err != nil {
			return step{}, err
		}
	}
	if _, epoch := c.health.state(); epoch != r.epoch || !c.health.answeredSince(r.unansweredAt) {
		r.outage(false, epoch)
		r.lookups = 0
		return again, nil
	}
	return next, nil
}

// elsewherePoll is how often the ledger is asked whether another import has
// settled a row.
const elsewherePoll = time.Second

// elsewhereMargin is how much longer before a lost request another import can have
// ended that has created the contact: the precision of a date, the clocks of
// different runs, and some. Looking back too far costs a moment.
const elsewhereMargin = time.Hour

// unlessAnothers corrects an outcome that says that a lost request of ours has, or
// may have, created the contact, where another job of this ledger knows that it was
// its own. If that one has a request for the number under way, it will know soon; if
// its request was lost as well, only its next run can tell.
func (c *creator) unlessAnothers(r *course, s step, contact *sent.Contact) (step, error) {
	ours := s.outcome.Reason == outcome.ReasonRecovered
	if s.do != settle || !ours && (s.doubt <= serverclock.Unseen || s.outcome.ContactID == "") {
		return s, nil
	}
	since := r.evidence.Reach(r.spans).Add(-elsewhereMargin)
	ahead := r.evidence.Offsets.Hull().High
	for until := time.Now().Add(c.patience()); ; {
		found, err := c.ledger.Elsewhere(c.job, r.task.Phone, s.outcome.ContactID, since, ahead, now().Add(-c.o.grace()))
		switch {
		case err != nil:
			return s, err
		case found == ledger.CreatedElsewhere && s.outcome.ContactID != "":
			s.outcome.Status, s.outcome.Reason, s.doubt = outcome.Duplicate, outcome.AlreadyExists, serverclock.Certain
			s.outcome.Message = "another import of this ledger has created it"
			return s, nil
		case !ours:
			return s, nil
		case found != ledger.ClaimedElsewhere || time.Now().After(until):
			return c.unlessLostElsewhere(r, s, contact, since)
		}
		if err := pause(c.ctx, elsewherePoll); err != nil {
			return s, err
		}
	}
}

// unlessLostElsewhere has a row wait for its next run whose contact may as well be
// the work of a lost request of an older job: that job's next run settles it, by its
// key or the date.
func (c *creator) unlessLostElsewhere(r *course, s step, contact *sent.Contact, since time.Time) (step, error) {
	theirs, err := c.ledger.DoubtsElsewhere(c.job, r.task.Phone, since, r.evidence.Offsets.Hull().High, c.o.grace())
	for i := range theirs {
		if theirs[i].Run != 0 { // on our clock, as this run knows it
			theirs[i].Run = c.run.Number
		}
	}
	if j := r.evidence.Judge(theirs, datesOf(contact)); err != nil || len(theirs) == 0 || !j.Ours && j.Doubt <= serverclock.Unseen {
		return s, err
	}
	s.outcome.Status, s.outcome.Reason = outcome.Failed, outcome.OutcomeUnknown
	s.outcome.Message = "an earlier import of this ledger has a lost request for this number as well: run that one again first (sent-import jobs lists it), then this one"
	return s, nil
}

// patience is how long a row waits for another import's: as long as a request
// of that may take, and a little more in one of the two than in the other, if
// they wait for each other.
func (c *creator) patience() time.Duration {
	more, err := strconv.ParseUint(c.job.ID[:min(2, len(c.job.ID))], 16, 8)
	if err != nil {
		more = 0 // not an id that a run has made
	}
	return c.o.grace() + time.Duration(more)*250*time.Millisecond
}

// keepID takes the id of a contact that turns out to be ours.
func (c *creator) keepID(o outcome.Outcome, r *course) {
	if o.Status == outcome.Created && o.ContactID != "" {
		c.ids.take(o.ContactID, r.task.Number)
	}
}

// serviceIsDown takes in that the idempotency cache is down, and reports
// whether it has been for so long that it is time to see whether look-ups work,
// or when it will be: if they don't either, it is an outage, which may last no
// longer than any other.
func (c *creator) serviceIsDown() (due bool, left time.Duration) {
	c.serviceMu.Lock()
	defer c.serviceMu.Unlock()
	if c.serviceDown.IsZero() {
		c.serviceDown = time.Now()
	}
	if c.withoutKeys {
		return false, math.MaxInt64
	}
	left = min(keylessAfter, c.o.Outage) - time.Since(c.serviceDown)
	return left <= 0, left
}

func (c *creator) serviceIsUp() {
	c.serviceMu.Lock()
	defer c.serviceMu.Unlock()
	c.serviceDown = time.Time{}
}

// goKeyless has creations go without an idempotency key, for the rest of the
// run, if the time has come: 409 RESOURCE_007 and the look-up keep the promise
// then.
func (c *creator) goKeyless() bool {
	c.serviceMu.Lock()
	late := c.withoutKeys || !c.serviceDown.IsZero() && time.Since(c.serviceDown) >= keylessAfter
	first := late && !c.withoutKeys
	c.withoutKeys = late
	c.serviceMu.Unlock()
	if first {
		c.note("The API's idempotency cache was down for more than %s while look-ups worked. Contacts were created without idempotency keys from then on; each is still created once.", keylessAfter)
	}
	return late
}

func (c *creator) keyless() bool {
	c.serviceMu.Lock()
	defer c.serviceMu.Unlock()
	return c.withoutKeys
}
