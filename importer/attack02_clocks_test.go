package importer_test

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// Several servers behind one name answer, each with a clock of its own, and one
// database dates the contacts: no 20 creations agree on how far that is from the
// clock of the answers, and on how far it is from ours they do.
func TestAttack02ServersWithManyClocks(t *testing.T) {
	for i, clocks := range [][]time.Duration{
		{0, time.Second, 2 * time.Second, 3 * time.Second},
		{0, -2 * time.Second, time.Second, 3 * time.Second, 5 * time.Second},
	} {
		for _, layout := range []string{"", time.RFC3339} {
			server := simulator.Options{
				NoReplays: true, ClockOffsets: clocks, ContactsSteady: true, TimeLayout: layout, Latency: steady(80 * time.Millisecond),
				Existing: []string{number(6), number(9), number(39)}, Faults: losing,
			}
			t.Run(fmt.Sprintf("enough/%d/%s", i, layout), func(t *testing.T) {
				t.Parallel()
				scenario{server: server, rows: 60, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.complete(t)
					r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 36, outcome.ReasonRecovered: 21, outcome.AlreadyExists: 3})
				})
			})
			t.Run(fmt.Sprintf("too few/%d/%s", i, layout), func(t *testing.T) {
				t.Parallel()
				scenario{server: server, rows: 10}.play(t, func(t *testing.T, g *stage) {
					for range 2 {
						r := g.run()
						if r.Reasons[outcome.OutcomeUnknown] == 0 || r.Stopped != nil {
							t.Errorf("got %v, %v, want rows in doubt", r.Reasons, r.Stopped)
						}
						if r.said("look at these contacts in the account") != 1 || r.said("the next run settles them") != 0 {
							t.Errorf("got notices %q, want no promise", r.notices)
						}
					}
				})
			})
		}
	}
}
