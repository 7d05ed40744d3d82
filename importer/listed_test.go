package importer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// listing answers for the list of contacts with one page that has these.
func listing(next http.RoundTripper, contacts ...string) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet || r.URL.Path != "/v3/contacts" || r.URL.Query().Has("phone") {
			return next.RoundTrip(r)
		}
		return recorded(http.StatusOK, fmt.Sprintf(`{"success":true,"data":{"contacts":[%s],"pagination":{"total_count":%d}}}`,
			strings.Join(contacts, ","), len(contacts))), nil
	})
}

// The report names the idempotency key of a row that was posted and refused since the
// contact exists, and none for a row that the list has shown: nothing was sent for it.
func TestKeysOfContactsThatExist(t *testing.T) {
	s := scenario{server: simulator.Options{Existing: numbers(2)}, rows: 3, o: importer.Options{Existing: existingList}}
	s.play(t, func(t *testing.T, g *stage) {
		next, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		there := g.server.Truth().ByPhone("acct", "")
		r := g.runOver(t.Context(), listing(next, listed(number(0), there[number(0)].ID, "")))
		r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 2, outcome.ReasonCreated: 1})
		sent := g.server.Truth().OfPhone(number(1))
		if len(sent) != 1 || r.rows[1].Key != sent[0].Key || r.rows[0].Key != "" {
			t.Errorf("got the keys %q and %q, want none and that of %+v", r.rows[0].Key, r.rows[1].Key, sent)
		}
	})
}

// A list that shows the id of a contact which the job has created with another number
// settles nothing by it.
func TestListShowsAnotherRowsID(t *testing.T) {
	refused := true
	plan := func(r simulator.Request) simulator.Fault {
		if refused && r.Operation == simulator.Create && r.Phone == number(1) {
			return simulator.Fault{Kind: simulator.Failure, Status: http.StatusForbidden, Code: "BUSINESS_014"}
		}
		return simulator.Fault{}
	}
	scenario{server: simulator.Options{Faults: plan}, rows: 3}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		first.stopped(t, importer.StopAccount)
		refused, g.o.Existing = false, existingList
		next, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		r := g.runOver(t.Context(), listing(next, listed(number(1), first.rows[0].ContactID, "")))
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
	})
}

// While the API has served nothing in a run, the list is not asked for as often as
// otherwise: the first creation tells sooner whether it is an outage.
func TestListHoldsTheFirstCreationUpBriefly(t *testing.T) {
	refused := true
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case refused && r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Failure, Status: http.StatusForbidden, Code: "BUSINESS_014"}
		case r.Operation == simulator.List:
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}
	scenario{server: simulator.Options{Faults: plan}, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.run().stopped(t, importer.StopAccount)
		before := len(g.server.Truth().Requests)
		refused, g.o.Existing = false, existingList // this run knows the key and the clock
		g.run().complete(t)
		pages := 0
		for _, r := range g.server.Truth().Requests[before:] {
			if r.Operation == simulator.Create {
				break
			}
			if r.Operation == simulator.List {
				pages++
			}
		}
		if pages != briefTries {
			t.Errorf("the list was asked for %d times before the first creation, want %d", pages, briefTries)
		}
	})
}
