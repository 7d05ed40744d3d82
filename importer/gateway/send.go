package gateway

import (
	"context"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// Create sends a creation of a number (E.164) under an idempotency key, or none if
// that is "". The error is a StopError: the run has to stop.
func (g *Gateway) Create(p Permit, by Caller, phone, key string) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	g.counts.create.Add(1)
	var v sent.Verdict
	reply, err := g.send(p, by, func(ctx context.Context, c *sent.Client) (sent.Answer, sent.Verdict) {
		a := c.Create(ctx, phone, key)
		v = sent.Classify(phone, a)
		return a, v
	})
	if reply.Answer.NoHandle { // it was no request at all
		g.counts.create.Add(-1)
	}
	return v, reply, err
}

// CountRetry counts a creation beyond the first of a row in a run.
func (g *Gateway) CountRetry() { g.counts.retries.Add(1) }

// LookUp asks for the contact that has a number (E.164). The error is a StopError, or
// the cause of the end of the run where the request was cut off by that.
func (g *Gateway) LookUp(p Permit, by Caller, phone string) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	g.counts.lookup.Add(1)
	var v sent.Verdict
	reply, err := g.send(p, by, func(ctx context.Context, c *sent.Client) (sent.Answer, sent.Verdict) {
		a := c.Lookup(ctx, phone)
		v = sent.ClassifyLookup(phone, a)
		return a, v
	})
	g.counts.lookup.Add(resent(reply.Answer))
	if err == nil && g.life.isCutOff(v) {
		err = context.Cause(g.life.starting)
	}
	return v, reply, err
}

// resent is how often net/http has sent a read again, as it does where a kept-alive
// connection broke; -1 where there was no file handle to send it at all.
func resent(a sent.Answer) int64 {
	if a.NoHandle {
		return -1
	}
	return int64(max(a.Sends, 1) - 1)
}

// send makes one request with a permit. It is not cut off when the run stops, or not
// before it has had time to settle: its outcome would be unknown. A refusal of the
// account stops the run before the place is free for another request.
func (g *Gateway) send(p Permit, by Caller, request func(context.Context, *sent.Client) (sent.Answer, sent.Verdict)) (r retry.Reply, err error) {
	client := g.o.Client
	if by.Fresh {
		client = client.Fresh()
	}
	g.o.Progress.Sent()
	round := g.limit.round()
	a, v := request(g.life.sending, client)
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
	err = g.record(p, by, a, v)
	r.Blame.Answers = g.rate.answers.Load()
	r.Outage = g.OutageState()
	return r, err
}

// sayMixUp tells people, once, that answers came that were not for the request.
func (g *Gateway) sayMixUp() {
	if g.o.Client.MixedUp() && !g.mixUpSaid.Swap(true) {
		g.o.Note("Something on the way to the API has given an answer that was not for the request, such as a second answer to the request before. No row is settled by an answer that was recognized as such. From then on each request had a connection of its own. Ask whoever runs the proxy on the way.")
	}
}

// record tells the parts of the gateway how a request ended. The error says that the
// run has to stop.
func (g *Gateway) record(p Permit, by Caller, a sent.Answer, v sent.Verdict) error {
	if v.Kind != sent.NotSent {
		g.handles.ended()
	}
	switch {
	case v.Kind == sent.NotSent:
		g.breaker.unused(p.pass)
		return g.starved()
	case v.Kind == sent.RateLimited: // it shows neither that the API works for anybody nor that it doesn't
		g.breaker.unused(p.pass)
		g.counts.limited.Add(1)
		return g.rate.limited(a)
	case g.life.isCutOff(v), a.DeadConn && !by.Fresh: // the latter is made again at once
		g.breaker.unused(p.pass)
	case v.Kind == sent.Unknown || v.Kind == sent.NotExecuted:
		g.breaker.failed(p.pass, by)
		g.breaker.notBefore(a.ReceivedAt.Add(retry.After(a)))
	default:
		g.breaker.answered(p.pass)
		g.limit.answered()
		g.rate.answered()
	}
	return nil
}

// learn learns what an answer says beside its verdict, if it is the API's: a proxy on
// the way has a clock, limits and a latency of its own.
func (g *Gateway) learn(a sent.Answer) {
	if !a.Envelope {
		return
	}
	g.clock.Observe(retry.ExchangeOf(a))
	g.limit.observe(a.ReceivedAt.Sub(a.SentAt), g.o.Limiter.PerMinute())
	g.rate.observe(a)
}
