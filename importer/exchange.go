package importer

import (
	"context"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
)

// meRow stands for the question for the account, which belongs to no row.
const meRow = 0

const (
	// unaskedPause is how long everybody waits after a 429 that doesn't say
	// how long.
	unaskedPause = 10 * time.Second
	// keylessAfter is how long the idempotency cache must be down, while
	// look-ups work, before creations go without a key.
	keylessAfter = time.Minute
)

// ticket is the right to send one request: a pass and a slot.
type ticket struct{ pass pass }

// admit waits until a request may be sent: no outage, or this one is the
// probe; a free slot; the rate; the lease. It returns the cause of ctx's end,
// errOutage, or the ledger's error.
func (c *creator) admit(ctx context.Context) (ticket, error) {
	for {
		p, err := c.health.enter(ctx)
		if err != nil {
			return ticket{}, err
		}
		if err := c.queue(ctx); err != nil {
			c.health.unused(p)
			return ticket{}, err
		}
		if out, _ := c.health.state(); !out || p.probe {
			return ticket{p}, nil
		}
		c.slots.release() // an outage has begun while we waited
	}
}

// queue waits for a slot and for the rate. It holds the slot when it returns
// without an error.
func (c *creator) queue(ctx context.Context) error {
	if err := c.slots.acquire(ctx); err != nil {
		return err
	}
	err := c.limiter.Wait(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && c.run != nil { // nil while the account is asked for
		err = c.run.Lease(now())
	}
	if err != nil {
		c.slots.release()
	}
	return err
}

// send makes one request with a ticket. It is not cut off when the run stops:
// its outcome would be unknown.
func (c *creator) send(t ticket, row int, last bool, request func(context.Context) sent.Answer, alive func(sent.Answer) bool) sent.Answer {
	began := now()
	a := request(context.WithoutCancel(c.ctx))
	c.slots.release()
	c.learn(a)
	if alive(a) {
		c.health.answered(t.pass)
	} else {
		c.health.failed(t.pass, row, began, last)
	}
	return a
}

// learn takes what an answer tells beside its verdict.
func (c *creator) learn(a sent.Answer) {
	if !a.Replayed {
		c.clock.observe(a.SentAt, a.ReceivedAt, a.Timestamp, time.Millisecond)
	}
	c.clock.observe(a.SentAt, a.ReceivedAt, a.Date, time.Second)
	if a.Err == nil {
		c.slots.observe(a.ReceivedAt.Sub(a.SentAt), c.limiter.PerMinute())
	}
	if a.RateLimit.Limit > 0 {
		c.limiter.Observe(a.RateLimit.Limit)
	}
	c.showRate()
}

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
	if r.posts++; r.posts > 1 {
		c.requests.retries.Add(1)
	}
	r.attempts++
	c.requests.create.Add(1)
	key := ""
	if !c.keyless() {
		key = idempotencyKey(c.job.ID, c.job.Profile, c.job.Sandbox, r.task.Phone, r.keyNumber)
	}
	a := c.send(t, r.task.Number, false,
		func(ctx context.Context) sent.Answer { return c.client.Create(ctx, r.task.Phone, key) },
		func(a sent.Answer) bool { return serves(sent.Classify(r.task.Phone, a)) })
	return c.afterPost(r, a), nil
}

// serves reports whether the verdict shows that the API is there and decides
// about contacts.
func serves(v sent.Verdict) bool {
	return v.Kind != sent.Unknown && v.Kind != sent.NotExecuted
}

// afterPost adds to the verdict what only the run knows, and has the course
// decide.
func (c *creator) afterPost(r *course, a sent.Answer) step {
	v := sent.Classify(r.task.Phone, a)
	if v.Kind == sent.Created && !c.o.Sandbox && !c.ids.take(a.Contact.ID, r.task.Number) {
		v = sent.Verdict{Kind: sent.Unknown, FailReason: outcome.BadResponse} // the id of another number's contact
	}
	r.outage(c.health.state())
	if v.Kind == sent.RateLimited {
		if err := c.limited(a); err != nil {
			return step{do: halt, err: err}
		}
		r.limited(c.answers.Load())
	} else {
		c.unlimited()
	}
	if serves(v) && v.Kind != sent.RateLimited {
		c.serviceIsUp()
		if v.Kind != sent.Stop {
			c.answeredOnce.Do(func() { close(c.answered) })
		}
	}
	next := r.afterPost(v, a, c.clock.get())
	if v.Kind == sent.NotExecuted && c.serviceIsDown() {
		return step{do: lookup, why: keyless}
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
	verdict := func(a sent.Answer) sent.LookupVerdict { return sent.ClassifyLookup(r.task.Phone, a) }
	a := c.send(t, r.task.Number, true,
		func(ctx context.Context) sent.Answer { return c.client.Lookup(ctx, r.task.Phone) },
		func(a sent.Answer) bool { return verdict(a).Kind != sent.Unknown })
	v := verdict(a)
	if v.Kind == sent.Found && !c.ids.free(v.Contact.ID, r.task.Number) {
		v = sent.LookupVerdict{Verdict: sent.Verdict{Kind: sent.Unknown}}
	}
	out, epoch := c.health.state()
	r.outage(out, epoch)
	if v.Kind == sent.RateLimited {
		if err := c.limited(a); err != nil {
			return step{do: halt, err: err}, nil
		}
	} else {
		c.unlimited()
	}
	if s.why == keyless && (v.Kind == sent.Found || v.Kind == sent.Absent) {
		c.goKeyless()
	}
	next := r.afterLookup(s.why, v, a, out)
	if next.do == settle {
		c.answeredOnce.Do(func() { close(c.answered) })
		c.keepID(next.outcome, r)
	}
	return next, nil
}

// keepID takes the id of a contact that turns out to be ours.
func (c *creator) keepID(o outcome.Outcome, r *course) {
	if o.Status == outcome.Created && o.ContactID != "" {
		c.ids.take(o.ContactID, r.task.Number)
	}
}

// limited takes in a 429: everybody waits. It returns errOutage when nothing
// else has come for as long as an outage may last.
func (c *creator) limited(a sent.Answer) error {
	c.requests.limited.Add(1)
	d := unaskedPause
	switch {
	case a.HasRetryAfter:
		d = a.RetryAfter
	case !a.RateLimit.Reset.IsZero() && !a.Date.IsZero():
		d = max(0, a.RateLimit.Reset.Sub(a.Date))
	}
	c.limiter.Pause(d)
	c.o.Progress.pausedTill.Store(c.limiter.PausedUntil().UnixMilli())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limitedSince.IsZero() {
		c.limitedSince = time.Now()
	}
	if time.Since(c.limitedSince) >= c.o.Outage {
		return stopLimited(c.o.Outage)
	}
	return nil
}

// unlimited takes in an answer that is no 429.
func (c *creator) unlimited() {
	c.answers.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limitedSince = time.Time{}
}

// serviceIsDown takes in that the idempotency cache is down, and reports
// whether it has been for so long that it is time to see whether look-ups work.
func (c *creator) serviceIsDown() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.serviceDown.IsZero() {
		c.serviceDown = time.Now()
	}
	return !c.withoutKeys && time.Since(c.serviceDown) >= keylessAfter
}

func (c *creator) serviceIsUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serviceDown = time.Time{}
}

// goKeyless has creations go without an idempotency key, for the rest of the
// run: 409 RESOURCE_007 and the look-up keep the promise then.
func (c *creator) goKeyless() {
	c.mu.Lock()
	first := !c.withoutKeys
	c.withoutKeys = true
	c.mu.Unlock()
	if first {
		c.note("The API's idempotency cache was down for more than %s while look-ups worked. Contacts were created without idempotency keys from then on; each is still created once.", keylessAfter)
	}
}

func (c *creator) keyless() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.withoutKeys
}

// pause waits, unless ctx ends; then it returns the cause.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx) // nil while ctx goes on
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
