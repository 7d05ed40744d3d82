package importer_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

const someProfile = "770e8400-e29b-41d4-a716-446655440002"

// An account that is refused stops the run at once, wherever that happens; no
// more is spent than what was in flight, and ten refusals in a row, which lock a
// key, never come.
func TestAccountIsRefused(t *testing.T) {
	for _, refusal := range []struct {
		name  string
		stop  func(uint64) simulator.Stop
		words []string // what happened and what to do
	}{
		{"key revoked", simulator.Revoked, []string{"refused the key", "run again"}},
		{"verification open", simulator.KYCOpen, []string{"verified", "run again"}},
		{"suspended", simulator.Suspended, []string{"support", "run again"}},
		{"balance", simulator.Broke, []string{"balance", "top it up"}},
		{"quota", simulator.OverQuota, []string{"quota", "raise it"}},
		{"profile gone", func(n uint64) simulator.Stop {
			return simulator.Stop{From: n, Status: 404, Code: "RESOURCE_014"}
		}, []string{"profile", "run again"}},
	} {
		for _, bodies := range testenv.Some([]bool{true, false}, 1) {
			for _, from := range []uint64{1, 2, 12} {
				for _, concurrency := range testenv.Some([]int{0, 1}, 1) {
					t.Run(fmt.Sprintf("%s/bodies=%t/from=%d/concurrency=%d", refusal.name, bodies, from, concurrency), func(t *testing.T) {
						t.Parallel()
						stop := refusal.stop(from)
						s := scenario{
							server: simulator.Options{
								AuthBodies: bodies, Stops: []simulator.Stop{stop}, RateLimit: 200,
								Latency: func(simulator.Request) time.Duration { return 500 * time.Millisecond },
							},
							rows: 30, o: importer.Options{Rate: "auto"},
						}
						s.play(t, func(t *testing.T, g *stage) {
							g.o.Concurrency = concurrency
							r := g.run()
							words := refusal.words
							if refusal.name == "suspended" && !bodies {
								words = []string{"run again"} // nobody says why
							}
							r.stopped(t, importer.StopAccount, words...)
							g.economical(r)
							spent := g.refusals(stop.Status)
							most := max(minConcurrency, concurrency)
							if concurrency == 1 || from <= 2 {
								most = 1
							}
							if from == 1 && stop.Status == 403 {
								most = 2 // a key that may not read the account may still create
							}
							if spent == 0 || spent > most {
								t.Errorf("spent %d requests on refusals, want %d at most", spent, most)
							}
							if r.Counts.Failed+r.Counts.Invalid > 0 || r.Counts.Pending == 0 || r.Reasons[outcome.Unresolved] > 0 {
								t.Errorf("got %v, want what is left pending and nothing in doubt", r.Reasons)
							}
							if atStart := r.Counts.Created == 0; r.Stopped.AtStart != atStart {
								t.Errorf("got AtStart %t with %d rows created", r.Stopped.AtStart, r.Counts.Created)
							}
							g.server.SetStops()
							r = g.run()
							r.complete(t)
							if r.Counts.Created != 30 {
								t.Errorf("the next run: got %+v", r.Counts)
							}
						})
					})
				}
			}
		}
	}
}

// refusals counts the answers with a status.
func (g *stage) refusals(status int) int { return int(g.server.Stats().Statuses[status]) }

// A profile that is not the account's costs one request.
func TestForeignProfile(t *testing.T) {
	scenario{rows: 5, o: importer.Options{Profile: someProfile}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopAccount, "profile")
		if n := g.server.Stats().Requests; n != 1 || !r.Stopped.AtStart {
			t.Errorf("got %d requests, at the start %t", n, r.Stopped.AtStart)
		}
	})
}

// A key of ours that met another body is a fault of ours, which a fresh job avoids.
func TestKeyReuseStops(t *testing.T) {
	stop := simulator.Stop{From: 2, Status: 409, Code: "CONFLICT_005"}
	scenario{rows: 5, server: simulator.Options{Stops: []simulator.Stop{stop}}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopCall, "CONFLICT_005", "report", "fresh")
		if r.Stopped.Option != "fresh" || r.Counts.Failed > 0 {
			t.Errorf("got the option %q, %+v", r.Stopped.Option, r.Counts)
		}
	})
}

func TestOwnProfile(t *testing.T) {
	s := scenario{server: simulator.Options{Profiles: []string{someProfile}}, rows: 5, o: importer.Options{Profile: someProfile}}
	s.play(t, func(t *testing.T, g *stage) {
		g.run().complete(t)
		if n := len(g.server.Truth().ByPhone("acct", someProfile)); n != 5 {
			t.Errorf("got %d contacts in the profile, want 5", n)
		}
	})
}

// A redirect is not followed.
func TestRedirectStops(t *testing.T) {
	server := simulator.Options{Faults: simulator.Between(3, 3, simulator.Fault{Kind: simulator.Redirect})}
	scenario{server: server, rows: 5}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopCall, "redirects", "base URL")
		if n := g.server.Stats().Requests; n != 3 {
			t.Errorf("got %d requests, want 3", n)
		}
	})
}

func TestMaxFailed(t *testing.T) {
	every := func(n int) simulator.FaultPlan {
		return func(r simulator.Request) simulator.Fault {
			var i int
			if _, err := fmt.Sscanf(r.Phone, "+1415555%04d", &i); err == nil && r.Operation == simulator.Create && i%n == n-1 {
				return simulator.Fault{Kind: simulator.Failure, Status: 418, Code: "RESOURCE_099"}
			}
			return simulator.Fault{}
		}
	}
	for _, test := range []struct {
		name            string
		limit           importer.Limit
		every           int
		failed, settled int // when it stops; 0: it doesn't
	}{
		{"no limit", importer.Limit{}, 2, 0, 0},
		{"none allowed", importer.Limit{Set: true}, 10, 1, 10},
		{"three allowed", importer.Limit{Set: true, Rows: 3}, 10, 4, 40},
		{"a share, not before 50 rows", importer.Limit{Percent: 5}, 10, 5, 50},
		{"half, from the start", importer.Limit{Percent: 5}, 2, 25, 50},
		{"a share that is kept", importer.Limit{Percent: 12}, 10, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := simulator.Options{Faults: every(test.every), Latency: tenth} // a row is settled before the next is answered
			s := scenario{server: server, rows: 200, o: importer.Options{MaxFailed: test.limit}}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				if test.settled == 0 {
					if r.Stopped != nil || r.Counts.Pending != 0 {
						t.Errorf("got %+v, %v, want no stop", r.Counts, r.Stopped)
					}
					return
				}
				r.stopped(t, importer.StopMaxFailed, "run the same command again", "Nothing is rolled back")
				settled := 200 - r.Counts.Pending // a row may be in flight when it stops, and settles
				if r.Counts.Failed < test.failed || r.Counts.Failed > test.failed+1 || settled < test.settled || settled > test.settled+2 {
					t.Errorf("got %d failed of %d, want %d of %d", r.Counts.Failed, settled, test.failed, test.settled)
				}
			})
		})
	}
}

func TestMaxInvalid(t *testing.T) {
	for _, test := range []struct {
		name           string
		valid, invalid int
		limit          importer.Limit
		stops          bool
	}{
		{"more than half", 9, 11, importer.Limit{}, true},
		{"half", 10, 10, importer.Limit{}, false},
		{"a handful of rows", 1, 18, importer.Limit{}, false},
		{"none allowed", 100, 1, importer.Limit{Set: true}, true},
		{"allowed", 1, 60, importer.Limit{Percent: 100}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scenario{rows: test.valid, o: importer.Options{MaxInvalid: test.limit}}
			for range test.invalid {
				s.file += "12\n"
			}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				if !test.stops {
					r.complete(t)
					return
				}
				r.stopped(t, importer.StopMaxInvalid, "Nothing was sent", `"phone"`)
				if n := g.server.Stats().Requests; n != 0 || r.Counts.Pending != test.valid {
					t.Errorf("got %d requests and %+v, want none, and the valid rows pending", n, r.Counts)
				}
			})
		})
	}
}

// A refusal for the key's rate after ten failures is waited out like any 429.
func TestLockedKeyIsWaitedFor(t *testing.T) {
	server := simulator.Options{Stops: []simulator.Stop{{From: 1, Until: 11, Status: http.StatusUnauthorized}}}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		for range 10 {
			g.run().stopped(t, importer.StopAccount)
		}
		r := g.run()
		r.complete(t)
		if r.took < time.Minute {
			t.Errorf("took %v, and the key was locked for a minute", r.took)
		}
	})
}

// A row that was in doubt, and that a stopped run did not come to, stays what it was.
func TestStopBeforeARowInDoubt(t *testing.T) {
	refuses := false
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case refuses && r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Failure, Status: http.StatusForbidden, Code: "BUSINESS_014"}
		case !refuses && (r.Phone == number(0) || r.Phone == number(1)):
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}
	scenario{server: simulator.Options{Faults: plan}, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.run().want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.OutcomeUnknown: 2})
		refuses = true
		r := g.run()
		r.stopped(t, importer.StopAccount)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.Unresolved: 1, outcome.OutcomeUnknown: 1})
		if got := r.rows[1]; got.Reason != outcome.OutcomeUnknown {
			t.Errorf("the row that had no turn: got %s, want %s", got.Reason, outcome.OutcomeUnknown)
		}
	})
}
