package importer

import (
	"fmt"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

const (
	// maxConflicts is how often a row waits for a request with its key that is
	// still in flight at the server: with waits of up to 10 s, longer than any
	// request of ours lives.
	maxConflicts = 20
	// maxLookups is how many look-ups without an answer end a row. It does not
	// depend on the attempts: what it decides is not whether to try again but
	// whether to know.
	maxLookups = 5
	// maxKeys is how many burnt keys of a row in one run end it.
	maxKeys = 10
	// maxLimited is how often a row is refused for its rate, while others go
	// through, before it is taken for the row's own trouble.
	maxLimited = 20
	// maxContradictions is how often the API may say that a contact exists and
	// then not find it.
	maxContradictions = 3
)

// purpose is why a contact is looked up.
type purpose int

const (
	// afterConflict: the API says that the contact exists, and a request of
	// ours whose answer was lost may have created it.
	afterConflict purpose = iota
	// lastResort: the attempts are used up, and none was answered.
	lastResort
	// keyless: the idempotency cache is down, and the look-up shows whether the
	// rest of the API works, and the contact is there.
	keyless
)

// action is what happens to a row next.
type action int

const (
	post action = iota
	lookup
	settle
	halt
	later // when more is known of how contacts are dated
)

// step is a decision: what to do, and how long to wait before.
type step struct {
	do      action
	wait    time.Duration
	why     purpose           // of a lookup
	burn    bool              // before a post: the key is burnt, go on with the next
	outcome outcome.Outcome   // of a settle
	doubt   serverclock.Doubt // of a settle by a contact's date, which may be no evidence yet
	err     error             // of a halt: why the run stops
}

// course is where one row stands on its way to an outcome. Its methods decide
// from answers what to do next; they touch neither clock nor network.
type course struct {
	attemptsAllowed int
	grace           time.Duration  // after a lost request, in which the server may carry it out
	rnd             func() float64 // for the jitter of waits
	patience        retryPatience

	task      ledger.Task
	held      *ticket              // for its first request; nil once used
	keyNumber int                  // of the idempotency key
	run       int                  // in which it is
	spans     serverclock.Spans    // of all lost requests, earlier runs' included and first
	evidence  serverclock.Evidence // of a contact's date
	attempts  int                  // creations so far, over all runs
	posts     int                  // creations of this run

	refusal        refusal // of the creation that got an answer last
	lost           int     // in this run, since the last outage
	spared         spared
	blame          blame          // for the last request
	reason         outcome.Reason // that the row fails with, if it does
	lookups        int            // without an answer, in a row
	unansweredAt   time.Time      // when the last of them had ended
	conflicts      int
	limits         int   // refusals for the rate while other rows went through
	othersAnswered int64 // answers to other rows when this one was refused for its rate last
	keys           int
	contradictions int
	epoch          int // of the outage that lost was counted in
	inFlight       bool
	keyless        bool // the last creation went without an idempotency key
}

// refusal is what a report shows of the creation that failed last.
type refusal struct {
	status          int
	code, requestID string
	why             string // in words, of whatever request of the row failed last; "": none did
}

// inDoubt reports whether a request for the row may have been executed without
// our knowing.
func (c *course) inDoubt() bool { return len(c.spans) > 0 }

// outage takes in the server's state. Failures during an outage are not the
// row's, so they are not counted, and the ones before it are forgotten.
func (c *course) outage(out bool, epoch int) {
	if out || epoch != c.epoch {
		c.lost, c.lookups = 0, 0
	}
	c.epoch = epoch
}

// afterPost decides after the answer to a creation.
func (c *course) afterPost(v sent.Verdict, a sent.Answer) step {
	if a.Err == nil {
		c.refusal.status, c.refusal.code, c.refusal.requestID = a.Status, a.Code, a.RequestID
	}
	if failed(v) {
		c.refusal.why = v.Message
	}
	switch v.Kind {
	case sent.Created:
		return c.settleAs(createdReason(v), a, a.Contact, v.Message)
	case sent.Exists:
		if c.inDoubt() {
			return step{do: lookup, why: afterConflict}
		}
		return c.settleAs(outcome.AlreadyExists, a, nil, "")
	case sent.InvalidNumber:
		return c.settleAs(outcome.RejectedByAPI, a, nil, v.Message)
	case sent.Rejected:
		return c.settleAs(outcome.Rejected, a, nil, v.Message)
	case sent.Stop:
		return step{do: halt, err: &verdictError{v}}
	case sent.InFlight:
		return c.afterInFlight()
	case sent.RateLimited:
		return c.afterLimited(a)
	case sent.NotSent:
		c.attempts--
		return step{do: post, wait: handleWait}
	case sent.NotExecuted:
		c.attempts--
		c.reason = outcome.ServerError
		return step{do: post, wait: c.patience.wait(a, pace.Backoff(c.posts, c.rnd()))}
	case sent.Burnt:
		return c.afterBurnt(a)
	case sent.Unknown:
		return c.afterLost(v, a)
	}
	panic(fmt.Sprintf("importer: no such verdict: %v", v.Kind))
}

func createdReason(v sent.Verdict) outcome.Reason {
	if v.Recovered {
		return outcome.ReasonRecovered
	}
	return outcome.ReasonCreated
}

// afterInFlight waits for a request with the same key: it may be one of ours
// that the server has not given up yet.
func (c *course) afterInFlight() step {
	c.conflicts++
	if c.conflicts > maxConflicts {
		c.inFlight = true
		return step{do: lookup, why: lastResort}
	}
	return step{do: post, wait: min(time.Second<<min(c.conflicts, 4), 10*time.Second)}
}

// limited takes in that the row was refused for its rate. answers counts the
// answers to all rows so far: while nobody gets one, it is no row's trouble.
func (c *course) limited(answers int64) {
	if answers != c.othersAnswered {
		c.limits++
	}
	c.othersAnswered = answers
}

// afterLimited tries again once the common pause is over.
func (c *course) afterLimited(a sent.Answer) step {
	c.attempts--
	if c.limits < maxLimited {
		return step{do: post}
	}
	if c.inDoubt() {
		c.reason = outcome.RateLimited
		return step{do: lookup, why: lastResort}
	}
	return c.fail(outcome.RateLimited, "refused for its rate again and again while other rows went through")
}

// afterBurnt goes on with the next key: this one would be answered with an old
// failure for a day.
func (c *course) afterBurnt(a sent.Answer) step {
	c.keys++
	c.reason = outcome.ServerError
	if c.keys > maxKeys {
		return step{do: lookup, why: lastResort}
	}
	return step{do: post, burn: true}
}

// afterLost remembers when the request can have arrived, and tries again with
// the same key; when the attempts are used up, one look-up decides.
func (c *course) afterLost(v sent.Verdict, a sent.Answer) step {
	if !a.NeverSent {
		for _, span := range serverclock.RequestSpans(c.run, a.SentAt, a.ReceivedAt, c.grace) {
			c.spans = c.spans.Add(span)
		}
	}
	c.reason = v.FailReason
	switch c.spared.pardons(a, c.blame) {
	case deadConn:
		c.attempts--
		return step{do: post}
	case overloaded:
		c.attempts--
		return step{do: post, wait: c.patience.wait(a, pace.Backoff(c.lost+c.spared.refusals, c.rnd()))}
	}
	c.lost++
	if c.lost >= c.attemptsAllowed {
		return step{do: lookup, why: lastResort}
	}
	return step{do: post, wait: c.patience.wait(a, pace.Backoff(c.lost, c.rnd()))}
}

// afterLookup decides after the answer to a look-up. out says that the server
// is known not to answer anybody.
func (c *course) afterLookup(why purpose, v sent.Verdict, a sent.Answer, out bool) step {
	switch v.Kind {
	case sent.Found:
		c.lookups = 0
		return c.afterFound(why, &v.Contact, a)
	case sent.Absent:
		c.lookups = 0
		return c.afterAbsent(why)
	case sent.RateLimited:
		return step{do: lookup, why: why}
	case sent.NotSent:
		return step{do: lookup, why: why, wait: handleWait}
	case sent.Stop:
		return step{do: halt, err: &verdictError{v}}
	case sent.Unknown:
		pardon := c.spared.pardons(a, c.blame)
		if pardon == deadConn {
			return step{do: lookup, why: why}
		}
		if why == keyless {
			s := step{do: post, wait: pace.Backoff(c.posts, c.rnd())}
			if out { // the probes have a pace of their own
				s.wait = 0
			}
			return s
		}
		if pardon == guilty {
			c.lookups++
		}
		c.unansweredAt = a.ReceivedAt
		c.refusal.why = v.Message
		if c.lookups < maxLookups || out {
			return step{do: lookup, why: why, wait: c.patience.wait(a, pace.Backoff(c.lookups+c.spared.refusals, c.rnd()))}
		}
		return c.fail(outcome.OutcomeUnknown, "neither the creation nor the look-up got an answer; the next run asks again first")
	}
	panic(fmt.Sprintf("importer: no such verdict of a look-up: %v", v.Kind))
}

// afterFound tells our own lost creation from a contact that was there: by the
// time at which the server created it, or restored it.
func (c *course) afterFound(why purpose, contact *sent.Contact, a sent.Answer) step {
	if contact.Inherited {
		if why == afterConflict {
			return c.settleAs(outcome.AlreadyExists, a, nil, "")
		}
		return c.afterAbsent(why) // another account's contact, shown to this one
	}
	return c.judge(contact, a)
}

// judge decides by the dates of the row's contact, as far as they are evidence.
func (c *course) judge(contact *sent.Contact, a sent.Answer) step {
	s := c.settleAs(outcome.AlreadyExists, a, contact, "")
	if !c.inDoubt() {
		return s
	}
	j := c.evidence.Judge(c.spans, datesOf(contact))
	switch {
	case j.Ours:
		s = c.settleAs(outcome.ReasonRecovered, a, contact, "a request whose answer was lost had created it")
	case j.Doubt > serverclock.Unseen:
		s = c.settleAs(outcome.OutcomeUnknown, a, contact, "the contact exists, but "+j.Doubt.Reason()+": it may be of this import or older")
	}
	s.doubt = j.Doubt
	return s
}

// afterAbsent decides when the API doesn't know the contact.
func (c *course) afterAbsent(why purpose) step {
	switch why {
	case keyless:
		return step{do: post}
	case afterConflict:
		c.contradictions++
		if c.contradictions < maxContradictions {
			return step{do: post, wait: pace.Backoff(c.contradictions, c.rnd())}
		}
		return c.fail(outcome.OutcomeUnknown, "the API says that the contact exists, and then does not find it")
	}
	if c.lost < c.attemptsAllowed && !c.inFlight && c.keys <= maxKeys && c.limits < maxLimited {
		return step{do: post} // an outage has come in between: its failures don't count
	}
	if c.inFlight {
		return c.fail(outcome.OutcomeUnknown, "a request for this row is still in flight at the API")
	}
	return c.fail(c.reason, "every attempt failed, and the contact is not there")
}

// fail ends the course for what the creations met, not the look-up.
func (c *course) fail(reason outcome.Reason, message string) step {
	f := c.refusal
	if f.why != "" {
		message += "; last: " + f.why
	}
	return c.settleAs(reason, sent.Answer{Status: f.status, Code: f.code, RequestID: f.requestID}, nil, message)
}

// settleAs ends the course with the answer that decided.
func (c *course) settleAs(reason outcome.Reason, a sent.Answer, contact *sent.Contact, message string) step {
	o := outcome.Outcome{
		Status: reason.Status(), Reason: reason, HTTPStatus: a.Status, ErrorCode: a.Code,
		Message: message, RequestID: a.RequestID, Attempts: c.attempts,
	}
	if contact != nil {
		o.ContactID = contact.ID
	}
	return step{do: settle, outcome: o}
}

// keeps reports whether the spans are still needed after the outcome.
func keeps(s outcome.Status) bool { return s == outcome.Failed || s == outcome.Pending }
