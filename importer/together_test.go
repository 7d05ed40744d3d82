package importer

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sent-import/importer/sent/senttest"
)

// Two imports of one key at once, of two files and two profiles, share one
// budget: nobody is refused, and both go on.
func TestTwoImportsShareOneBudget(t *testing.T) {
	const profile = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	for name, algorithm := range algorithms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario{
				server: senttest.Options{RateLimit: 200, Algorithm: algorithm, Profiles: []string{profile}, Latency: steady(100 * time.Millisecond)},
				rows:   300, o: Options{Rate: "auto", Concurrency: 8},
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
	s := scenario{server: senttest.Options{RateLimit: 200}, rows: 20, o: Options{Rate: "auto"}}
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
