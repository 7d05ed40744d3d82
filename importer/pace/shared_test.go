package pace

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/testenv"
)

// poolFile is a file to share a pace in, in a directory that is not there yet.
func poolFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "pace", "pool")
}

// sharer is a limiter on the file, closed with the test.
func sharer(t *testing.T, o Options, file string) *Limiter {
	t.Helper()
	o.Shared = file
	if o.Notice == nil {
		o.Notice = func(text string) { t.Errorf("notice: %s", text) }
	}
	l := New(o)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return l
}

// together lets every limiter send for d and returns what each sent.
func together(d time.Duration, limiters ...*Limiter) [][]time.Time {
	sent := make([][]time.Time, len(limiters))
	var all sync.WaitGroup
	for i, l := range limiters {
		all.Go(func() { sent[i] = collect(l, 4, d) })
	}
	all.Wait()
	return sent
}

// union is all of them, oldest first.
func union(sent [][]time.Time) (all []time.Time) {
	for _, s := range sent {
		all = append(all, s...)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

func TestProcessesShareOneBudgetInEqualParts(t *testing.T) {
	for _, c := range []struct{ limit, limiters int }{{50, 3}, {200, 2}, {200, 3}, {1000, 3}, {3000, 2}}[:testenv.Size(5, 3)] {
		t.Run(fmt.Sprintf("%d a minute for %d", c.limit, c.limiters), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				file := poolFile(t)
				var limiters []*Limiter
				for range c.limiters {
					l := sharer(t, Options{}, file)
					l.Observe(Observation{Limit: c.limit})
					limiters = append(limiters, l)
				}
				minutes := min(5, 1500/c.limit+1)
				sent := together(time.Duration(minutes)*time.Minute, limiters...)
				all := union(sent)
				checkServer(t, all, c.limit)
				if got, want := len(all), int(0.965*float64(c.limit*minutes)); got < want {
					t.Errorf("requests of all: got %d, want at least %d", got, want)
				}
				for i := range sent {
					if got, want := float64(len(sent[i])), float64(len(all))/float64(c.limiters); math.Abs(got-want) > 2+want/10 {
						t.Errorf("limiter %d: got %.0f, want about %.0f", i, got, want)
					}
				}
			})
		})
	}
}

// One that shares with nobody goes as one that is alone.
func TestSharingAloneCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := together(5*time.Minute, sharer(t, Options{}, poolFile(t)))
		checkServer(t, sent[0], 200)
		if got, want := len(sent[0]), 970; got < want {
			t.Errorf("requests: got %d, want at least %d", got, want)
		}
	})
}

// Whoever begins knows what has been sent in the last minute, and by whom does
// not matter. The ones before ended without a word, as a killed process does.
func TestTheNextKnowsTheLastMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := poolFile(t)
		var all []time.Time
		for range 8 {
			all = append(all, collect(sharer(t, Options{Burst: 40}, file), 4, 20*time.Second)...)
		}
		if got := most(all, time.Minute); got > 200 {
			t.Errorf("requests in a minute: got %d, want at most 200", got)
		}
		if got := most(all, time.Second); got > 50 {
			t.Errorf("requests in a second: got %d, want at most 50", got)
		}
	})
}

// A process that is killed while it waits holds the others up for seconds, once.
func TestTheDeadHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := poolFile(t)
		dead := sharer(t, Options{}, file)
		mustWait(t, dead)
		if wait := dead.take(time.Now()); wait <= 0 { // it stands first, and never comes back
			t.Fatal("a second request went at once")
		}
		start := time.Now()
		alive := sharer(t, Options{}, file)
		mustWait(t, alive)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("the other waited for %v", took)
		}
		if got := len(collect(alive, 4, time.Minute)); got < 193 {
			t.Errorf("in the minute after: got %d, want at least 193", got)
		}
	})
}

func TestAPauseHoldsBoth(t *testing.T) {
	for _, other := range []Options{{}, {PerMinute: 100}} {
		synctest.Test(t, func(t *testing.T) {
			file := poolFile(t)
			var told time.Time
			other.Paused = func(until time.Time) { told = until }
			one, two := sharer(t, Options{Rand: never, Paused: func(time.Time) { t.Error("its own pause is told as another's") }}, file), sharer(t, other, file)
			collect(two, 1, 5*time.Second)
			one.Pause(20 * time.Second)
			start := time.Now()
			mustWait(t, two)
			if off := told.Sub(start.Add(20 * time.Second)); off.Abs() > time.Second {
				t.Errorf("the other was told of a pause until %v, started at %v", told, start)
			}
			mustWait(t, one)
			if took := time.Since(start); took < 20*time.Second || took > 21*time.Second {
				t.Errorf("the other went %v after a pause of 20s", took)
			}
		})
	}
}

// A pause that somebody has left behind is believed for a minute.
func TestAForeignPauseEndsAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := poolFile(t)
		sharer(t, Options{Rand: never}, file).Pause(MaxPause)
		start := time.Now()
		mustWait(t, sharer(t, Options{}, file))
		if took := time.Since(start); took < 55*time.Second || took > 65*time.Second {
			t.Errorf("went after %v, want a minute", took)
		}
	})
}

func TestALimitIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := poolFile(t)
		one, two := sharer(t, Options{}, file), sharer(t, Options{}, file)
		one.Observe(Observation{Limit: 1000})
		mustWait(t, one)
		mustWait(t, two)
		if got := two.PerMinute(); got != 975 {
			t.Errorf("rate of the other: got %v, want 975", got)
		}
		pass(2 * time.Minute)
		late := sharer(t, Options{}, file)
		mustWait(t, late)
		if got := late.PerMinute(); got != 195 {
			t.Errorf("rate of one that begins later: got %v, want 195", got)
		}
	})
}

// A rate of the user's is obeyed, and who follows the limit makes room for it.
func TestAnExplicitRateCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := poolFile(t)
		sent := together(5*time.Minute, sharer(t, Options{PerMinute: 100}, file), sharer(t, Options{}, file))
		if got := len(sent[0]); got < 500 || got > 501 {
			t.Errorf("at 100 a minute: got %d in 5 minutes, want 500", got)
		}
		if got := most(union(sent), time.Minute); got > 201 {
			t.Errorf("together in a minute: got %d, want at most 200", got)
		}
		if got := len(sent[1]); got < 440 {
			t.Errorf("the other: got %d, want most of the 500 that are left", got)
		}
	})
}

// The clock jumps while the file lies there: nobody waits for it.
func TestAClockThatJumps(t *testing.T) {
	for _, ahead := range []time.Duration{time.Minute, time.Hour, 50 * 365 * 24 * time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			file := poolFile(t)
			one := sharer(t, Options{}, file)
			collect(one, 4, 30*time.Second)
			one.Pause(MaxPause)
			if err := shiftFile(file, ahead); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			mustWait(t, sharer(t, Options{}, file))
			if took := time.Since(start); took > 65*time.Second {
				t.Errorf("the clock was %v ahead: waited for %v", ahead, took)
			}
		})
	}
}

// shiftFile makes the file one that was written with another clock.
func shiftFile(file string, ahead time.Duration) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var s state
	if err := s.decode(data); err != nil {
		return err
	}
	for _, t := range []*int64{&s.Written, &s.TokensAt, &s.LimitAt, &s.Paused, &s.PausedAt} {
		*t += int64(ahead)
	}
	for i := range s.Waiters {
		s.Waiters[i].Until += int64(ahead)
	}
	for i := range s.PerSecond {
		s.PerSecond[i].Second += int64(ahead / time.Second)
	}
	return os.WriteFile(file, s.encode(), 0o600)
}

func TestADamagedFileStopsNobody(t *testing.T) {
	for name, content := range map[string]string{"short": "x", "foreign": strings.Repeat("x", 4000), "empty": ""} {
		synctest.Test(t, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "pool")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			var told []string
			l := sharer(t, Options{Notice: func(text string) { told = append(told, text) }}, file)
			if got := len(collect(l, 4, time.Minute)); got < 190 {
				t.Errorf("%s: got %d requests, want about 195", name, got)
			}
			want := 1
			if content == "" {
				want = 0
			}
			if len(told) != want {
				t.Errorf("%s: got the notices %q, want %d", name, told, want)
			}
		})
	}
}

func TestAFileThatCantBeUsedStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(parent, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var told []string
		l := sharer(t, Options{Notice: func(text string) { told = append(told, text) }}, filepath.Join(parent, "pool"))
		if got := len(collect(l, 4, 5*time.Minute)); got < 970 {
			t.Errorf("got %d requests, want about 975", got)
		}
		if len(told) != 1 || !strings.Contains(told[0], "--rate") {
			t.Errorf("got the notices %q, want one that says what to do", told)
		}
	})
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	file := poolFile(t)
	mustWait(t, sharer(t, Options{}, file))
	for _, path := range []string{file, file + ".lock"} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want 0600", filepath.Base(path), info, err)
		}
	}
}

func TestUnlimitedSharesNothing(t *testing.T) {
	file := poolFile(t)
	mustWait(t, sharer(t, Options{Unlimited: true}, file))
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file: got %v, want none", err)
	}
}

// BenchmarkShared compares a request that passes a limiter alone with one that
// shares its pace.
func BenchmarkShared(b *testing.B) {
	for name, file := range map[string]string{"alone": "", "shared": filepath.Join(b.TempDir(), "pool")} {
		b.Run(name, func(b *testing.B) {
			l := New(Options{PerMinute: maxShared, Burst: math.MaxInt32, Shared: file})
			defer l.Close()
			l.recent.limit = math.MaxInt32
			for b.Loop() {
				if err := l.Wait(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
