package create

import (
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/progress"
	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

// marker marks the contacts of rows as opted out.
type marker struct {
	g        *gateway.Gateway
	run      *ledger.Run
	first    opening
	progress *progress.Progress
}

// begin returns what comes in the place of a Settle: the look-up for the contact's id, or
// its mark, where that is left. Before the mark, it is on the disk that nothing else is.
func (m marker) begin(t ledger.Task, row *retry.Row, s retry.Step) (retry.Step, error) {
	next := row.Conclude(s)
	if t.Mark && t.Found == "" && row.Marks() == 0 && next.Do != retry.Lookup {
		m.progress.Marked()
	}
	if next.Do != retry.Mark {
		return next, nil
	}
	o := s.Outcome
	o.Message = retry.MarkLeft
	return next, m.run.Found(t, o, next.Contact.UpdatedAtText, now())
}

// request sends a mark, or asks whether the contact has opted out, and has the row decide
// what is next. unanswered reports that the question got no answer.
func (m marker) request(do retry.Action, p gateway.Permit, t ledger.Task, row *retry.Row) (next retry.Step, unanswered bool, err error) {
	by, id := gateway.Caller{Row: t.Number, Fresh: row.NeedsFreshConnection()}, row.Found().ContactID
	if do == retry.Check || row.Marks() > 0 && m.g.WantsLookup(p) {
		v, reply, err := m.g.Get(p, by, id)
		if err != nil {
			return next, false, err
		}
		return m.remember(row.AfterCheck(v, reply)), v.Kind == sent.Unknown, nil
	}
	row.SendingMark()
	v, reply, err := m.g.Mark(p, by, id)
	if err != nil {
		return next, false, err
	}
	if serves(v) && (v.Kind != sent.RateLimited || row.Marks() >= maxAlone) {
		m.first.open()
	}
	return m.remember(row.AfterMark(v, reply)), false, nil
}

// remember keeps the date that a contact has since it was marked.
func (m marker) remember(s retry.Step) retry.Step {
	if s.Do == retry.Settle && s.Contact != nil {
		m.run.Patched(s.Contact.ID, s.Contact.UpdatedAtText, now())
	}
	return s
}
