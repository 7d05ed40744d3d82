package importer_test

import (
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// utc is the clock of these tests, which begin at midnight.
func utc() time.Time { return time.Now().UTC() }

// A run takes as long as its plan says, which reckons with the timetable.
func TestTimetableIsInThePlan(t *testing.T) {
	o := importer.Options{Reserve: "00:00,0 00:03,50% 00:06,100% 00:11,0", Clock: utc, Rate: "auto", Concurrency: 8}
	scenario{server: simulator.Options{RateLimit: 200}, rows: 1200, o: o}.play(t, func(t *testing.T, g *stage) {
		plans := g.plans()
		g.o.Progress = new(importer.Progress)
		var left time.Duration
		var closed time.Time
		time.AfterFunc(8*time.Minute, func() {
			s := g.o.Progress.Snapshot()
			left, _ = s.TimeLeft()
			closed = s.ClosedUntil
		})
		began := time.Now()
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1200})
		plan := (*plans)[0]
		if plan.Timetable == nil || plan.Timetable.At.Sub(began) != 3*time.Minute || plan.Timetable.Then.Percent != 50 {
			t.Errorf("the plan says %+v", plan.Timetable)
		}
		if off := r.took - plan.Duration; off < -20*time.Second || off > 20*time.Second {
			t.Errorf("it took %v, and was planned to take %v", r.took, plan.Duration)
		}
		if off := r.took - 8*time.Minute - left; off < -20*time.Second || off > 20*time.Second {
			t.Errorf("after 8 minutes %v were left, and it took %v", left, r.took)
		}
		if closed.Sub(began) != 11*time.Minute {
			t.Errorf("after 8 minutes nothing was to be sent until %v", closed)
		}
		if r.said("leaves the whole limit to others until Sat 00:11") != 1 {
			t.Errorf("it is said once that nothing is sent: %q", r.notices)
		}
	})
}

// The time that a run may take goes on while the timetable has it wait.
func TestTimetableAndMaxDuration(t *testing.T) {
	o := importer.Options{Reserve: "00:00,100% 12:00,0", Clock: utc, Rate: "auto", MaxDuration: time.Hour}
	scenario{rows: 5, o: o}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopMaxDuration, "1h")
		if r.took != time.Hour || len(g.server.Truth().Requests) > 0 {
			t.Errorf("it took %v and sent %d requests", r.took, len(g.server.Truth().Requests))
		}
		if r.said("That counts as time that the run takes") != 1 {
			t.Errorf("got %q", r.notices)
		}
		g.o.MaxDuration = 0
		r = g.run()
		r.complete(t)
		if r.took < 11*time.Hour || r.took > 11*time.Hour+time.Minute {
			t.Errorf("it took %v", r.took)
		}
	})
}

// An answer that is lost as the timetable closes is settled when it opens again.
func TestTimetableClosesOnALostAnswer(t *testing.T) {
	server := simulator.Options{Faults: simulator.During(0, 2*time.Minute, simulator.Fault{Kind: simulator.Hang, After: true})}
	o := importer.Options{Reserve: "00:00,0 00:01,100% 03:00,0", Clock: utc, Rate: "auto", Timeout: 50 * time.Second}
	scenario{server: server, rows: 3, o: o}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.agrees(r)
		if r.took < 3*time.Hour || r.took > 3*time.Hour+5*time.Minute {
			t.Errorf("it took %v", r.took)
		}
	})
}

func TestTimetableContradictsARate(t *testing.T) {
	_, err := importer.Run(t.Context(), importer.Options{Input: "x.csv", Key: "k", State: t.TempDir(), Rate: "60/m", Reserve: "08:00,50% 20:00,0"})
	if err == nil || !strings.Contains(err.Error(), "contradict each other") {
		t.Errorf("got %v", err)
	}
}
