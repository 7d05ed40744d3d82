package gateway

import (
	"context"

	"sent-import/importer/sent"
)

// Delete deletes the contact of a row by its id, until the answer is Deleted, Absent or
// Rejected. lost says that the answer to one of the requests was lost, which may have been
// carried out: a contact that is Absent then may have been deleted by it. The error says
// why the run stops, or is ErrNoAnswer; with an error, too, lost counts.
func (g *Gateway) Delete(row int, id string) (v sent.Verdict, lost bool, err error) {
	a, err := g.ask(question{Caller{Row: row, aside: true}, &g.counts.delete,
		func(ctx context.Context, c *sent.Client) sent.Answer {
			a := c.Delete(ctx, id)
			lost = lost || sent.ClassifyDelete(a).Kind == sent.Unknown && !a.NeverSent
			return a
		},
		func(a sent.Answer) bool {
			k := sent.ClassifyDelete(a).Kind
			return k == sent.Deleted || k == sent.Absent || k == sent.Rejected
		}, sent.ClassifyDelete})
	return sent.ClassifyDelete(a), lost, err
}
