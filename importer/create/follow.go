package create

import (
	"fmt"

	"sent-import/importer/gateway"
	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// entry is a row on its way to its outcome.
type entry struct {
	task   ledger.Task
	row    *retry.Row
	permit *gateway.Permit // for the next request; nil: it has none
	answer sent.Answer     // of the last request

	found      *sent.Contact // by the last request, a look-up; nil: none was
	unanswered bool          // the last look-up got no answer
	taught     bool          // the last creation has shown how contacts are dated: rows that waited for that are judged
}

// use takes the row's permit.
func (e *entry) use() gateway.Permit {
	p := *e.permit
	e.permit = nil
	return p
}

// follow takes one row from its first request to its outcome. Its error is a reason why
// the run can't go on.
func (c *Creator) follow(t turn) error {
	e := &entry{task: t.task, permit: t.permit, row: retry.New(c.rowOptions(), retry.Start{
		Run: c.run.Number, KeyNumber: t.task.KeyNumber, Attempts: t.task.Before.Attempts, Spans: t.task.Spans,
		Mark: t.task.Mark && !c.o.Job.Sandbox && !c.o.OnlyAsk, OnlyAsk: c.o.OnlyAsk, Found: t.task.Found, ContactID: t.task.Before.ContactID,
	})}
	if t.permit == nil {
		return c.leave(e)
	}
	e.row.Began(c.g.OutageState())
	return c.proceed(e, e.row.First())
}

// proceed takes a row from a step to its outcome.
func (c *Creator) proceed(e *entry, next retry.Step) (err error) {
	for err == nil {
		step := next
		switch step.Do {
		case retry.Settle:
			return c.finish(e, step)
		case retry.Stop:
			return c.leaveFor(e, &gateway.StopError{Cause: gateway.Refused, Last: step.Refusal})
		}
		if err = c.prepare(e, step); err == nil {
			next, err = c.request(e, step)
		}
	}
	return c.leaveFor(e, err)
}

// request sends the request of a step, and decides what is next.
func (c *Creator) request(e *entry, step retry.Step) (next retry.Step, err error) {
	switch step.Do {
	case retry.Post:
		if next, err = c.post(e); err == nil && e.taught {
			err = c.review(onTheWay)
		}
		return next, err
	case retry.Mark, retry.Check:
		e.found = nil
		next, e.unanswered, err = c.marker.request(step.Do, e.use(), e.task, e.row)
	default:
		next, err = c.lookUp(e, step)
	}
	if err == nil && e.unanswered && step.Why != retry.Keyless {
		next, err = c.unlessOutage(e, next, step)
	}
	return next, err
}

// prepare does what comes before a request: the next key is on the disk before it is used,
// the wait is over, and the row has a permit.
func (c *Creator) prepare(e *entry, s retry.Step) error {
	if s.NewKey {
		if err := c.run.BurnKey(e.task, e.row.KeyNumber(), now()); err != nil {
			return err
		}
	}
	if s.Gone {
		if err := c.run.Gone(e.task, e.row.KeyNumber(), now()); err != nil {
			return err
		}
	}
	if e.permit != nil {
		return nil
	}
	if s.Over {
		c.sayOver(s.Wait)
	}
	if err := gateway.Pause(c.g.Context(), s.Wait); err != nil {
		return err
	}
	permit, err := c.g.Admit()
	e.permit = &permit
	return err
}

// post sends a creation, and decides what is next.
func (c *Creator) post(e *entry) (retry.Step, error) {
	if e.row.Posts() > 0 && c.g.WantsLookup(*e.permit) {
		return retry.Step{Do: retry.Lookup, Why: retry.LastResort}, nil
	}
	key := ""
	if !c.keys.areOff() {
		key = KeyOf(c.o.Job, e.task.Phone, e.row.KeyNumber())
	}
	e.row.Sending(key)
	v, reply, err := c.g.Create(e.use(), gateway.Caller{Row: e.task.Number, Fresh: e.row.NeedsFreshConnection()}, e.task.Phone, key)
	e.found, e.answer = nil, reply.Answer
	if e.row.Posts() > 1 && !reply.Answer.NoHandle {
		c.g.CountRetry()
	}
	if err != nil {
		return retry.Step{}, err
	}
	return c.afterPost(e, v, reply, key), nil
}

// afterPost adds to the verdict what only the run knows, and has the row decide.
func (c *Creator) afterPost(e *entry, v sent.Verdict, reply retry.Reply, key string) retry.Step {
	a := reply.Answer
	if v.Kind == sent.Created && !c.o.Job.Sandbox && !c.ids.take(a.Contact.ID, e.task.Number) {
		v = sent.Verdict{Kind: sent.Unknown, FailReason: outcome.BadResponse, Message: "the answer has the id of another number's contact"}
	}
	switch {
	case v.Kind == sent.RateLimited:
		if e.row.Posts() >= maxAlone {
			c.first.open()
		}
	case serves(v):
		c.keys.serviceIsUp()
		if v.Kind != sent.Stop {
			c.first.open()
		}
	}
	e.taught = v.Kind == sent.Created && c.learn(e, v, a)
	next := e.row.AfterPost(v, reply)
	if v.Kind == sent.NotExecuted && key != "" {
		due, left := c.keys.serviceIsDown(c.o.Outage)
		if due {
			return retry.Step{Do: retry.Lookup, Why: retry.Keyless}
		}
		next.Wait = min(next.Wait, left)
	}
	return next
}

// lookUp asks for the contact of a row, and decides what is next.
func (c *Creator) lookUp(e *entry, s retry.Step) (retry.Step, error) {
	by := gateway.Caller{Row: e.task.Number, NoBlame: s.Why == retry.Keyless, Fresh: e.row.NeedsFreshConnection()}
	v, reply, err := c.g.LookUp(e.use(), by, e.task.Phone)
	if err != nil {
		return retry.Step{}, err
	}
	if v.Kind == sent.Found && c.ids.isOfAnother(v.Contact.ID, e.task.Number) {
		v.Kind = sent.Unknown
	}
	e.found, e.answer, e.unanswered = nil, reply.Answer, v.Kind == sent.Unknown
	if v.Kind == sent.Found {
		if e.row.InDoubt() {
			if v.Contact, err = beforeMarks(c.o.Ledger, c.o.Job, v.Contact); err != nil {
				return retry.Step{}, err
			}
		}
		e.found = &v.Contact
	}
	next := e.row.AfterLookup(s.Why, v, reply, c.evidence())
	if v.Kind == sent.Found || v.Kind == sent.Absent {
		c.first.open()
		if s.Why == retry.Keyless && !c.goKeyless() {
			next.Wait = e.row.Backoff() // it is not yet time
		}
	}
	return next, nil
}

// goKeyless has creations go without an idempotency key, for the rest of the run, if the
// time has come: 409 RESOURCE_007 and the look-up keep the promise then.
func (c *Creator) goKeyless() bool {
	off, first := c.keys.turnOff()
	if first {
		c.o.Note(fmt.Sprintf("The API's idempotency cache was down for more than %s while look-ups worked. Contacts were created without idempotency keys from then on; each is still created once.", keylessAfter))
	}
	return off
}

// unlessOutage decides about a row whose look-up got no answer either: whether that is its
// own trouble, and next stands, or everybody's, and the row asks again when that is over.
// The answers to other rows tell, if they came since. Otherwise the API is asked for
// something that no row has to do with, by one row for all.
func (c *Creator) unlessOutage(e *entry, next, again retry.Step) (retry.Step, error) {
	settles := next.Do == retry.Settle
	if !settles && !c.g.Suspicious() {
		return next, nil
	}
	if !c.g.AnsweredSince(e.row.UnansweredAt()) {
		asked := <-c.asking.DoChan("", func() (any, error) { return nil, c.g.AskForAnything() })
		if asked.Err != nil {
			return retry.Step{}, asked.Err
		}
	}
	answered, state := c.g.AnsweredSince(e.row.UnansweredAt()), c.g.OutageState()
	if !settles {
		if answered {
			c.first.open() // it is this row's trouble, and the key is good
		}
		return next, nil
	}
	if !answered || state.Count != e.row.SeenOutages() {
		e.row.ForgetFailures(state)
		return again, nil
	}
	return next, nil
}

// finish settles the row, or has it wait for what others show of the date that its outcome
// depends on.
func (c *Creator) finish(e *entry, s retry.Step) (err error) {
	if e.found != nil {
		if c.postpone(e, s) {
			return nil
		}
		if s, err = c.unlessAnothers(e, s); err != nil {
			return c.leaveFor(e, err)
		}
		c.sayDoubt(s.Doubt, e.found)
	}
	return c.conclude(e, s)
}

// conclude settles the row, or has its contact marked first if that is to be.
func (c *Creator) conclude(e *entry, s retry.Step) error {
	c.first.open()
	if s.Outcome.Status == outcome.Created && s.Outcome.ContactID != "" {
		c.ids.take(s.Outcome.ContactID, e.task.Number)
	}
	next, err := c.marker.begin(e.task, e.row, s)
	switch {
	case err != nil:
		return c.leaveFor(e, err)
	case next.Do != retry.Settle:
		return c.proceed(e, next)
	}
	c.settle(e, next.Outcome)
	return nil
}

// leaveFor leaves the row for an error: one that stops the run, or one of the ledger's,
// after which it can't go on.
func (c *Creator) leaveFor(e *entry, err error) error {
	if !c.stops(err) {
		return c.fatal(err)
	}
	c.g.Stop(err)
	return c.leave(e)
}

// leave puts the row back because the run stops.
func (c *Creator) leave(e *entry) error {
	c.unfinished.Store(true)
	c.putBack(e)
	return nil
}

// putBack leaves the row as it was, or in doubt if a request may have been executed.
func (c *Creator) putBack(e *entry) {
	o := e.task.Before
	o.Attempts = e.row.Attempts()
	if e.row.OnlyMark() && (e.task.Found == "" || e.row.Marks() > 0) {
		o = outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, ContactID: e.row.Found().ContactID, Attempts: o.Attempts, Message: retry.MarkLeft}
		if e.row.Marks() > 0 {
			c.inDoubt.Add(1)
		}
	}
	if e.row.InDoubt() && e.row.Posts() > 0 {
		o = outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, Attempts: o.Attempts}
		c.inDoubt.Add(1)
	}
	c.run.Settle(e.task, o, e.row.Spans(), now())
}

// settle writes the outcome down.
func (c *Creator) settle(e *entry, o outcome.Outcome) {
	if o.Reason == outcome.NotAttempted {
		c.settleAbsent(e, o)
		return
	}
	o.SettledAt = now()
	spans := e.row.Spans()
	if !retry.KeepsSpans(o.Status) {
		spans = nil
	}
	if c.o.Job.Sandbox {
		o.ContactID = "" // made up by the sandbox
	}
	c.tell(c.run.Settle(e.task, o, spans, o.SettledAt), e.task.Number)
	if c.o.Resolve && o.Reason == outcome.AlreadyExists && o.ContactID == "" {
		c.o.Progress.ExpectLookup()
	}
	c.o.Progress.Settled(o.Status)
	counts := c.settled.add(o.Status)
	if c.o.MaxFailed.Exceeded(counts.Failed, counts.Rows, enoughForMaxFailed) {
		c.g.Stop(&MaxFailedError{counts.Failed, counts.Rows, c.o.MaxFailed})
	}
}

// tell says that rows are settled once that is written.
func (c *Creator) tell(written <-chan error, rows ...int) {
	if c.o.Settled != nil && len(rows) > 0 {
		c.o.Settled(written, rows...)
	}
}

// settleAbsent writes down that a row has no contact, and that no request for it can be
// carried out any more: it is not attempted, or failed as before.
func (c *Creator) settleAbsent(e *entry, o outcome.Outcome) {
	if before := e.task.Before; before.Status == outcome.Failed && before.Reason != outcome.OutcomeUnknown {
		o = before
	}
	c.run.Settle(e.task, o, nil, now())
	c.o.Progress.Settled(o.Status)
}

// enoughForMaxFailed is how many rows must have been settled before a share of them means
// anything.
const enoughForMaxFailed = 50

// KeyOf is the idempotency key under which a number of a job is created.
func KeyOf(j ledger.Job, phone string, number int) string {
	return jobid.Key{Job: j.ID, Profile: j.Profile, Sandbox: j.Sandbox, Phone: phone, Number: number}.String()
}
