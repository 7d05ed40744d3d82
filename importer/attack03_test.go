package importer

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent/senttest"
)

// One import has just created a number, and the next one's first request for it is
// cut: the ledger knows who made it, however coarse the times, and whatever clock
// dates contacts.
func TestAttack03TwoJobsClaimOneContact(t *testing.T) {
	for _, layout := range []string{"", "2006-01-02T15:04:05Z"} {
		for _, off := range []time.Duration{0, 2 * time.Hour} {
			for _, fresh := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/fresh=%t", layout, off, fresh), func(t *testing.T) {
					t.Parallel()
					second := false
					server := senttest.Options{
						IdempotencyTTL: -1, ContactsOffset: off, TimeLayout: layout, Latency: steady(5 * time.Millisecond),
						Faults: func(r senttest.Request) senttest.Fault {
							if second && r.Operation == senttest.Create && r.Attempt == 2 {
								return senttest.Fault{Kind: senttest.Reset}
							}
							return senttest.Fault{}
						},
					}
					scenario{server: server, rows: 30}.play(t, func(t *testing.T, g *stage) {
						g.run().complete(t)
						time.Sleep(300 * time.Millisecond) // virtual: in the same second
						second = true
						next := g
						if g.o.Fresh = fresh; !fresh {
							next = g.another(append(numbers(30)[20:], number(500)))
						}
						r := next.run()
						r.complete(t)
						want := map[outcome.Reason]int{outcome.AlreadyExists: 10, outcome.ReasonCreated: 1}
						if fresh {
							want = map[outcome.Reason]int{outcome.AlreadyExists: 30}
						}
						r.want(t, want)
					})
				})
			}
		}
	}
}
