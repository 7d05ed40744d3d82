package importer_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// Two imports of one key at once, of two files and two profiles, share one
// budget: nobody is refused, and both go on.
func TestTwoImportsShareOneBudget(t *testing.T) {
	const profile = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	for name, algorithm := range algorithms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario{
				server: simulator.Options{RateLimit: 200, Algorithm: algorithm, Profiles: []string{profile}, Latency: steady(100 * time.Millisecond)},
				rows:   300, o: importer.Options{Rate: "auto", Concurrency: 8},
			}
			s.play(t, func(t *testing.T, g *stage) {
				other := *g
				other.file = filepath.Join(t.TempDir(), "others.csv")
				other.o.Input, other.o.Profile = other.file, profile
				var cells strings.Builder
				for i := range 300 {
					cells.WriteString(number(5000+i) + "\n")
				}
				other.write("phone\n" + cells.String())
				var one, two told
				var both sync.WaitGroup
				both.Go(func() { one = g.run() })
				both.Go(func() { two = other.run() })
				both.Wait()
				for _, r := range []told{one, two} {
					r.complete(t)
					if r.Requests.RateLimited > 0 {
						t.Errorf("refused: got %d, want none", r.Requests.RateLimited)
					}
					if r.took < 3*time.Minute-15*time.Second || r.took > 3*time.Minute+25*time.Second {
						t.Errorf("took %v, want about the 3 minutes that 600 requests take", r.took)
					}
				}
			})
		})
	}
}

// The file that runs share holds no key, and a run goes on when it can't be
// used.
func TestARunGoesOnWithoutTheSharedFile(t *testing.T) {
	s := scenario{server: simulator.Options{RateLimit: 200}, rows: 20, o: importer.Options{Rate: "auto"}}
	s.play(t, func(t *testing.T, g *stage) {
		if err := os.MkdirAll(g.o.State, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(g.o.State, "pace"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		r := g.run()
		r.complete(t)
		if n := r.said("a pace of its own"); n != 1 {
			t.Errorf("said it %d times, want once: %q", n, r.notices)
		}
	})
}

// Two imports of one ledger have a number in common, and the answers to its
// creations are lost or late. The one that has not created the contact waits for
// the word of the other.
func TestTwoImportsCreateOneContact(t *testing.T) {
	lost := simulator.Fault{Kind: simulator.Reset, After: true}
	late := simulator.Fault{Kind: simulator.Late, Delay: 4 * time.Second}
	for _, c := range []struct {
		name   string
		forget bool            // the API does not remember keys
		fault  simulator.Fault // that the creating request meets; the other import's ones before it are not executed
		by     int             // of the two imports, in the order in which they begin
		want   [2]outcome.Reason
	}{
		{"the first's answer is late", true, late, 0, [2]outcome.Reason{outcome.ReasonCreated, outcome.AlreadyExists}},
		{"the first's answer is lost", false, lost, 0, [2]outcome.Reason{outcome.ReasonRecovered, outcome.AlreadyExists}},
		{"the second's answer is late", true, late, 1, [2]outcome.Reason{outcome.AlreadyExists, outcome.ReasonCreated}},
		{"the second's answer is lost", false, lost, 1, [2]outcome.Reason{outcome.AlreadyExists, outcome.ReasonRecovered}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := simulator.Options{
				NoReplays: c.forget, Latency: steady(100 * time.Millisecond),
				Faults: createdBy(number(3), c.by, c.fault),
			}
			scenario{server: server, rows: 4}.play(t, func(t *testing.T, g *stage) {
				other := *g
				other.file = filepath.Join(t.TempDir(), "others.csv")
				other.o.Input = other.file
				other.write("phone\n" + number(5000) + "\n" + number(3) + "\n" + number(5001) + "\n")
				var one, two told
				var both sync.WaitGroup
				both.Go(func() { one = g.run() })
				both.Go(func() {
					<-time.After(250 * time.Millisecond)
					two = other.run()
				})
				both.Wait()
				one.complete(t)
				two.complete(t)
				if got := [2]outcome.Reason{one.rows[3].Reason, two.rows[1].Reason}; got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				if took := max(one.took, two.took); took > time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// createdBy has the number's first creation of one of two keys, in the order of
// their first requests, meet the fault, and loses the first of the other and all
// before, which are not executed.
func createdBy(phone string, by int, f simulator.Fault) simulator.FaultPlan {
	var mu sync.Mutex
	var keys []string // that were seen
	made := false
	return func(r simulator.Request) simulator.Fault {
		mu.Lock()
		defer mu.Unlock()
		if r.Operation != simulator.Create || r.Phone != phone {
			return simulator.Fault{}
		}
		first := !slices.Contains(keys, r.Key)
		if first {
			keys = append(keys, r.Key)
		}
		switch {
		case r.Key != keys[min(by, len(keys)-1)] || len(keys) <= by: // the other one's
			if first || !made {
				return simulator.Fault{Kind: simulator.Reset}
			}
		case !made:
			made = true
			return f
		}
		return simulator.Fault{}
	}
}
