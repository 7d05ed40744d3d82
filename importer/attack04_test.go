package importer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/simulator"
)

// refusalsOnTheWay are refusals by something that is not the API, before or
// after the API has carried the request out.
func refusalsOnTheWay() (faults []simulator.Fault) {
	for _, status := range []int{400, 401, 403, 404, 405, 413, 429} {
		for _, after := range []bool{false, true} {
			faults = append(faults, simulator.Fault{Kind: simulator.Page, Status: status, After: after, RetryAfter: "3600"})
		}
	}
	return faults
}

// A firewall that turns on in the middle of an import says nothing of the key or
// the account: the run asks again with one request at a time and goes on, and
// what the firewall's headers ask for holds nobody up.
func TestAttack04ForeignRefusalDoesNotStop(t *testing.T) {
	const rows, passes = 20, 2 * time.Minute
	for i, fault := range refusalsOnTheWay() {
		from := []uint64{2, 12, 12}[i%3]
		t.Run(fmt.Sprintf("%s/from=%d", fault, from), func(t *testing.T) {
			plan := func(r simulator.Request) simulator.Fault {
				if r.Ordinal >= from && r.Since < passes {
					return fault
				}
				return simulator.Fault{}
			}
			s := scenario{server: simulator.Options{Faults: plan}, rows: rows, o: importer.Options{Concurrency: 8}}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				if r.Counts.Created != rows {
					t.Errorf("got %+v, want all created", r.Counts)
				}
				want := fmt.Sprintf("%d from something in front of the API, not the API", fault.Status)
				if r.said("no answer since") != 1 || r.said(want) != 1 {
					t.Errorf("said %q, want once that there is no answer: %s", r.notices, want)
				}
				if r.took > passes+lastProbe+10*time.Second {
					t.Errorf("took %v: a stranger's Retry-After was obeyed", r.took)
				}
				hit := g.server.Stats().Statuses[fault.Status]
				if most := int64(20 + 4*(8+spare)); hit > most {
					t.Errorf("got %d requests while it lasted, want %d at most", hit, most)
				}
			})
		})
	}
}

// If it lasts, the run stops for an outage, names it, and leaves every row for
// the next one.
func TestAttack04ForeignRefusalThatLasts(t *testing.T) {
	for _, fault := range []simulator.Fault{{Kind: simulator.Page, Status: 403}, {Kind: simulator.Page, Status: 404, After: true}} {
		t.Run(fault.String(), func(t *testing.T) {
			calm := false
			plan := func(r simulator.Request) simulator.Fault {
				if calm || r.Ordinal < 12 {
					return simulator.Fault{}
				}
				return fault
			}
			scenario{server: simulator.Options{Faults: plan}, rows: 30}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				kind := "text/html"
				if fault.Status == http.StatusNotFound {
					kind = "text/plain"
				}
				want := fmt.Sprintf("%d from something in front of the API, not the API: %s", fault.Status, kind)
				r.stopped(t, importer.StopOutage, "no answer for 15m0s", want, "run the same command again")
				if r.Stopped.AtStart || r.Stopped.LastError != want {
					t.Errorf("got at the start %t, last error %q, want %q", r.Stopped.AtStart, r.Stopped.LastError, want)
				}
				if r.Counts.Failed > 0 || r.took < importer.DefaultOutage || r.took > importer.DefaultOutage+time.Minute {
					t.Errorf("got %+v after %v, want none failed after %v", r.Counts, r.took, importer.DefaultOutage)
				}
				calm = true
				g.run().complete(t)
			})
		})
	}
}

// The API's own refusal means the account at any time, with a body or without;
// so does an enveloped 405 mean the call.
func TestAttack04OwnRefusalStops(t *testing.T) {
	for _, c := range []struct {
		server simulator.Options
		cause  importer.StopCause
		words  string
	}{
		{simulator.Options{Stops: []simulator.Stop{simulator.Revoked(12)}}, importer.StopAccount, "refused the key (401)"},
		{simulator.Options{Stops: []simulator.Stop{simulator.KYCOpen(12)}}, importer.StopAccount, "(403)"},
		{simulator.Options{Stops: []simulator.Stop{simulator.KYCOpen(12)}, AuthBodies: true}, importer.StopAccount, "403 AUTH_006"},
		{simulator.Options{Faults: simulator.Between(12, 99, simulator.Fault{Kind: simulator.Failure, Status: 405, Code: "INTERNAL_405"})}, importer.StopCall, "405 INTERNAL_405"},
	} {
		scenario{server: c.server, rows: 30}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.stopped(t, c.cause, c.words)
			if n := g.server.Stats().Requests; n != 12 || !strings.Contains(r.Stopped.LastError, strings.Trim(c.words, "()")) {
				t.Errorf("got %d requests, last error %q", n, r.Stopped.LastError)
			}
		})
	}
}
