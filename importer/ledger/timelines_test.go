package ledger

import (
	"testing"
	"time"
)

// TestTimelines: a job has the timeline that its runs have written last, and none once it
// is dropped.
func TestTimelines(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "timed", pendingRows(3))
	other := planTest(t, l, "other", pendingRows(1))
	check := func(what, want string) {
		t.Helper()
		got, err := l.Timeline(job)
		must(t, "Timeline", err)
		if got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	check("before a run", "")
	state := RunState{Timeline: "one"}
	run, err := l.StartRun(job, testTime, func() RunState { return state })
	must(t, "StartRun", err)
	must(t, "Save", run.Save(testTime))
	check("of a run", "one")
	state.Timeline = ""
	must(t, "Save", run.Save(testTime.Add(time.Second)))
	check("where it is as it was", "one")
	must(t, "SaveTimeline", l.SaveTimeline(job, "two"))
	must(t, "SaveTimeline", l.SaveTimeline(other, "three"))
	check("at the end", "two")
	must(t, "Drop", l.Drop(job))
	check("of a dropped job", "")
}
