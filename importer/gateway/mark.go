package gateway

import (
	"context"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// Mark marks the contact with an id as opted out. The error is a StopError, or the cause
// of the end of the run where the request was cut off by that: it may have been carried
// out, and is sent again by the next run.
func (g *Gateway) Mark(p Permit, by Caller, id string) (sent.Verdict, retry.Reply, error) {
	return g.sendRepeatable(p, by, &g.counts.mark,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.Mark(ctx, id) },
		func(a sent.Answer) sent.Verdict { return sent.ClassifyMark(id, a) })
}

// Get asks for the contact with an id. The error is as LookUp's.
func (g *Gateway) Get(p Permit, by Caller, id string) (sent.Verdict, retry.Reply, error) {
	return g.sendRepeatable(p, by, &g.counts.get,
		func(ctx context.Context, c *sent.Client) sent.Answer { return c.Get(ctx, id) },
		func(a sent.Answer) sent.Verdict { return sent.ClassifyGet(id, a) })
}
