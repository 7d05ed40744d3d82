package importer_test

import (
	"context"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/simulator"
)

// checkTimeline compares a timeline with the requests of all runs.
func checkTimeline(t *testing.T, r *importer.Result) {
	t.Helper()
	if got := r.Timeline.Total(); got.Requests != r.Requests.Total() || got.Limited != r.Requests.RateLimited {
		t.Errorf("got %d requests, %d of them limited, in the timeline, want %d and %d", got.Requests, got.Limited, r.Requests.Total(), r.Requests.RateLimited)
	}
}

// TestTimelineOfRuns: the timeline has every request of all runs of a job, the pauses, the
// outages and how long answers took, and the account is known by name without a key.
func TestTimelineOfRuns(t *testing.T) {
	server := simulator.Options{AccountName: "Acme", RateLimit: 60, BucketSize: 5, Latency: func(simulator.Request) time.Duration { return 100 * time.Millisecond }}
	server.Faults = func(r simulator.Request) simulator.Fault {
		if r.Since > 20*time.Second && r.Since < 50*time.Second {
			return simulator.Fault{Kind: simulator.Unavailable}
		}
		return simulator.Fault{}
	}
	scenario{server: server, rows: 100, o: importer.Options{Rate: "120/m", Burst: 5}}.play(t, func(t *testing.T, g *stage) {
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		first := g.runUntil(ctx)
		checkTimeline(t, first.Result)
		second := g.run()
		checkTimeline(t, second.Result)
		line := second.Timeline
		if total := line.Total(); total.Limited == 0 || total.Paused == 0 || total.Outage < 10*time.Second || total.Outage > 45*time.Second || line.Outages != 1 {
			t.Errorf("got %+v and %d outages, want pauses and an outage of half a minute", total, line.Outages)
		}
		if got := line.Latencies.Percentile(50); got < 90*time.Millisecond || got > 110*time.Millisecond {
			t.Errorf("got a median of %v, want about 100ms", got)
		}
		r, err := importer.Report(g.o.State, second.Job.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		checkTimeline(t, r)
		if r.Account.Name != "Acme" {
			t.Errorf("got the account %+v, want its name", r.Account)
		}
	})
}

// TestTimelineUnreadable: a timeline that can't be read is in nobody's way.
func TestTimelineUnreadable(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.o.MaxRequests = importer.NewBudget(2)
		if r := g.run(); r.Stopped == nil {
			t.Fatal("got no stop, want one")
		}
		l, job := g.onDisk()
		if err := l.SaveTimeline(job, "{"); err != nil {
			t.Fatal(err)
		}
		closeLedger(t, l)
		g.o.MaxRequests = nil
		r := g.run()
		r.complete(t)
		if got := r.Timeline.Total(); got.Requests == 0 || got.Requests != r.ThisRun.Requests.Total() {
			t.Errorf("got %+v, want the requests of the second run", got)
		}
	})
}

func closeLedger(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
