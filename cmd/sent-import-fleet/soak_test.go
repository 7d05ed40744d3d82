//go:build fleet && linux

package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"sent-import/importer/simulator"
)

var (
	soakFor  = flag.Duration("soak.for", 15*time.Second, "how long things happen in TestSoak")
	soakSeed = flag.Uint64("soak.seed", 0, "seed of TestSoak; 0: from the clock")
)

// soakAccounts, soakRows, soakFaults are what the soak is about: accounts, rows of a list at
// most, and what goes wrong at the API.
const (
	soakAccounts = 40
	soakRows     = 60
	soakFaults   = "seed=%d,500-before:1%%,500-after:1%%,503-after:0.5%%,reset-before:1%%,reset-after:2%%,cut:0.5%%,html:0.5%%,empty-after:0.5%%,429=1:0.5%%,slow=1500ms:1%%,late=2s:0.5%%"
)

// soakWorkers are the workers, each on its machine.
var soakWorkers = names[:4]

// soak is a fleet to which things happen at random.
type soak struct {
	rig     *rig
	network *network
	rand    *rand.Rand
	lists   []list
	next    map[string]int // of the lists of each account
	alive   map[string]*process
	asleep  map[string]time.Time // workers that are stopped, until when
	away    map[string]time.Time // workers that are cut off, until when
}

// TestSoak kills, stops and cuts off workers, has machines vanish, and restarts the database,
// for a while, while the API has faults; then all imports end, and the promise is checked: no
// lie, no lost row, no number twice, and no two workers with one account.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := *soakSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	s := newSoak(t, seed)
	for end := time.Now().Add(*soakFor); time.Now().Before(end); {
		s.pause(time.Second, 4*time.Second)
		s.mend(time.Now())
		s.revive()
		s.event()
		s.more(4)
	}
	s.calm()
}

func newSoak(t *testing.T, seed uint64) *soak {
	faults, err := simulator.ParseFaults(fmt.Sprintf(soakFaults, seed))
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t, soakWorkers...)
	s := &soak{rig: n.rig(soakAccounts, 300, func(o *simulator.Options) { o.Faults = faults }), network: n,
		rand: rand.New(rand.NewPCG(seed, 1)), next: make(map[string]int), alive: make(map[string]*process), asleep: make(map[string]time.Time), away: make(map[string]time.Time)}
	for _, name := range soakWorkers {
		s.start(name)
	}
	s.more(soakAccounts)
	return s
}

func (s *soak) start(name string) {
	s.alive[name] = s.network.worker(s.rig, name, "--slots", "12", "--slice", "15s")
}

// revive starts workers that have ended by themselves: one that could not reach the database
// when it began does.
func (s *soak) revive() {
	for _, name := range soakWorkers {
		select {
		case <-s.alive[name].done:
			s.say("%s had ended (%s): start it again", name, s.alive[name].cmd.ProcessState)
			s.start(name)
		default:
		}
	}
}

// more enqueues lists for accounts.
func (s *soak) more(n int) {
	for range n {
		ref := s.rig.refs[s.rand.IntN(len(s.rig.refs))]
		s.lists = append(s.lists, s.rig.addDirectly(ref, s.next[ref], 5+s.rand.IntN(soakRows)))
		s.next[ref]++
	}
}

func (s *soak) pause(least, most time.Duration) {
	time.Sleep(least + time.Duration(s.rand.Int64N(int64(most-least))))
}

func (s *soak) say(format string, args ...any) {
	s.rig.t.Logf("%s "+format, append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}

// event has something happen. Workers are stopped and cut off for less than a lease, or for
// longer, so that they come back while another one has their accounts.
func (s *soak) event() {
	name := soakWorkers[s.rand.IntN(len(soakWorkers))]
	p := s.alive[name]
	while := 2*time.Second + time.Duration(s.rand.Int64N(int64(28*time.Second)))
	switch what := s.rand.IntN(20); {
	case what < 3:
		s.say("kill %s", name)
		delete(s.asleep, name)
		s.rig.kill(p)
		s.start(name)
	case what < 5:
		s.say("lose the machine of %s", name)
		delete(s.asleep, name)
		delete(s.away, name)
		s.network.lose(s.rig, p)
		s.network.replace(s.rig, name)
		s.start(name)
	case what < 8:
		s.say("end %s", name)
		s.wake(name)
		s.rig.signal(p, syscall.SIGTERM)
		s.start(name) // the old one hands over while the new one begins
	case what < 13:
		s.say("stop %s for %.0f s", name, while.Seconds())
		s.rig.signal(p, syscall.SIGSTOP)
		s.asleep[name] = time.Now().Add(while)
	case what < 18:
		s.say("cut off %s for %.0f s", name, while.Seconds())
		s.network.cut(name)
		s.away[name] = time.Now().Add(while)
	default:
		s.restart()
	}
}

// mend continues and joins those workers for which it is time.
func (s *soak) mend(now time.Time) {
	for _, name := range soakWorkers {
		if until, ok := s.asleep[name]; ok && now.After(until) {
			s.wake(name)
		}
		if until, ok := s.away[name]; ok && now.After(until) {
			s.say("join %s", name)
			s.network.join(name)
			delete(s.away, name)
		}
	}
}

func (s *soak) wake(name string) {
	if _, ok := s.asleep[name]; ok {
		s.say("continue %s", name)
		s.rig.signal(s.alive[name], syscall.SIGCONT)
		delete(s.asleep, name)
	}
}

// restart restarts the database, by a crash or as an administrator does.
func (s *soak) restart() {
	end := s.rig.cluster.Stop
	if s.rand.IntN(2) == 0 {
		end = s.rig.cluster.Kill
	}
	s.say("restart the database")
	if err := end(); err != nil {
		s.rig.t.Fatal(err)
	}
	s.pause(0, 5*time.Second)
	if err := s.rig.cluster.Start(); err != nil {
		s.rig.t.Fatal(err)
	}
	s.rig.until("the database is back", time.Minute, func() bool { return s.rig.conns.Ping(context.Background()) == nil })
}

// calm lets everything come to its end, tries failed rows again, and checks the promise.
func (s *soak) calm() {
	s.mend(time.Now().Add(time.Hour))
	s.revive()
	s.say("calm: %d lists", len(s.lists))
	s.rig.finished(10 * time.Minute)
	for range 5 {
		left := s.rig.number(`SELECT count(*) FROM imports WHERE state = 'stopped' OR (counts->>'failed')::int > 0`)
		if left == 0 {
			break
		}
		s.say("%d imports have failed rows, or were stopped: once more", left)
		for _, l := range s.lists {
			if s.rig.number(`SELECT count(*) FROM imports WHERE id = $1 AND (state = 'stopped' OR (counts->>'failed')::int > 0)`, l.id) > 0 {
				s.rig.addDirectly(l.ref, l.nth, l.rows)
			}
		}
		s.rig.finished(5 * time.Minute)
	}
	stats := s.rig.api.Stats()
	s.rig.t.Logf("FIGURE soak: %d lists, %d requests (%d replayed, %d met a contact, %d too many), %d tenures of %d epochs", len(s.lists), len(s.rig.seen()),
		stats.Replays, stats.Duplicates, stats.RateLimited,
		s.rig.number(`SELECT count(DISTINCT (pool, epoch)) FROM journal WHERE holder IS NOT NULL`), s.rig.number(`SELECT sum(epoch) FROM pools`))
	s.rig.check(s.lists...)
}
