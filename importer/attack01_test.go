package importer

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent/senttest"
)

// A proxy answers instead of the API after the contact was created, and its
// clock is off: nothing of its answer is learnt, and the contact is ours.
func TestAttack01ForeignAnswersTeachNoClock(t *testing.T) {
	for _, off := range []time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 30 * time.Second, 120 * time.Second} {
		for _, sign := range []time.Duration{1, -1} {
			for _, kind := range []senttest.Kind{senttest.Unavailable, senttest.Empty, senttest.Foreign, senttest.Page} {
				t.Run(fmt.Sprintf("%s/%s", kind, off*sign), func(t *testing.T) {
					t.Parallel()
					server := senttest.Options{
						IdempotencyTTL: -1, ProxyOffset: off * sign, Latency: steady(50 * time.Millisecond),
						Faults: func(r senttest.Request) senttest.Fault {
							if r.Operation == senttest.Create && r.Attempt == 1 && r.Phone[len(r.Phone)-1]%3 == 0 {
								return senttest.Fault{Kind: kind, After: true}
							}
							return senttest.Fault{}
						},
					}
					scenario{server: server, rows: 9}.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						r.complete(t)
						r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6, outcome.ReasonRecovered: 3})
					})
				})
			}
		}
	}
}
