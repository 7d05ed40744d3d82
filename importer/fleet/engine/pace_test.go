package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/pace"
)

// TestSuccessorGoesOnAtTheLimit has a worker die between two beats while it sends as fast as
// its account may. Its successor has the last beat: it goes at the limit that was learnt before
// it has an answer, and no minute has more requests than the limit, whatever was sent after
// the beat.
func TestSuccessorGoesOnAtTheLimit(t *testing.T) {
	const limit = 900
	for name, unknown := range map[string]time.Duration{"killed": pool.BeatTime, "cut off": pool.SendTime} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dead := newSender(t, pool.Pulse{})
				dead.send(t, 50*time.Second, limit)
				beat, beatAt := dead.job.beat(), time.Now()
				dead.send(t, unknown, limit)
				time.Sleep(time.Until(beatAt.Add(pool.LeaseTime)))

				next := newSender(t, beat)
				next.send(t, time.Second, 0)
				if got := len(next.sent); got < limit/60*9/10 {
					t.Errorf("in its first second the successor sent %d requests, want about %d", got, limit/60)
				}
				next.send(t, time.Minute, limit)
				if most := mostInAMinute(append(dead.sent, next.sent...)); most > limit {
					t.Errorf("a minute had %d requests, want %d at most", most, limit)
				}
			})
		})
	}
}

// TestSuccessorCountsTheMinute lowers the account's limit below what was sent in the last
// minute: the successor waits until there is room, as the dead worker would have.
func TestSuccessorCountsTheMinute(t *testing.T) {
	const lower = 200
	synctest.Test(t, func(t *testing.T) {
		dead := newSender(t, pool.Pulse{})
		dead.send(t, 40*time.Second, 900)
		dead.limiter.Observe(pace.Observation{Limit: lower})
		life, cancel := context.WithTimeout(t.Context(), pool.BeatTime)
		defer cancel()
		if err := dead.limiter.Wait(life); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the dead worker's next request: got %v, want it to wait until it dies", err)
		}
		beat := dead.job.beat()
		time.Sleep(pool.LeaseTime)
		next := newSender(t, beat)
		next.send(t, time.Second, lower)
		room := dead.sent[len(dead.sent)-lower].Add(time.Minute)
		if first := next.sent[0]; first.Before(room) {
			t.Errorf("the successor sent a request %s before the last minute had less than %d", room.Sub(first), lower)
		}
	})
}

// TestSuccessorKeepsThePause: what the API has asked the dead worker to wait, its successor
// waits.
func TestSuccessorKeepsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := newSender(t, pool.Pulse{})
		dead.send(t, 10*time.Second, 900)
		dead.limiter.Pause(40 * time.Second)
		until := dead.limiter.PausedUntil()
		beat := dead.job.beat()
		time.Sleep(pool.LeaseTime)
		next := newSender(t, beat)
		next.send(t, time.Second, 900)
		if first := next.sent[0]; first.Before(until) {
			t.Errorf("the successor sent a request %s before the end of the pause", until.Sub(first))
		}
	})
}

// TestPaceIsKeptUntilThereIsAnother: a beat before the pace is known leaves what the last
// holder has handed over.
func TestPaceIsKeptUntilThereIsAnother(t *testing.T) {
	if p := new(job).beat(); p.Pace != nil {
		t.Errorf("got %s, want none", p.Pace)
	}
}

// holder is the job of a worker that has taken the pool after a beat of another one, on a
// machine of its own.
func holder(t *testing.T, before pool.Pulse) *job {
	t.Helper()
	e := New(Options{Key: func(context.Context, string) (string, error) { return "key", nil }})
	j := &job{engine: e, dir: t.TempDir(), slice: worker.Slice{
		Import: pool.Import{Wanted: pool.Wanted{BaseURL: "http://127.0.0.1:1"}}, Lease: pool.Lease{Pace: before.Pace},
	}}
	if _, ending, err := j.key(t.Context()); err != nil || ending.State != "" {
		t.Fatalf("the key: %+v, %v", ending, err)
	}
	if err := j.takePace(); err != nil {
		t.Fatal(err)
	}
	return j
}

// sender sends requests as fast as the pace of a job allows.
type sender struct {
	job     *job
	limiter *pace.Limiter
	sent    []time.Time
}

func newSender(t *testing.T, before pool.Pulse) *sender {
	t.Helper()
	s := &sender{job: holder(t, before)}
	s.limiter = pace.New(pace.Options{Shared: s.job.pace})
	t.Cleanup(func() {
		if err := s.limiter.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// send sends for some time, one request at least. Each answer says the limit in requests a
// minute; 0: there are no answers yet.
func (s *sender) send(t *testing.T, d time.Duration, limit int) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := s.limiter.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.sent = append(s.sent, time.Now())
		s.limiter.Observe(pace.Observation{Limit: limit})
	}
}

// mostInAMinute is the most of some times, in their order, that are within a minute.
func mostInAMinute(sent []time.Time) (most int) {
	first := 0
	for n, at := range sent {
		for at.Sub(sent[first]) >= time.Minute {
			first++
		}
		most = max(most, n-first+1)
	}
	return most
}
