package gateway

import (
	"context"
	"time"
)

// Admit waits until a request may be sent: the breaker lets it pass, or it is the
// probe; there is a place in flight; the rate; the lease; and the budget has a request
// left, else the run stops. The error is a StopError, a BudgetError, the cause of the end
// of the run, or the ledger's.
func (g *Gateway) Admit() (Permit, error) {
	ctx := g.life.starting
	for {
		p, err := g.breaker.enter(ctx)
		if err == errOutage {
			return Permit{}, g.outage()
		}
		if err == nil {
			err = g.limit.acquire(ctx)
		}
		if err != nil {
			g.breaker.unused(p)
			return Permit{}, err
		}
		err = g.o.Limiter.Wait(ctx)
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil && g.lease != nil {
			err = g.lease(time.Now().Round(0))
		}
		if err == nil {
			err = context.Cause(ctx) // it may have ended while the lease was written
		}
		if out, _ := g.breaker.state(); err == nil && (!out || p.probe) {
			if err = g.o.Budget.take(); err == nil {
				return Permit{p}, nil
			}
			g.Stop(err)
		}
		g.limit.release()
		if err != nil { // else an outage has begun while we waited
			g.breaker.unused(p)
			return Permit{}, err
		}
	}
}

// outage is why the run ends when the API has not answered for as long as an outage
// may last.
func (g *Gateway) outage() error {
	if stop := g.troubles.unreachable(giveUp); stop != nil {
		return stop
	}
	return &StopError{Cause: Outage, Last: g.troubles.lastFailure(), Lasted: g.o.Outage}
}
