package ledger

import (
	"testing"
	"time"

	"sent-import/importer/serverclock"
)

// TestElsewhere: what other jobs say about a number and about a contact.
func TestElsewhere(t *testing.T) {
	l := openTest(t, t.TempDir())
	asking := planTest(t, l, "asking", pendingRows(3))
	other := planTest(t, l, "other", pendingRows(3))
	run := startTest(t, l, other)
	_, tasks := tasksOf(t, l, other)
	id := createdOutcome(2).ContactID
	var since, alive, ahead = testTime.Add(-time.Hour), testTime, time.Duration(0)
	want := func(when string, j Job, want Elsewhere) {
		t.Helper()
		if got, err := l.Elsewhere(j, testPhone(2), id, since, ahead, alive); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", when, got, err, want)
		}
	}
	want("before", asking, UnknownElsewhere)
	must(t, "Claim", run.Claim(tasks[:1], testTime))
	want("while another number is under way", asking, UnknownElsewhere)
	must(t, "Claim", run.Claim(tasks[1:2], testTime))
	want("while it is under way", asking, ClaimedElsewhere)
	want("to the job itself", other, UnknownElsewhere)
	alive = testTime.Add(serverclock.LeaseTime)
	want("at the end of the lease", asking, ClaimedElsewhere)
	alive = alive.Add(time.Millisecond)
	want("after the lease", asking, UnknownElsewhere)
	alive = testTime
	for name, edit := range map[string]func(*Job){
		"another account": func(j *Job) { j.Account = "x" }, "another profile": func(j *Job) { j.Profile = "x" },
		"another API": func(j *Job) { j.BaseURL = "x" },
	} {
		j := asking
		edit(&j)
		want(name, j, UnknownElsewhere)
	}
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	must(t, "Settle", <-run.Settle(tasks[1], createdOutcome(2), nil, testTime))
	want("when it is created", asking, CreatedElsewhere)
	alive = testTime.Add(time.Hour)
	want("long after", asking, CreatedElsewhere)
	since = testTime.Add(time.Millisecond)
	want("to a request that was carried out later", asking, UnknownElsewhere)
	ahead = time.Millisecond
	want("to a request later by a clock that is ahead", asking, CreatedElsewhere)
	since = testTime
	id = createdOutcome(3).ContactID
	want("of another contact", asking, UnknownElsewhere)
}
