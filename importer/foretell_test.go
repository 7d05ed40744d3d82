package importer_test

import (
	"sync"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/progress"
	"sent-import/importer/simulator"
)

// What the progress foretells is what the run then takes, in each phase of it,
// though most of the rows cost nothing.
func TestProgressForetells(t *testing.T) {
	const listed = 1800
	server := simulator.Options{Existing: append(many(0, listed), numbers(100)...), Latency: tenth}
	o := importer.Options{Existing: existingOff, Concurrency: 8, Rate: "120/m", ResolveDuplicates: true}
	for _, mode := range []string{existingOff, existingList} {
		o.Existing = mode
		s := scenario{server: server, rows: 200, o: o}
		if mode == existingList {
			s.file = cells(many(0, listed))
		}
		s.play(t, func(t *testing.T, g *stage) {
			p := new(importer.Progress)
			g.o.Progress = p
			began := time.Now()
			foretold := make(map[progress.Phase][]time.Time) // when it would be done, as seen each second
			quit := make(chan struct{})                      // closed below
			var watch sync.WaitGroup
			watch.Go(func() {
				for {
					select {
					case <-quit:
						return
					case <-time.After(time.Second):
						s := p.Snapshot()
						if left, ok := s.TimeLeft(); ok {
							foretold[s.Phase] = append(foretold[s.Phase], time.Now().Add(left))
						}
					}
				}
			})
			r := g.run()
			ended := time.Now()
			close(quit)
			watch.Wait()
			r.complete(t)
			phases := []progress.Phase{progress.Creating, progress.Resolving}
			if mode == existingList {
				phases = []progress.Phase{progress.Listing, progress.Creating}
			}
			for _, phase := range phases {
				seen := foretold[phase]
				if len(seen) == 0 {
					t.Fatalf("%s: nothing was foretold in phase %d", mode, phase)
				}
				middle := seen[len(seen)/2]
				allowed := ended.Sub(began) / 5
				if phase == progress.Creating && mode == existingOff {
					allowed = ended.Sub(began) / 2 // the look-ups to come are not known yet
				}
				if off := middle.Sub(ended).Abs(); off > allowed {
					t.Errorf("%s, phase %d: foretold %v, and it took %v", mode, phase, middle.Sub(began), ended.Sub(began))
				}
			}
		})
	}
}
