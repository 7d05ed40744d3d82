package retry

import (
	"fmt"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

const (
	// maxConflicts is how often a row waits for a request with its key that is
	// still in flight at the server: with waits of up to 10 s, longer than any
	// request of ours lives.
	maxConflicts = 20
	// MaxLookups is how many look-ups without an answer end a row. It does not
	// depend on the attempts: what it decides is not whether to try again but
	// whether to know.
	MaxLookups = 5
	// maxKeys is how many burnt keys of a row in one run end it.
	maxKeys = 10
	// maxLimited is how often a row is refused for its rate, while others go
	// through, before it is taken for the row's own trouble.
	maxLimited = 20
	// maxContradictions is how often the API may say that a contact exists and
	// then not find it.
	maxContradictions = 3
)

// Options are the same for all rows of a run.
type Options struct {
	Attempts int            // creations of a row in a run whose answer may be lost
	Grace    time.Duration  // after a lost request was given up, in which the server may carry it out
	Outage   time.Duration  // how long an outage may last
	Rand     func() float64 // 0 to 1, for the jitter of waits
}

// Start is what the ledger knows of a row.
type Start struct {
	Run       int               // number of the present run
	KeyNumber int               // of the idempotency key
	Attempts  int               // creations over all earlier runs
	Spans     serverclock.Spans // of lost requests, earlier runs' first

	Mark      bool           // the contact is to be marked as opted out
	Found     outcome.Reason // that the row will have, where only the mark is left; "" else
	ContactID string         // of the contact to mark, then

	OnlyAsk bool // create nothing: look the contact up, and let its date decide
}

// Outage is the state of the server as a whole.
type Outage struct {
	Now   bool // it answers nobody
	Count int  // outages so far in this run, this one included
}

// Reply is how a request of a row ended.
type Reply struct {
	Answer sent.Answer
	Blame  Blame
	Outage Outage // when the reply came
}

// Row is where one row stands on its way to an outcome. Its methods decide from
// replies what to do next.
type Row struct {
	o        Options
	run      int
	patience Patience

	keyNumber int               // of the idempotency key
	spans     serverclock.Spans // of all lost requests, earlier runs' included and first
	attempts  int               // creations so far, over all runs
	posts     int               // creations of this run

	refusal        refusal // of the creation that got an answer last
	lost           int     // in this run, since the last outage
	luck           Luck
	reason         outcome.Reason // that the row fails with, if it does
	lookups        int            // without an answer, in a row
	unansweredAt   time.Time      // when the last of them had ended
	conflicts      int
	limits         int   // refusals for the rate while other rows went through
	othersAnswered int64 // answers to other rows when this one was refused for its rate last
	keys           int   // that were burnt in this run
	contradictions int
	outages        int // that there had been when lost was counted
	inFlight       bool
	keyless        bool // the last creation went without an idempotency key
	mark           marking
	onlyAsk        bool
	waits          int // for lost requests to be over, see absentForUndo
}

// New returns a row that begins, or goes on where an earlier run has left it.
func New(o Options, s Start) *Row {
	return &Row{
		o: o, run: s.Run, patience: Patience(o.Outage), keyNumber: s.KeyNumber,
		spans: s.Spans, attempts: s.Attempts, reason: outcome.Network, onlyAsk: s.OnlyAsk,
		mark: marking{wanted: s.Mark, found: outcome.Outcome{Status: s.Found.Status(), Reason: s.Found, ContactID: s.ContactID}},
	}
}

// refusal is what a report shows of the creation that failed last.
type refusal struct {
	status          int
	code, requestID string
	why             string // in words, of whatever request of the row failed last; "": none did
}

// InDoubt reports whether a request for the row may have been executed without our
// knowing.
func (r *Row) InDoubt() bool { return len(r.spans) > 0 }

// Spans are when the lost requests of the row can have been carried out.
func (r *Row) Spans() serverclock.Spans { return r.spans }

// KeyNumber is the number of the idempotency key for the next creation.
func (r *Row) KeyNumber() int { return r.keyNumber }

// Attempts is how many creations of the row count, over all runs.
func (r *Row) Attempts() int { return r.attempts }

// Posts is how many creations of this run went out.
func (r *Row) Posts() int { return r.posts }

// NeedsFreshConnection reports whether the next request is to avoid the kept-alive
// connections, since one of them was dead.
func (r *Row) NeedsFreshConnection() bool { return r.luck.again }

// UnansweredAt is when the last look-up without an answer had ended.
func (r *Row) UnansweredAt() time.Time { return r.unansweredAt }

// Backoff is how long to wait before a creation is repeated.
func (r *Row) Backoff() time.Duration { return Backoff(r.posts, r.o.Rand()) }

// Sending says that a creation goes out, with an idempotency key or "" for none.
func (r *Row) Sending(key string) {
	r.posts++
	r.attempts++
	r.keyless = key == ""
}

// sees learns the server's state. Failures during an outage are not the row's, so
// they are not counted, and the ones before it are forgotten.
func (r *Row) sees(o Outage) {
	if o.Now || o.Count != r.outages {
		r.lost, r.lookups = 0, 0
	}
	r.outages = o.Count
}

// Began says that the row's first request is about to go out, in the given state of
// the server.
func (r *Row) Began(o Outage) { r.outages = o.Count }

// SeenOutages is how many outages there had been at the row's last reply.
func (r *Row) SeenOutages() int { return r.outages }

// ForgetFailures forgets look-ups without an answer, which were an outage's and not
// the row's.
func (r *Row) ForgetFailures(o Outage) {
	r.sees(Outage{Count: o.Count})
	r.lookups = 0
}

// AfterPost decides after the reply to a creation, which means v.
func (r *Row) AfterPost(v sent.Verdict, reply Reply) Step {
	a := reply.Answer
	if v.Kind == sent.NotExecuted && r.keyless {
		v.Kind = sent.Unknown // there was no key whose store could be waited for
	}
	r.sees(reply.Outage)
	if a.Err == nil {
		r.refusal.status, r.refusal.code, r.refusal.requestID = a.Status, a.Code, a.RequestID
	}
	if v.Failed() {
		r.refusal.why = v.Message
	}
	switch v.Kind {
	case sent.Created:
		s := r.settleAs(createdReason(v), a, a.Contact, v.Message)
		s.Outcome.Dates = createdDates(a.Contact)
		return s
	case sent.Exists:
		if r.InDoubt() {
			return Step{Do: Lookup, Why: AfterConflict}
		}
		return r.settleAs(outcome.AlreadyExists, a, nil, "")
	case sent.InvalidNumber:
		return r.settleAs(outcome.RejectedByAPI, a, nil, v.Message)
	case sent.Rejected:
		return r.settleAs(outcome.Rejected, a, nil, v.Message)
	case sent.Stop:
		return Step{Do: Stop, Refusal: v}
	case sent.InFlight:
		return r.afterInFlight()
	case sent.RateLimited:
		return r.afterLimited(reply)
	case sent.NotSent: // it was no request at all
		r.attempts--
		r.posts--
		return Step{Do: Post, Wait: HandleWait}
	case sent.NotExecuted:
		r.attempts--
		r.reason = outcome.ServerError
		return Step{Do: Post, Wait: r.patience.Wait(a, Backoff(r.posts, r.o.Rand()))}
	case sent.Burnt:
		return r.afterBurnt()
	case sent.Unknown:
		return r.afterLost(v, reply)
	}
	panic(fmt.Sprintf("retry: no such verdict: %v", v.Kind))
}

func createdReason(v sent.Verdict) outcome.Reason {
	if v.Recovered {
		return outcome.ReasonRecovered
	}
	return outcome.ReasonCreated
}

// afterInFlight waits for a request with the same key: it may be one of ours
// that the server has not given up yet.
func (r *Row) afterInFlight() Step {
	r.conflicts++
	if r.conflicts > maxConflicts {
		r.inFlight = true
		return Step{Do: Lookup, Why: LastResort}
	}
	return Step{Do: Post, Wait: min(time.Second<<min(r.conflicts, 4), 10*time.Second)}
}

// afterBurnt continues with the next key: this one would be answered with an old
// failure for a day.
func (r *Row) afterBurnt() Step {
	r.keys++
	r.reason = outcome.ServerError
	if r.keys > maxKeys {
		return Step{Do: Lookup, Why: LastResort}
	}
	r.keyNumber++
	return Step{Do: Post, NewKey: true}
}

// afterLost remembers when the request can have arrived, and tries again with
// the same key; when the attempts are used up, one look-up decides.
func (r *Row) afterLost(v sent.Verdict, reply Reply) Step {
	a := reply.Answer
	if !a.NeverSent {
		for _, span := range serverclock.RequestSpans(r.run, a.SentAt, a.ReceivedAt, r.o.Grace) {
			r.spans = r.spans.Add(span)
		}
	}
	r.reason = v.FailReason
	switch r.luck.Pardons(a, reply.Blame) {
	case DeadConn:
		r.attempts--
		return Step{Do: Post}
	case Overloaded:
		r.attempts--
		return Step{Do: Post, Wait: r.patience.Wait(a, Backoff(r.lost+r.luck.refusals, r.o.Rand()))}
	}
	r.lost++
	if r.lost >= r.o.Attempts {
		return Step{Do: Lookup, Why: LastResort}
	}
	return Step{Do: Post, Wait: r.patience.Wait(a, Backoff(r.lost, r.o.Rand()))}
}

// AfterLookup decides after the reply to a look-up, which means v.
func (r *Row) AfterLookup(why Purpose, v sent.Verdict, reply Reply, e serverclock.Evidence) Step {
	a, out := reply.Answer, reply.Outage.Now
	r.sees(reply.Outage)
	switch v.Kind {
	case sent.Found:
		r.lookups = 0
		return r.afterFound(why, &v.Contact, a, e)
	case sent.Absent:
		r.lookups = 0
		return r.afterAbsent(why, a)
	case sent.RateLimited:
		return Step{Do: Lookup, Why: why}
	case sent.NotSent:
		return Step{Do: Lookup, Why: why, Wait: HandleWait}
	case sent.Stop:
		return Step{Do: Stop, Refusal: v}
	case sent.Unknown:
		pardon := r.luck.Pardons(a, reply.Blame)
		if pardon == DeadConn {
			return Step{Do: Lookup, Why: why}
		}
		if why == Keyless {
			s := Step{Do: Post, Wait: Backoff(r.posts, r.o.Rand())}
			if out { // the probes have a pace of their own
				s.Wait = 0
			}
			return s
		}
		if pardon == Guilty {
			r.lookups++
		}
		r.unansweredAt = a.ReceivedAt
		r.refusal.why = v.Message
		if r.lookups < MaxLookups || out {
			return Step{Do: Lookup, Why: why, Wait: r.patience.Wait(a, Backoff(r.lookups+r.luck.refusals, r.o.Rand()))}
		}
		if why == ForMark {
			return r.failUnmarked(v.FailReason, a, "the look-up for its id got no answer; running again asks again")
		}
		return r.fail(outcome.OutcomeUnknown, "neither the creation nor the look-up got an answer; the next run asks again first")
	}
	panic(fmt.Sprintf("retry: no such verdict of a look-up: %v", v.Kind))
}

// afterFound tells our own lost creation from a contact that was there: by the
// time at which the server created it, or restored it.
func (r *Row) afterFound(why Purpose, contact *sent.Contact, a sent.Answer, e serverclock.Evidence) Step {
	if contact.Inherited {
		if why == AfterConflict || why == ForMark {
			s := r.settleAs(outcome.AlreadyExists, a, nil, "")
			s.Contact = contact
			return s
		}
		return r.afterAbsent(why, a) // another account's contact, shown to this one
	}
	return r.Judge(contact, a, e)
}

// Judge decides by the dates of the contact that a look-up has found for the row, as
// far as they are evidence.
func (r *Row) Judge(contact *sent.Contact, a sent.Answer, e serverclock.Evidence) Step {
	s := r.settleAs(outcome.AlreadyExists, a, contact, "")
	if !r.InDoubt() {
		return s
	}
	e.Found = a.ReceivedAt
	j := e.Judge(r.spans, DatesOf(contact))
	switch {
	case j.Ours:
		s = r.settleAs(outcome.ReasonRecovered, a, contact, "a request whose answer was lost had created it")
		s.Outcome.Dates = r.foundDates(contact, e)
	case j.Doubt > serverclock.Unseen, r.onlyAsk && j.Doubt == serverclock.Unseen && r.maybeOurs(contact):
		s = r.settleAs(outcome.OutcomeUnknown, a, contact, "the contact exists, but "+j.Doubt.Reason()+": it may be of this import or older")
	}
	s.Doubt = j.Doubt
	return s
}

// afterAbsent decides when the API doesn't know the contact.
func (r *Row) afterAbsent(why Purpose, a sent.Answer) Step {
	switch why {
	case ForUndo:
		return r.absentForUndo(a)
	case Keyless:
		return Step{Do: Post}
	case AfterConflict, ForMark:
		r.contradictions++
		if r.contradictions < maxContradictions {
			return Step{Do: Post, Wait: Backoff(r.contradictions, r.o.Rand())}
		}
		return r.fail(outcome.OutcomeUnknown, "the API says that the contact exists, and then does not find it")
	}
	if r.lost < r.o.Attempts && !r.inFlight && r.keys <= maxKeys && r.limits < maxLimited {
		return Step{Do: Post} // an outage has come in between: its failures don't count
	}
	if r.inFlight {
		return r.fail(outcome.OutcomeUnknown, "a request for this row is still in flight at the API")
	}
	return r.fail(r.reason, "every attempt failed, and the contact is not there")
}

// fail ends the course for what the creations met, not the look-up.
func (r *Row) fail(reason outcome.Reason, message string) Step {
	f := r.refusal
	if f.why != "" {
		message += "; last: " + f.why
	}
	return r.settleAs(reason, sent.Answer{Status: f.status, Code: f.code, RequestID: f.requestID}, nil, message)
}

// settleAs ends the course with the answer that decided.
func (r *Row) settleAs(reason outcome.Reason, a sent.Answer, contact *sent.Contact, message string) Step {
	o := outcome.Outcome{
		Status: reason.Status(), Reason: reason, HTTPStatus: a.Status, ErrorCode: a.Code,
		Message: message, RequestID: a.RequestID, Attempts: r.attempts,
	}
	if contact != nil {
		o.ContactID = contact.ID
	}
	return Step{Do: Settle, Outcome: o, Contact: contact}
}

// KeepsSpans reports whether the spans of a row are still needed after an outcome.
func KeepsSpans(s outcome.Status) bool { return s == outcome.Failed || s == outcome.Pending }
