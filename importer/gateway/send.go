package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// Create sends a creation of a number (E.164) under an idempotency key, or none if
// that is "". The error is a StopError: the run has to stop.
func (g *Gateway) Create(p Permit, by Caller, phone, key string) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	client, r := g.begin(by)
	a := client.Create(g.life.sending, phone, key)
	if a.NoHandle { // it was no request at all
		g.o.Budget.sent(0)
	} else {
		g.counts.create.Add(1)
		g.history.Sent(a.SentAt, 1)
	}
	v := sent.Classify(phone, a)
	reply, err := g.end(p, by, r, a, v)
	return v, reply, err
}

// CountRetry counts a creation beyond the first of a row in a run.
func (g *Gateway) CountRetry() { g.counts.retries.Add(1) }

// LookUp asks for the contact that has a number (E.164). The error is a StopError, or
// the cause of the end of the run where the request was cut off by that.
func (g *Gateway) LookUp(p Permit, by Caller, phone string) (sent.Verdict, retry.Reply, error) {
	return g.sendRepeatable(p, by, &g.counts.lookup,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.Lookup(ctx, phone) },
		func(a sent.Answer) sent.Verdict { return sent.ClassifyLookup(phone, a) })
}

// sendRepeatable sends a request for a row that can be sent again without harm, so that it
// may be cut off at the end of the run, and counts it.
func (g *Gateway) sendRepeatable(p Permit, by Caller, count *atomic.Int64, send func(context.Context, *sent.Client) sent.Answer, classify func(sent.Answer) sent.Verdict) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	client, r := g.begin(by)
	a := send(g.life.sending, client)
	count.Add(g.sends(a))
	v := classify(a)
	reply, err := g.end(p, by, r, a, v)
	return v, reply, g.unlessCutOff(v, err)
}

// unlessCutOff is err, or else the cause of the end of the run if that has cut the request
// off.
func (g *Gateway) unlessCutOff(v sent.Verdict, err error) error {
	if err == nil && g.life.isCutOff(v) {
		return context.Cause(g.life.starting)
	}
	return err
}

// sends is how many requests a read was, which the budget and the timeline are told: net/http sends it again
// where a kept-alive connection broke; 0 where there was no file handle to send it at all.
func (g *Gateway) sends(a sent.Answer) int64 {
	n := int64(max(a.Sends, 1))
	if a.NoHandle {
		n = 0
	}
	g.o.Budget.sent(n)
	g.history.Sent(a.SentAt, int(n))
	return n
}

// begin is called before a request with a permit. It returns the client to make it with,
// in g.life.sending: the request is not cut off when the run stops, or not before it has
// had time to settle, since its outcome would be unknown.
func (g *Gateway) begin(by Caller) (*sent.Client, round) {
	g.o.Progress.Sent()
	if by.Fresh {
		return g.o.Client.Fresh(), g.limit.round()
	}
	return g.o.Client, g.limit.round()
}

// end is called with the answer to a request and its verdict. A refusal of the account
// stops the run before the place is free for another request. The error says that the run
// has to stop.
func (g *Gateway) end(p Permit, by Caller, round round, a sent.Answer, v sent.Verdict) (r retry.Reply, err error) {
	r.Answer = a
	if a.Overloaded() {
		r.Blame.Load = g.limit.refused(by.identity, round)
	}
	g.meet(a, v)
	g.sayMixUp()
	if v.Kind == sent.Stop {
		g.Stop(&StopError{Cause: Refused, Last: v})
	}
	g.limit.release()
	g.learn(a)
	switch v.Kind {
	case sent.NotSent:
		g.breaker.unused(p.pass)
		err = g.starved()
	case sent.RateLimited: // it shows neither that the API works for anybody nor that it doesn't
		g.breaker.unused(p.pass)
		g.counts.limited.Add(1)
		var pause time.Duration
		pause, err = g.rate.limited(a)
		g.o.Limiter.Pause(pause)
		g.history.Limited(a.ReceivedAt, g.o.Limiter.PausedUntil())
		g.o.Progress.PauseUntil(g.o.Limiter.PausedUntil())
	default:
		g.judge(p, by, a, v)
	}
	if v.Kind != sent.NotSent {
		g.handles.ended()
	}
	r.Blame.Answers = g.rate.answers.Load()
	r.Outage = g.OutageState()
	return r, err
}

// judge tells the breaker how a request ended that had an answer, or none.
func (g *Gateway) judge(p Permit, by Caller, a sent.Answer, v sent.Verdict) {
	switch {
	case g.life.isCutOff(v), a.DeadConn && !by.Fresh: // the latter is made again at once
		g.breaker.unused(p.pass)
	case v.Kind == sent.Unknown || v.Kind == sent.NotExecuted:
		g.breaker.failed(p.pass, by, a.ReceivedAt.Add(retry.After(a)))
	default:
		g.breaker.answered(p.pass)
		g.limit.answered()
		g.rate.answered()
	}
}

// sayMixUp tells people, once, that answers came that were not for the request.
func (g *Gateway) sayMixUp() {
	if g.o.Client.MixedUp() && !g.mixUpSaid.Swap(true) {
		g.o.Note("Something on the way to the API has given an answer that was not for the request, such as a second answer to the request before. No row is settled by an answer that was recognized as such. From then on each request had a connection of its own. Ask whoever runs the proxy on the way.")
	}
}

// learn learns what an answer says beside its verdict, if it is the API's: a proxy on
// the way has a clock, limits and a latency of its own.
func (g *Gateway) learn(a sent.Answer) {
	if !a.Envelope {
		return
	}
	g.clock.Observe(retry.ExchangeOf(a))
	g.history.Answered(a.ReceivedAt.Sub(a.SentAt))
	g.limit.observe(a.ReceivedAt.Sub(a.SentAt), g.o.Limiter.PerMinute())
	g.rate.observe(a)
}
