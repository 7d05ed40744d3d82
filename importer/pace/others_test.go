package pace

import (
	"fmt"
	"testing"
	"time"
)

// With a fifth in reserve and a neighbour that uses 70 % in bursts, nobody is
// refused in an hour, and what the two leave is used.
func TestReserveBesideANeighbour(t *testing.T) {
	shapes := map[string]neighbour{
		"one at a time":          evenly(140, 1, 0),
		"10 at once":             evenly(140, 10, 3*time.Second),
		"40 at once":             evenly(140, 40, 0),
		"40 at once, later":      evenly(140, 40, 16*time.Second),
		"random bursts up to 40": randomly(140, 40),
		"random bursts up to 15": randomly(140, 15),
	}
	for server, p := range pools(200) {
		for shape, them := range shapes {
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s/%s/seed=%d", server, shape, seed), func(t *testing.T) {
					t.Parallel()
					s := sharing{
						limit: 200, options: Options{Reserve: Reserve{Percent: 20}}, workers: 8, them: them, seed: seed,
						lat: latency{50 * time.Millisecond, time.Duration(100+400*seed) * time.Millisecond},
					}
					a := s.play(t, p(), time.Hour)
					left := 60*160 - len(a.theirs.sent)
					t.Logf("ours %d, theirs %d, left %d: %.0f %%; refused %d and %d", len(a.ours.sent), len(a.theirs.sent), left, 100*float64(len(a.ours.sent))/float64(left), len(a.ours.refused), len(a.theirs.refused))
					if got, want := len(a.ours.sent), left*9/10; got < want {
						t.Errorf("requests: got %d, want at least %d of the %d that are left", got, want, left)
					}
					for i, at := range append(append([]time.Time{}, a.ours.refused...), a.theirs.refused...) {
						if i < 12 {
							t.Log("refused at", at.Sub(a.ours.sent[0]))
						}
					}
					if len(a.ours.refused) > 0 || len(a.theirs.refused) > 0 {
						t.Errorf("refused: got %d of ours, %d of theirs, want none", len(a.ours.refused), len(a.theirs.refused))
					}
				})
			}
		}
	}
}
