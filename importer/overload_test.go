package importer_test

import (
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// A row whose own requests are always reset ends as failed while others succeed,
// at any concurrency, and does not slow the others down for long.
func TestPoisonRowIsNoOverload(t *testing.T) {
	for _, concurrency := range concurrencies() {
		s := scenario{rows: 400, o: importer.Options{Concurrency: concurrency, Attempts: 3}}
		s.server.Latency = func(simulator.Request) time.Duration { return 100 * time.Millisecond }
		s.server.Faults = onNumber(number(50), simulator.Fault{Kind: simulator.Reset})
		s.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 399, outcome.Network: 1})
			if made := r.Requests.Create - 399; made > 2*(3+maxInARow) {
				t.Errorf("concurrency %d: the row cost %d creations", concurrency, made)
			}
			if most := time.Duration(400/concurrency)*100*time.Millisecond + 2*time.Minute; r.took > most {
				t.Errorf("concurrency %d: took %v, want less than %v", concurrency, r.took, most)
			}
		})
	}
}
