package pace

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/testenv"
)

// leavingAFifth leaves 40 of 200 to others.
func leavingAFifth() Options { return Options{Reserve: Reserve{Percent: 20}} }

// refusedNobody fails t when anybody was refused.
func (a *account) refusedNobody(t *testing.T) {
	t.Helper()
	if ours, theirs := len(a.ours.refused), len(a.theirs.refused); ours > 0 || theirs > 0 {
		all := append(append([]time.Time{}, a.ours.refused...), a.theirs.refused...)
		t.Errorf("refused: got %d of ours, %d of theirs, want none; the first after %v", ours, theirs, all[0].Sub(a.ours.sent[0]))
	}
}

// used fails t when less than part of left was used.
func (a *account) used(t *testing.T, left int, part float64) {
	t.Helper()
	if got, want := len(a.ours.sent), int(part*float64(left)); got < want {
		t.Errorf("requests: got %d, want at least %d of the %d that are left", got, want, left)
	}
}

// With a fifth in reserve and a neighbour that uses 70 % in bursts, nobody is
// refused in half an hour, and what the two leave is used.
func TestReserveBesideANeighbour(t *testing.T) {
	shapes := map[string]neighbour{
		"one at a time":          evenly(140, 1, 0),
		"10 at once":             evenly(140, 10, 3*time.Second),
		"40 at once":             evenly(140, 40, 0),
		"40 at once, later":      evenly(140, 40, 16*time.Second),
		"random bursts up to 15": randomly(140, 15),
		"random bursts up to 40": randomly(140, 40),
	}
	for server, p := range pools(200) {
		for shape, them := range shapes {
			if server == "sliding window" && shape == "random bursts up to 40" {
				continue // where the guarantee ends: see the package comment
			}
			for seed := range uint64(testenv.Size(2, 1)) {
				t.Run(fmt.Sprintf("%s/%s/seed=%d", server, shape, seed), func(t *testing.T) {
					t.Parallel()
					s := sharing{
						limit: 200, options: leavingAFifth(), workers: 8, them: them, seed: seed,
						lat: latency{50 * time.Millisecond, time.Duration(100+800*seed) * time.Millisecond},
					}
					a := s.play(t, p(), 30*time.Minute)
					a.used(t, 30*160-len(a.theirs.sent), 0.9)
					a.refusedNobody(t)
				})
			}
		}
	}
}

// With nobody else there, all but the reserve is used, and no more of it.
func TestReserveAlone(t *testing.T) {
	for _, limit := range []int{50, 200, 1000, 3000}[:testenv.Size(4, 2)] {
		for server, p := range pools(limit) {
			for _, reserve := range []Reserve{{Percent: 20}, {Percent: 50}, {Requests: 5}} {
				t.Run(fmt.Sprintf("%d/%s/%v", limit, server, reserve), func(t *testing.T) {
					t.Parallel()
					s := sharing{
						limit: limit, options: Options{Reserve: reserve}, workers: 64,
						lat: latency{20 * time.Millisecond, 200 * time.Millisecond},
					}
					minutes := min(testenv.Size(15, 5), max(2, 4000/limit))
					a := s.play(t, p(), time.Duration(minutes)*time.Minute)
					left := float64(limit) - reserve.Of(float64(limit))
					a.used(t, int(float64(minutes)*left), 0.9)
					a.refusedNobody(t)
					if got := most(a.ours.sent, time.Minute); float64(got) > left+1 {
						t.Errorf("requests in a minute: got %d, want at most %.0f", got, left)
					}
				})
			}
		}
	}
}

// Answers that tell nothing about the pool leave a plain smaller share.
func TestReserveWithoutHeaders(t *testing.T) {
	s := sharing{limit: 200, options: leavingAFifth(), workers: 8, silent: true, them: evenly(40, 10, 0), lat: latency{time.Millisecond, time.Second}}
	for server, p := range pools(200) {
		t.Run(server, func(t *testing.T) {
			minutes := testenv.Size(60, 20)
			a := s.play(t, p(), time.Duration(minutes)*time.Minute)
			a.used(t, minutes*160, 0.97)
			a.refusedNobody(t)
		})
	}
}

// A slow server costs nothing of what is left.
func TestReserveWithSlowAnswers(t *testing.T) {
	for server, p := range pools(200) {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := sharing{limit: 200, options: leavingAFifth(), workers: 64, lat: latency{3 * time.Second, 8 * time.Second}}
			a := s.play(t, p(), 20*time.Minute)
			a.used(t, 20*160, 0.9)
			a.refusedNobody(t)
		})
	}
}

// The importer gives way to a neighbour that comes in the middle, and takes the
// pool back when it has gone.
func TestReserveGivesWayAndTakesBack(t *testing.T) {
	const came, gone = 10 * time.Minute, 20 * time.Minute
	for server, p := range pools(200) {
		for _, n := range []int{1, 40, 5, 20}[:testenv.Size(4, 2)] {
			t.Run(fmt.Sprintf("%s/%d at once", server, n), func(t *testing.T) {
				t.Parallel()
				them := between(came, gone, evenly(140, n, 0))
				a := sharing{limit: 200, options: leavingAFifth(), workers: 8, them: them, lat: latency{50 * time.Millisecond, 200 * time.Millisecond}}.
					play(t, p(), 30*time.Minute)
				a.refusedNobody(t)
				start := a.ours.sent[0]
				beside := a.ours.since(start.Add(came+time.Minute)) - a.ours.since(start.Add(gone))
				if got := float64(beside) / 9; got > 60.5 {
					t.Errorf("beside a neighbour of 140 a minute: got %.0f a minute, want at most the 60 that it does not use", got)
				}
				back := a.ours.since(start.Add(gone+150*time.Second)) - a.ours.since(start.Add(gone+190*time.Second))
				if got := float64(back) * 60 / 40; got < 146 {
					t.Errorf("two and a half minutes after it has gone: got %.0f a minute, want about 156", got)
				}
			})
		}
	}
}

// A limit that changes is found and followed, with a neighbour too.
func TestReserveFollowsTheLimit(t *testing.T) {
	for server, p := range pools(200) {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			for _, to := range []int{400, 1000}[:testenv.Size(2, 1)] {
				a := &account{}
				them := func(ctx context.Context, burst func(int), rnd *rand.Rand) {
					sleep(ctx, 5*time.Minute)
					a.change(to)
					evenly(140, 20, 0)(ctx, burst, rnd)
				}
				s := sharing{limit: 200, options: leavingAFifth(), workers: 32, them: them, lat: latency{50 * time.Millisecond, 200 * time.Millisecond}}
				s.on(t, a, p(), 15*time.Minute)
				a.refusedNobody(t)
				if got, want := float64(a.ours.since(a.ours.sent[0].Add(10*time.Minute)))/5, 0.9*(0.8*float64(to)-140); got < want {
					t.Errorf("at %d a minute: got %.0f, want at least %.0f", to, got, want)
				}
			}
		})
	}
}

// Random neighbours that keep to the shape of the package comment: bursts of at
// most the reserve, and a rate that the reserve and ours leave.
func TestReserveBesideRandomNeighbours(t *testing.T) {
	for _, seed := range []uint64{27, 0, 33, 1, 34, 39, 2, 3, 4, 5, 6, 7}[:testenv.Size(12, 4)] { // from 27 on: a bucket that looks like a window
		rnd := rand.New(rand.NewPCG(seed, 3))
		limit := []int{100, 200, 600, 2000}[rnd.IntN(4)]
		percent := float64(15 + rnd.IntN(25))
		reserve := percent / 100 * float64(limit)
		burst := 1 + rnd.IntN(int(min(reserve, 40)/2))
		theirs := rnd.Float64() * 0.95 * (float64(limit) - reserve)
		lat := latency{10 * time.Millisecond, time.Duration(20+rnd.IntN(800)) * time.Millisecond}
		for server, p := range pools(limit) {
			if server == "large bucket" {
				continue // it is not documented, and no promise is made for it
			}
			t.Run(fmt.Sprintf("seed=%d/%s/%d a minute, %.0f %% reserved, %.0f in bursts of %d", seed, server, limit, percent, theirs, burst), func(t *testing.T) {
				t.Parallel()
				s := sharing{
					limit: limit, options: Options{Reserve: Reserve{Percent: percent}}, workers: 32, seed: seed,
					them: randomly(theirs, burst), lat: lat,
				}
				a := s.play(t, p(), 15*time.Minute)
				a.used(t, 15*int(float64(limit)-reserve)-len(a.theirs.sent), 0.85)
				a.refusedNobody(t)
			})
		}
	}
}

func TestReserveOf(t *testing.T) {
	for _, c := range []struct {
		reserve Reserve
		limit   float64
		want    float64
	}{
		{Reserve{}, 200, 0},
		{Reserve{Percent: 20}, 200, 40},
		{Reserve{Percent: 20}, 50, 10},
		{Reserve{Requests: 40}, 200, 40},
		{Reserve{Requests: 40}, 30, 27},
		{Reserve{Percent: 90}, 200, 180},
		{Reserve{Requests: -4}, 200, 0},
	} {
		if got := c.reserve.Of(c.limit); got != c.want {
			t.Errorf("%v of %v: got %v, want %v", c.reserve, c.limit, got, c.want)
		}
	}
}

func TestParseReserve(t *testing.T) {
	for text, want := range map[string]Reserve{
		"": {}, "0": {}, "0%": {}, "20%": {Percent: 20}, " 12.5 % ": {Percent: 12.5}, "40": {Requests: 40}, "90%": {Percent: 90},
	} {
		if got, err := ParseReserve(text); err != nil || got != want {
			t.Errorf("ParseReserve(%q): got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"20 percent", "-1", "-5%", "91%", "NaN%", "1.5", "600001", "auto"} {
		if got, err := ParseReserve(text); err == nil {
			t.Errorf("ParseReserve(%q): got %+v, want an error", text, got)
		}
	}
	for _, text := range []string{"0", "20%", "12.5%", "40"} {
		if r, err := ParseReserve(text); err != nil || r.String() != text {
			t.Errorf("String of %q: got %q, %v", text, r, err)
		}
	}
}

// A limit that is lowered while the server keeps its count: what is under way
// can be refused, and one more, and after that nothing.
func TestLoweredLimitCostsTheRequestsUnderWay(t *testing.T) {
	for server, p := range pools(200) {
		for _, o := range []Options{{}, leavingAFifth()} {
			t.Run(fmt.Sprintf("%s/reserve=%v", server, o.Reserve), func(t *testing.T) {
				t.Parallel()
				a := new(account)
				lower := func(ctx context.Context, _ func(int), _ *rand.Rand) {
					sleep(ctx, 5*time.Minute+45*time.Second)
					a.change(50)
				}
				s := sharing{limit: 200, options: o, workers: 8, them: lower, lat: latency{50 * time.Millisecond, 300 * time.Millisecond}}
				s.on(t, a, p(), 20*time.Minute)
				if got := len(a.ours.refused); got > 3 {
					t.Errorf("refused: got %d, want at most 3: one or two under way, and one", got)
				}
				share := 0.9 * (50 - o.Reserve.Of(50))
				if got := float64(a.ours.since(a.ours.sent[0].Add(8*time.Minute))) / 12; got < share {
					t.Errorf("after it: got %.1f a minute, want at least %.1f", got, share)
				}
			})
		}
	}
}

// A run that begins in the last moment of a minute that others have used up, or
// meets a 429 first, asks again soon: what it has seen is all that it knows.
func TestReserveStartsInABadMoment(t *testing.T) {
	for _, c := range []struct{ limit, remaining int }{{200, 0}, {200, 5}, {1000, 3}, {1200, 0}, {3000, 0}} {
		t.Run(fmt.Sprintf("%d of %d remain", c.remaining, c.limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(leavingAFifth())
				began := time.Now()
				for i := range 30 {
					if err := l.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
					remaining := c.remaining
					if i > 1 { // the others have gone, and a new minute has begun
						remaining = c.limit - i
					}
					now := time.Now()
					l.Observe(Observation{Limit: c.limit, Remaining: remaining, HasRemaining: true, SentAt: now, ReceivedAt: now})
				}
				if took := time.Since(began); took > 2*time.Minute {
					t.Errorf("30 requests took %v", took)
				}
			})
		})
	}
}
