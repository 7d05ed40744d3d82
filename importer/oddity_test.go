package importer_test

import (
	"fmt"
	"net/http"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// What a server may answer instead of the truth: each has a safe verdict.
func TestServerOddities(t *testing.T) {
	failure := func(status int, code string) simulator.Fault {
		return simulator.Fault{Kind: simulator.Failure, Status: status, Code: code}
	}
	for _, test := range []struct {
		fault simulator.Fault
		times int // that the row meets it; below 0: always
		want  outcome.Reason
	}{
		{simulator.Fault{Kind: simulator.Status200}, -1, outcome.ReasonCreated},
		{simulator.Fault{Kind: simulator.WrongNumber}, 1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.WrongNumber}, -1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.NoID}, 1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.NoID}, -1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.ReusedID}, 1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.ReusedID}, -1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.BadDate}, -1, outcome.ReasonCreated},
		{simulator.Fault{Kind: simulator.Huge, Bytes: 4 << 20}, 1, outcome.ReasonRecovered},
		{simulator.Fault{Kind: simulator.Huge, Bytes: 4 << 20}, -1, outcome.ReasonRecovered},
		{failure(418, "RESOURCE_099"), -1, outcome.Rejected},
		{failure(409, "CONFLICT_099"), -1, outcome.Rejected},
		{failure(400, "VALIDATION_099"), -1, outcome.RejectedByAPI},
		{failure(500, "INTERNAL_099"), -1, outcome.ServerError},
		{failure(503, "SERVICE_099"), -1, outcome.ServerError},
		{failure(409, "WHATEVER"), -1, outcome.Rejected},
	} {
		t.Run(fmt.Sprintf("%s/times=%d", test.fault, test.times), func(t *testing.T) {
			plan := onNumber(number(2), test.fault)
			if test.times > 0 {
				plan = onNumberOnce(number(2), test.fault)
			}
			scenario{server: simulator.Options{Faults: plan}, rows: 5}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				g.economical(r)
				if r.Stopped != nil || r.rows[2].Reason != test.want {
					t.Errorf("got %s, %v, want %s", r.rows[2].Reason, r.Stopped, test.want)
				}
				if others := r.Counts.Created - len(created(r.rows[2])); others != 4 {
					t.Errorf("got %d of the others created, want 4", others)
				}
			})
		})
	}
}

// created is the row if it is created.
func created(row outcome.Row) []outcome.Row {
	if row.Status == outcome.Created {
		return []outcome.Row{row}
	}
	return nil
}

func TestUnknownAccountCodesStop(t *testing.T) {
	for _, test := range []struct {
		status int
		code   string
		cause  importer.StopCause
	}{
		{400, "AUTH_099", importer.StopAccount}, {400, "BUSINESS_099", importer.StopAccount}, {400, "VALIDATION_007", importer.StopCall},
		{409, "CONFLICT_005", importer.StopCall}, {405, "WHATEVER", importer.StopCall}, {404, "WHATEVER", importer.StopAccount},
	} {
		fault := simulator.Fault{Kind: simulator.Failure, Status: test.status, Code: test.code}
		scenario{server: simulator.Options{Faults: onNumber(number(2), fault)}, rows: 5}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.stopped(t, test.cause, "again")
			if r.Counts.Created != 2 || r.Counts.Pending != 3 {
				t.Errorf("%d %s: got %+v", test.status, test.code, r.Counts)
			}
		})
	}
}

// A look-up that gives the id of another number's contact is not believed.
func TestLookupWithReusedID(t *testing.T) {
	plan := simulator.First(
		onNumber(number(2), simulator.Fault{Kind: simulator.Reset, After: true}),
		on(simulator.Lookup, -1, simulator.Fault{Kind: simulator.ReusedID}))
	server := simulator.Options{Faults: plan, NoReplays: true}
	scenario{server: server, rows: 5, o: importer.Options{Attempts: 2}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		if row := r.rows[2]; row.Reason != outcome.OutcomeUnknown || row.ContactID != "" {
			t.Errorf("got %s with the id %q, want %s", row.Reason, row.ContactID, outcome.OutcomeUnknown)
		}
	})
}

// The ids of earlier runs are known as well.
func TestReusedIDOfAnEarlierRun(t *testing.T) {
	server := simulator.Options{
		Stops:  []simulator.Stop{simulator.Broke(3)}, // one row is created, and the second refused
		Faults: onNumberOnce(number(2), simulator.Fault{Kind: simulator.ReusedID}),
	}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.run().stopped(t, importer.StopAccount)
		g.server.SetStops()
		r := g.run()
		r.complete(t)
		if got := r.rows[2].Reason; got != outcome.ReasonRecovered {
			t.Errorf("got %s, want %s", got, outcome.ReasonRecovered)
		}
	})
}

// After a lost answer, a contact without a readable time is neither ours nor
// somebody else's.
func TestUnreadableTimesAreUnknown(t *testing.T) {
	server := simulator.Options{
		NoReplays: true, Existing: []string{number(1)}, TimeLayout: "some day",
		Faults: onCreate(1, simulator.Fault{Kind: simulator.Reset, After: true}),
	}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.OutcomeUnknown: 3})
	})
}

// Without Date, X-Request-Id and X-RateLimit headers everything goes on.
func TestHeadersMissing(t *testing.T) {
	server := simulator.Options{NoReplays: true, Existing: []string{number(1)}, Faults: onCreate(1, simulator.Fault{Kind: simulator.Reset, After: true})}
	scenario{server: server, rows: 10}.play(t, func(t *testing.T, g *stage) {
		transport, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		r := g.runOver(t.Context(), stripper{transport})
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 9, outcome.AlreadyExists: 1})
	})
}

// stripper takes every header away that is no part of HTTP itself.
type stripper struct{ next http.RoundTripper }

func (s stripper) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(r)
	if err == nil {
		response.Header = http.Header{}
	}
	return response, err
}

// The account is told in no known shape, or not at all: the key stands for it.
func TestAccountIsNotTold(t *testing.T) {
	for _, server := range []simulator.Options{
		{MeStatus: http.StatusNotFound}, {MeData: `[]`}, {MeData: `{}`}, {MeData: `"x"`}, {MeData: `{"id":{"a":1}}`},
	} {
		scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
			g.run().complete(t)
			before := g.server.Stats().Requests
			g.run().complete(t)
			if spent := g.server.Stats().Requests - before; spent != 0 {
				t.Errorf("a finished job cost %d requests", spent)
			}
		})
	}
}

// An answer to the question for the account that is not the API's is asked for
// again.
func TestAccountAnswerIsLost(t *testing.T) {
	for _, fault := range lostAnswers() {
		scenario{server: simulator.Options{Faults: on(simulator.Me, 2, fault)}, rows: 3}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.complete(t)
			g.economical(r)
			job := r.Job.ID
			if again := g.run(); again.Job.ID != job {
				t.Errorf("%s: got job %s and then %s", fault, job, again.Job.ID)
			}
		})
	}
}
