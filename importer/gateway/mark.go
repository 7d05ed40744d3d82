package gateway

import (
	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// Mark marks the contact with an id as opted out. The error is a StopError, or the cause
// of the end of the run where the request was cut off by that: it may have been carried
// out, and is sent again by the next run.
func (g *Gateway) Mark(p Permit, by Caller, id string) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	client, r := g.begin(by)
	a := client.Mark(g.life.sending, id)
	g.counts.mark.Add(sends(a))
	v := sent.ClassifyMark(id, a)
	reply, err := g.end(p, by, r, a, v)
	return v, reply, g.unlessCutOff(v, err)
}

// Get asks for the contact with an id. The error is as LookUp's.
func (g *Gateway) Get(p Permit, by Caller, id string) (sent.Verdict, retry.Reply, error) {
	by.identity = by.Row
	client, r := g.begin(by)
	a := client.Get(g.life.sending, id)
	g.counts.get.Add(sends(a))
	v := sent.ClassifyGet(id, a)
	reply, err := g.end(p, by, r, a, v)
	return v, reply, g.unlessCutOff(v, err)
}
