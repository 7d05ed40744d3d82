package engine

import (
	"encoding/json"
	"sync/atomic"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// pulse is how far an import is, for whoever looks, and so that the sweeper knows whether it
// gets any further.
type pulse struct {
	progress progress.Progress
	plan     atomic.Pointer[importer.Plan] // of this run, before it settles any row; nil before it is there
}

// planned says that the plan is there.
func (p *pulse) planned(plan importer.Plan) { p.plan.Store(&plan) }

// afterPlan is larger than the number of rows of any file: whatever is settled is further
// than a plan.
const afterPlan = 1 << 40

// now is the pulse at this moment, without the pace.
func (p *pulse) now() (now pool.Pulse) {
	s := p.progress.Snapshot()
	now.PerMinute = s.RealRate
	plan := p.plan.Load()
	if plan == nil {
		now.Mark = int64(s.Rows)
		return now
	}
	before := plan.Counts
	now.Job = plan.Job.ID
	now.Mark = afterPlan + int64(before.Rows-before.Pending-before.Failed+s.Settled.Rows+s.PagesRead)
	now.Counts = countsText(together(before, s.Settled))
	return now
}

// together are the rows after a run has settled some of those that were open: the pending
// ones first, since those that have failed before are tried again at the end.
func together(before, settled outcome.Counts) outcome.Counts {
	c := before
	c.Created += settled.Created
	c.Duplicate += settled.Duplicate
	c.Invalid += settled.Invalid
	c.Pending = max(0, before.Pending-settled.Rows)
	c.Failed = c.Rows - c.Created - c.Duplicate - c.Invalid - c.Pending
	return c
}

func countsText(c outcome.Counts) json.RawMessage {
	text, err := json.Marshal(c)
	if err != nil {
		panic("engine: " + err.Error())
	}
	return text
}
