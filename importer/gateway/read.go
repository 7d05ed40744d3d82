package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// question is a request that may be repeated without harm until its answer is understood.
type question struct {
	by         Caller
	counter    *atomic.Int64
	request    func(context.Context, *sent.Client) sent.Answer
	understood func(sent.Answer) bool
	otherwise  func(sent.Answer) sent.Verdict // of an answer that is not
}

// verdict is Answered if the answer is understood.
func (q question) verdict(a sent.Answer) sent.Verdict {
	if q.understood(a) {
		return sent.Verdict{Kind: sent.Answered}
	}
	return q.otherwise(a)
}

// ask makes a request until it gets an answer that is understood. It gives up with a
// StopError or the cause of the end of the run, and with ErrNoAnswer when only this
// request gets no answer.
func (g *Gateway) ask(q question) (sent.Answer, error) { return g.askTimes(retry.MaxLookups, q) }

const (
	// briefTries is how often a question is asked that a run can do without, and
	// briefTime how long it may take to ask it again: a hiccup is over then, and in
	// an outage the first creation is not held up.
	briefTries = 3
	briefTime  = 10 * time.Second
)

// askBriefly is ask for a question that a run can do without. ErrNoAnswer comes sooner
// then, and no outage is made of it.
func (g *Gateway) askBriefly(q question) (sent.Answer, error) {
	began := time.Now()
	for n := 1; ; n++ {
		a, err := g.askTimes(1, q)
		if !errors.Is(err, ErrNoAnswer) || n == briefTries || time.Since(began) >= briefTime {
			return a, err
		}
		if err := Pause(g.life.starting, retry.Backoff(n, rand.Float64())); err != nil {
			return a, err
		}
	}
}

// askTimes is ask with a number of tries.
func (g *Gateway) askTimes(tries int, q question) (sent.Answer, error) {
	wait, patience := time.Duration(0), retry.Patience(g.o.Outage)
	var luck retry.Luck
	q.by.NoBlame, q.by.identity = !q.by.aside, -int(g.reads.Add(1))
	for lost := 0; lost < tries; {
		if err := Pause(g.life.starting, wait); err != nil {
			return sent.Answer{}, err
		}
		p, err := g.Admit()
		if err != nil {
			return sent.Answer{}, err
		}
		q.by.Fresh = luck.Again()
		client, r := g.begin(q.by)
		a := q.request(g.life.sending, client)
		q.counter.Add(g.sends(a))
		v := q.verdict(a)
		reply, err := g.end(p, q.by, r, a, v)
		if err := g.unlessCutOff(v, err); err != nil {
			return a, err
		}
		switch v.Kind {
		case sent.Answered:
			return a, nil
		case sent.Stop:
			return a, &StopError{Cause: Refused, Last: v}
		case sent.RateLimited: // everybody waits, see rate.limited
			wait = 0
			continue
		case sent.NotSent:
			wait = retry.HandleWait
			continue
		}
		pardon := luck.Pardons(a, reply.Blame)
		if pardon == retry.DeadConn {
			wait = 0
			continue
		}
		if !reply.Outage.Now && pardon == retry.Guilty { // an outage is not this request's fault
			lost++
		}
		wait = patience.Wait(a, retry.Backoff(lost+luck.Refusals(), rand.Float64()))
	}
	return sent.Answer{}, ErrNoAnswer
}

func me(ctx context.Context, c *sent.Client) sent.Answer { return c.Me(ctx) }

// Account asks whose key it is: the one request that finds out whether the key is good.
// told is false where the API did not say, be it that it refused this question alone,
// or gave no answer: then the first creation finds out. The error says why the run
// stops, or is ErrNoAnswer.
func (g *Gateway) Account() (account sent.Account, told bool, err error) {
	a, err := g.askBriefly(question{Caller{aside: true}, &g.counts.me, me, answersAccount, sent.ClassifyRead})
	return a.Account, err == nil && tellsAccount(a), err
}

// ConfirmAccount asks whose key it is, to see whether the API answers anybody. The
// error says why the run stops, or is ErrNoAnswer.
func (g *Gateway) ConfirmAccount() error {
	_, err := g.ask(question{Caller{}, &g.counts.me, me, answersAccount, sent.ClassifyRead})
	return err
}

// answersAccount reports whether the answer is the API's, and no refusal of the key:
// the account, or that it is not told.
func answersAccount(a sent.Answer) bool { return tellsAccount(a) || refusesThis(a) }

// tellsAccount reports whether the API has told the account, or that it never does (404
// and its like). The shape of the account is not documented, so any success in the
// API's envelope is taken: the key was accepted.
func tellsAccount(a sent.Answer) bool {
	if a.Err == nil && a.Status/100 == 2 {
		return a.Envelope
	}
	v := sent.ClassifyRead(a)
	return v.Kind == sent.Absent || v.Kind == sent.Rejected || v.Cause == sent.BadCall
}

// refusesThis reports whether the API refuses a read in a way that says nothing of
// creations: a key that may create contacts need not be allowed to read the account or
// the list. A 401 and an unknown profile are refusals of everything.
func refusesThis(a sent.Answer) bool {
	v := sent.ClassifyRead(a)
	return a.FromAPI() && v.Kind == sent.Stop && a.Status != 401 && v.Cause != sent.KeyRefused && v.Cause != sent.ProfileUnknown
}

// Contact asks for the contact of a settled row, by its number (E.164), until the
// answer is Found or Absent. The error says why the run stops, or is ErrNoAnswer.
func (g *Gateway) Contact(row int, phone string) (sent.Verdict, error) {
	a, err := g.ask(question{Caller{Row: row, aside: true}, &g.counts.lookup,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.Lookup(ctx, phone) },
		func(a sent.Answer) bool {
			k := sent.ClassifyLookup(phone, a).Kind
			return k == sent.Found || k == sent.Absent
		}, sent.ClassifyRead})
	return sent.ClassifyLookup(phone, a), err
}

// ContactByID asks for the contact with the id that a settled row has, until the answer is
// Found or Absent. The error is as Contact's.
func (g *Gateway) ContactByID(row int, id string) (sent.Verdict, error) {
	a, err := g.ask(question{Caller{Row: row, aside: true}, &g.counts.get,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.Get(ctx, id) },
		func(a sent.Answer) bool {
			k := sent.ClassifyGet(id, a).Kind
			return k == sent.Found || k == sent.Absent
		}, func(a sent.Answer) sent.Verdict { return sent.ClassifyGet(id, a) }})
	return sent.ClassifyGet(id, a), err
}

// AskForAnything asks for the shortest page of the list, until that is answered, or it
// alone is not. The error says why the run stops.
func (g *Gateway) AskForAnything() error {
	_, err := g.ask(question{Caller{}, &g.counts.list,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.List(ctx, 1, 1) },
		func(a sent.Answer) bool {
			k := sent.ClassifyRead(a).Kind
			return k == sent.Answered || k == sent.Rejected || k == sent.Absent || refusesThis(a)
		}, sent.ClassifyRead})
	if errors.Is(err, ErrNoAnswer) {
		return nil
	}
	return err
}
