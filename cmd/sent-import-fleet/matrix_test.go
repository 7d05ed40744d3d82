//go:build fleet && linux

package main

import (
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// The failure matrix, each line with the processes and a PostgreSQL:
//
//	SIGTERM, a deployment                  TestTerminatedWorkerHandsOver
//	kill -9, power                         TestKilledWorkerIsReplaced
//	a machine is gone                      TestLostMachineIsReplaced
//	SIGSTOP for a minute, then SIGCONT     TestStoppedWorkerIsTakenOver
//	cut off from PostgreSQL                TestCutOffWorkerStops
//	PostgreSQL is restarted, or crashes    TestDatabaseIsRestarted
//	the store is down                      TestStoreIsDown
//	enqueue as the last import ends        TestEnqueueAsTheLastImportEnds
//	200 pools, one of two workers killed   TestManyAccounts
//	input changed or missing               TestInputIsMissingOrChanged
//
// Each ends with rig.check: the reports against what the API holds, row by row, and each
// request that the API got against who had the account then. TestSoak has all at once.

// perMinute is the limit of an account in these tests: a list of some hundred rows takes
// longer than a takeover.
const perMinute = 900

// begun waits until a worker has sent some requests for an account, and returns which.
func (r *rig) begun(ref string, workers ...*process) *process {
	r.t.Helper()
	var who *process
	r.until("a worker begins", 30*time.Second, func() bool {
		for _, p := range workers {
			if r.by(ref, p.name) > 10 {
				who = p
			}
		}
		return who != nil
	})
	return who
}

// other is the worker of two that p is not.
func other(p, a, b *process) *process {
	if p == a {
		return b
	}
	return a
}

// note writes a figure down for the reference.
func (r *rig) note(what string, d time.Duration) {
	r.t.Logf("FIGURE %s: %.1f s", what, d.Seconds())
}

func TestTerminatedWorkerHandsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 200)
	first := r.begun("acct0", a, b)
	next := other(first, a, b)
	r.signal(first, syscall.SIGTERM)
	<-first.done
	ended := time.Now()
	if code := first.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("the worker's exit code is %d: %s", code, first.out.String())
	}
	r.until("the other goes on", 20*time.Second, func() bool { return !r.firstAfter(next.name, r.lastBy(first.name)).IsZero() })
	gap := r.firstAfter(next.name, r.lastBy(first.name)).Sub(r.lastBy(first.name))
	r.note("SIGTERM, last request to the next worker's first", gap)
	if released := r.firstAfter(next.name, r.lastBy(first.name)).Sub(ended); released > 2*time.Second {
		t.Errorf("the next worker began %s after the end of the first, want 2 s at most", released)
	}
	r.finished(2 * time.Minute)
	r.check(l)
	if n := r.api.Stats().Replays; n > 0 {
		t.Errorf("%d rows were asked again: what was in flight should have been settled", n)
	}
}

// TestKilledWorkerIsReplaced kills a worker while a request of its is under way: the row is
// in doubt, and is asked again with the same key.
func TestKilledWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	held := make(chan struct{}) // closed when a request is held up
	var creations atomic.Int64
	r := newRig(t, shared, 1, perMinute, func(o *simulator.Options) {
		o.Latency = func(simulator.Request) time.Duration {
			if creations.Add(1) == 30 {
				close(held)
				return time.Second
			}
			return latency
		}
	})
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 300)
	first := r.begun("acct0", a, b)
	<-held
	killed := time.Now()
	r.kill(first)
	r.replaced("SIGKILL", other(first, a, b), killed)
	r.finished(2 * time.Minute)
	r.check(l)
	if r.api.Stats().Replays == 0 {
		t.Error("no answer was replayed: want the row in doubt to be asked again with its key")
	}
}

// replaced waits until another worker goes on, in 30 seconds at most.
func (r *rig) replaced(how string, next *process, since time.Time) {
	r.t.Helper()
	r.until("the other goes on", 40*time.Second, func() bool { return !r.firstAfter(next.name, since).IsZero() })
	took := r.firstAfter(next.name, since).Sub(since)
	r.note(how+", to the next worker's first request", took)
	if took > 30*time.Second {
		r.t.Errorf("the takeover took %s, want 30 s at most", took)
	}
}

// TestLostMachineIsReplaced has a machine vanish, so that nobody is told of its worker's end:
// the database's server finds out by itself.
func TestLostMachineIsReplaced(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, "w0")
	r := n.rig(1, perMinute, nil)
	a := n.worker(r, "w0")
	l := r.add("acct0", 0, 300)
	r.begun("acct0", a)
	b := r.worker("w1")
	sessions := n.sessions(r, a.name)
	lost := time.Now()
	n.lose(r, a)
	r.replaced("a machine is lost", b, lost)
	r.finished(2 * time.Minute)
	r.check(l)
	r.until("the server ends its sessions", 2*time.Minute, func() bool { return n.sessions(r, a.name) == 0 })
	t.Logf("FIGURE a machine is lost, to the end of its %d sessions: %.1f s", sessions, time.Since(lost).Seconds())
}

// TestStoppedWorkerIsTakenOver stops a worker for a minute: it finds that its time is over
// when it is continued, in the midst of its successor's work.
func TestStoppedWorkerIsTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 600, nil)
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 650)
	first := r.begun("acct0", a, b)
	stopped := time.Now()
	r.signal(first, syscall.SIGSTOP)
	r.replaced("SIGSTOP", other(first, a, b), stopped)
	<-time.After(time.Until(stopped.Add(time.Minute)))
	before := r.by("acct0", first.name)
	if r.number(`SELECT count(*) FROM imports WHERE state = 'open'`) != 1 {
		t.Error("the import ended before the worker came back")
	}
	r.signal(first, syscall.SIGCONT)
	r.finished(2 * time.Minute)
	// What was about to be sent may go out, with the keys that the successor uses.
	if after := r.by("acct0", first.name); after > before+2 {
		t.Errorf("the worker sent %d requests after it had been taken over", after-before)
	}
	r.check(l)
	r.signal(first, syscall.SIGTERM)
	<-first.done
	if code := first.cmd.ProcessState.ExitCode(); code != exitOK || !strings.Contains(first.out.String(), "the lease is lost") {
		t.Errorf("the worker that came back ended with %d, and should have told of its lease: %s", code, first.out.String())
	}
}

func TestCutOffWorkerStops(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, "w0")
	r := n.rig(1, perMinute, nil)
	a := n.worker(r, "w0")
	l := r.add("acct0", 0, 500)
	r.begun("acct0", a)
	b := r.worker("w1")
	cut := time.Now()
	n.cut(a.name)
	r.until("the other goes on", 40*time.Second, func() bool { return r.by("acct0", b.name) > 0 })
	last, first := r.lastBy(a.name), r.firstAfter(b.name, cut)
	r.note("cut off, to its last request", last.Sub(cut))
	r.note("cut off, to the next worker's first request", first.Sub(cut))
	if last.Sub(cut) > 11*time.Second || last.After(first) {
		t.Errorf("the worker sent its last request %s after it was cut off, and the next began at %s", last.Sub(cut), first.Sub(cut))
	}
	n.join(a.name)
	r.finished(2 * time.Minute)
	r.check(l)
}

func TestDatabaseIsRestarted(t *testing.T) {
	t.Parallel()
	cluster := ownCluster(t, pgtest.Network{})
	r := newRig(t, cluster, 2, perMinute, nil)
	r.worker("w0")
	r.worker("w1")
	a, b := r.add("acct0", 0, 300), r.add("acct1", 1, 300)
	r.until("both begin", time.Minute, func() bool { return len(r.seen()) > 60 })
	for _, end := range []func() error{cluster.Stop, cluster.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
		sent := len(r.seen())
		r.note("database restarted, to the next requests", r.until("they go on", 40*time.Second, func() bool { return len(r.seen()) > sent+20 }))
	}
	r.finished(2 * time.Minute)
	r.check(a, b)
}
