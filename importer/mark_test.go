package importer_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// markList is a file in which people with the numbers opted out, and n others did not.
func markList(n int, out ...int) string {
	var b strings.Builder
	b.WriteString("phone,opted out\n")
	for _, i := range out {
		b.WriteString(number(i) + ",yes\n")
	}
	for i := range n {
		b.WriteString(number(1000+i) + ",\n")
	}
	return b.String()
}

// marking has the scenario played with a file in which people opted out, who are to be
// marked.
func (s scenario) marking(t *testing.T, content string, act func(t *testing.T, g *stage)) {
	t.Helper()
	s.o.Reading.OptOut = "mark"
	s.play(t, func(t *testing.T, g *stage) {
		g.write(content)
		act(t, g)
	})
}

// marked fails the test unless these numbers have opted out on the server, and no others,
// and the report says so of each that is settled.
func (g *stage) marked(r told, numbers ...int) {
	g.t.Helper()
	want := make(map[string]bool)
	for _, i := range numbers {
		want[number(i)] = true
	}
	for phone, c := range g.server.Truth().ByPhone("acct", "") {
		if c.OptOut != want[phone] {
			g.t.Errorf("%s: opted out %t, want %t", phone, c.OptOut, want[phone])
		}
	}
	for _, row := range r.rows {
		settled := row.Status == outcome.Created || row.Reason == outcome.AlreadyExists
		if says := strings.HasPrefix(row.Message, "marked as opted out"); settled && (says != row.Mark || says && !want[row.Phone]) {
			g.t.Errorf("row %d: to be marked %t, and it says %q", row.Number, row.Mark, row.Message)
		}
		if settled && row.Mark && row.ContactID == "" {
			g.t.Errorf("row %d is marked without its contact's id", row.Number)
		}
	}
}

// TestMark: who opted out is created or found, and marked, at the cost of a request more,
// and another where only the API's word tells that the contact exists.
func TestMark(t *testing.T) {
	for _, test := range []struct {
		name                          string
		server                        simulator.Options
		o                             importer.Options
		creates, lookups, lists, mark int
		created, exist                int
		already                       int // of them say that nobody had to mark them
	}{
		{"created", simulator.Options{}, importer.Options{}, 8, 0, 0, 3, 8, 0, 0},
		{"one exists", simulator.Options{Existing: numbers(1)}, importer.Options{}, 8, 1, 0, 3, 7, 1, 0},
		{"one exists, and had opted out", simulator.Options{Existing: numbers(1), OptedOut: numbers(1)}, importer.Options{}, 8, 1, 0, 2, 7, 1, 1},
		{"one was deleted, and had opted out", simulator.Options{Deleted: numbers(1), OptedOut: numbers(1)}, importer.Options{}, 8, 0, 0, 2, 8, 0, 1},
		{"listed", simulator.Options{Existing: numbers(3), OptedOut: numbers(1)}, importer.Options{Existing: existingList}, 5, 0, 1, 2, 5, 3, 1},
		{"look-ups with the contact alone", simulator.Options{Existing: numbers(1), LookupSingle: true}, importer.Options{}, 8, 1, 0, 3, 7, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: test.server, o: test.o}.marking(t, markList(5, 0, 1, 2), func(t *testing.T, g *stage) {
				var plan importer.Plan
				g.o.Plan = func(p importer.Plan) { plan = p }
				r := g.run()
				r.complete(t)
				g.marked(r, 0, 1, 2)
				g.economical(r)
				q := r.Requests
				if q.Create != test.creates || q.Lookup != test.lookups || q.List != test.lists || q.Mark != test.mark || q.Get != 0 {
					t.Errorf("got the requests %+v, want %+v", q, test)
				}
				if r.Counts.Created != test.created || r.Counts.Duplicate != test.exist {
					t.Errorf("got %+v, want %d created and %d there", r.Counts, test.created, test.exist)
				}
				already := 0
				for _, row := range r.rows {
					if strings.HasPrefix(row.Message, "marked as opted out already") {
						already++
					}
				}
				if already != test.already {
					t.Errorf("%d rows say that their contact had opted out, want %d", already, test.already)
				}
				if plan.Marks != 3 || plan.Requests != 8+3 {
					t.Errorf("the plan has %d marks and %d requests, want 3 and 11", plan.Marks, plan.Requests)
				}
				if again := g.run(); again.ThisRun.Requests.Total() != 0 {
					t.Errorf("a finished job cost %+v", again.ThisRun.Requests)
				}
			})
		})
	}
}

// TestMarkByNumber: one row of a number that opted out in any row is marked, and the others
// are its duplicates.
func TestMarkByNumber(t *testing.T) {
	content := "phone,opted out\n" + number(0) + ",\n" + number(1) + ",\n" + number(0) + ",yes\n" + number(0) + ",\n"
	scenario{}.marking(t, content, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.InFile: 2})
		g.marked(r, 0)
		if !r.rows[0].Mark || r.rows[2].Mark || r.rows[2].DuplicateOf != 2 {
			t.Errorf("got %+v", r.rows)
		}
	})
}

// TestMarkIsResumed: wherever a run is killed, the next one only marks what is created.
func TestMarkIsResumed(t *testing.T) {
	for at := 2; at <= 7; at++ { // 1 is whose key it is
		for _, executed := range []bool{false, true} {
			t.Run(fmt.Sprintf("at request %d, executed %t", at, executed), func(t *testing.T) {
				scenario{}.marking(t, markList(0, 0, 1, 2), func(t *testing.T, g *stage) {
					g.die(death{at, executed})
					before := g.server.Stats()
					unanswered := 3 - len(g.asked(simulator.Create))
					if asked := g.server.Truth().Requests; executed && asked[len(asked)-1].Operation == simulator.Create {
						unanswered++
					}
					r := g.run()
					r.complete(t)
					g.marked(r, 0, 1, 2)
					if r.Counts.Created != 3 {
						t.Errorf("got %+v, want three created", r.Reasons)
					}
					after := g.server.Stats()
					if got := int(after.Creates - before.Creates); got != unanswered {
						t.Errorf("got %d creations after the kill, want the %d that had no answer", got, unanswered)
					}
					if after.Lookups != 0 || after.Gets != 0 {
						t.Errorf("got %d look-ups and %d gets, want none", after.Lookups, after.Gets)
					}
				})
			})
		}
	}
}

// TestMarkInterrupted: a run that is interrupted between a creation and its mark leaves the
// row pending, with the contact's id.
func TestMarkInterrupted(t *testing.T) {
	for _, executed := range []bool{false, true} {
		hang := on(simulator.Update, 1, simulator.Fault{Kind: simulator.Hang, After: executed})
		s := scenario{server: simulator.Options{Faults: hang}, o: importer.Options{Drain: 5 * time.Second, Timeout: time.Minute}}
		s.marking(t, markList(1, 0), func(t *testing.T, g *stage) {
			r := g.runUntil(interrupted(t, 10*time.Second))
			r.stopped(t, importer.StopInterrupted)
			row := r.rows[0]
			if row.Reason != outcome.Unresolved || row.ContactID != g.server.Truth().ByPhone("acct", "")[number(0)].ID || !strings.Contains(row.Message, "not yet marked") {
				t.Errorf("got %+v, want it pending with its contact", row.Outcome)
			}
			r = g.run()
			r.complete(t)
			g.marked(r, 0)
			r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2})
			if s := g.server.Stats(); s.Creates != 2 || s.Updates != 2 {
				t.Errorf("got %d creations and %d marks, want each contact created once, and the mark sent again", s.Creates, s.Updates)
			}
		})
	}
}

// TestMarkOfAContactThatIsGoneIsInDoubt: a run that is killed while it creates a contact
// again leaves a row in doubt, not one of which only the mark is left; and one that the
// list has shown, and that waits for its mark, has no idempotency key.
func TestMarkOfAContactThatIsGoneIsInDoubt(t *testing.T) {
	var g *stage
	s := scenario{o: importer.Options{Existing: existingList}, server: simulator.Options{Existing: numbers(1)}}
	s.server.Faults = func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Update && r.Attempt == 1 {
			g.server.Delete("acct", "", r.Phone)
		}
		return simulator.Fault{}
	}
	s.o.Reading.OptOut = "mark"
	s.play(t, func(t *testing.T, stage *stage) {
		g = stage
		g.write(markList(0, 0))
		for _, kill := range []struct {
			at   int
			id   bool // the report has the contact's id
			sent bool // and the key of a creation
		}{{3, true, false}, {4, false, true}} { // whose key it is, the list, the mark; then the creation
			state := g.o.State
			g.die(death{at: kill.at})
			r, err := importer.Report(g.o.State, g.job(t))
			if err != nil {
				t.Fatal(err)
			}
			for row, err := range r.LedgerRows() {
				if err != nil || row.Reason != outcome.Unresolved || (row.ContactID != "") != kill.id || (row.Key != "") != kill.sent {
					t.Errorf("killed at request %d: got %+v, %v", kill.at, row.Outcome, err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if kill.at == 3 {
				g.o.State = state // the second kill is one of another first run
				if err := os.RemoveAll(state); err != nil {
					t.Fatal(err)
				}
			}
		}
		r := g.run()
		r.complete(t)
		g.marked(r, 0)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1})
	})
}

// job is the id of the only job in the ledger.
func (g *stage) job(t *testing.T) string {
	t.Helper()
	l, j := g.onDisk()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return j.ID
}

// TestMarkRefused: a contact that can't be marked is a failed row with its id, and the next
// run tries again.
func TestMarkRefused(t *testing.T) {
	refusal := simulator.Fault{Kind: simulator.Failure, Status: 422, Code: "BUSINESS_020"}
	for name, test := range map[string]struct {
		server simulator.Options
		says   string
		marks  int64 // by the first run
	}{
		"inherited":          {simulator.Options{Inherited: numbers(1)}, "the contact exists, but could not be marked as opted out: it is inherited", 1},
		"inherited and told": {simulator.Options{Inherited: numbers(1), InheritedCode: "BUSINESS_020"}, "it is inherited", 1},
		"refused":            {simulator.Options{Faults: only(number(0), simulator.Update, refusal)}, "created, but could not be marked as opted out: the API refused it (422 BUSINESS_020", 2},
	} {
		t.Run(name, func(t *testing.T) {
			scenario{server: test.server}.marking(t, markList(1, 0, 1), func(t *testing.T, g *stage) {
				r := g.run()
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.Rejected: 1})
				row := r.rows[0]
				if row.ContactID != g.server.Truth().ByPhone("acct", "")[number(0)].ID || !strings.Contains(row.Message, test.says) {
					t.Errorf("got %+v, want it to say %q", row.Outcome, test.says)
				}
				if got := g.server.Stats().Updates; got != test.marks {
					t.Errorf("got %d marks, want %d", got, test.marks)
				}
				g.marked(r, 1)
				again := g.run()
				again.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.Rejected: 1})
				if again.ThisRun.Requests.Total() == 0 {
					t.Error("running again did not try again")
				}
			})
		})
	}
}

// only hits all requests of an operation for a number.
func only(phone string, operation simulator.Operation, f simulator.Fault) simulator.FaultPlan {
	return func(r simulator.Request) simulator.Fault {
		if r.Operation == operation && r.Phone == phone {
			return f
		}
		return simulator.Fault{}
	}
}

// TestMarkLost: a mark whose answer is lost is sent again; at last the contact itself tells.
func TestMarkLost(t *testing.T) {
	for _, test := range []struct {
		fault   simulator.Fault
		n       int // marks of the number that it hits; below 0: all
		reason  outcome.Reason
		marks   int
		gets    int
		updates bool
	}{
		{simulator.Fault{Kind: simulator.Internal}, 1, outcome.ReasonCreated, 2, 0, true},
		{simulator.Fault{Kind: simulator.Reset, After: true}, 2, outcome.ReasonCreated, 3, 0, true},
		{simulator.Fault{Kind: simulator.Empty, After: true}, 1, outcome.ReasonCreated, 2, 0, true},
		{simulator.Fault{Kind: simulator.WrongNumber}, 1, outcome.ReasonCreated, 2, 0, true},
		{simulator.Fault{Kind: simulator.TooMany}, 2, outcome.ReasonCreated, 3, 0, true},
		{simulator.Fault{Kind: simulator.Internal, After: true}, -1, outcome.ReasonCreated, 3, 1, true},
		{simulator.Fault{Kind: simulator.Internal}, -1, outcome.ServerError, 3, 1, false},
	} {
		t.Run(fmt.Sprint(test.fault, " ", test.n), func(t *testing.T) {
			var over atomic.Bool
			plan := on(simulator.Update, test.n, test.fault)
			faults := func(r simulator.Request) simulator.Fault {
				if over.Load() {
					return simulator.Fault{}
				}
				return plan(r)
			}
			scenario{server: simulator.Options{Faults: faults}, o: importer.Options{Attempts: 3}}.marking(t, markList(4, 0), func(t *testing.T, g *stage) {
				r := g.run()
				row := r.rows[0]
				if row.Reason != test.reason || row.ContactID == "" || row.Attempts != 1 {
					t.Errorf("got %+v, want %s after one creation", row.Outcome, test.reason)
				}
				if r.Requests.Mark != test.marks || r.Requests.Get != test.gets {
					t.Errorf("got %d marks and %d gets, want %d and %d", r.Requests.Mark, r.Requests.Get, test.marks, test.gets)
				}
				if test.updates {
					g.marked(r, 0)
				}
				over.Store(true)
				r = g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 5})
				g.marked(r, 0)
			})
		})
	}
}

// TestMarkInAnOutage: an outage while contacts are marked fails no row.
func TestMarkInAnOutage(t *testing.T) {
	down := simulator.During(5*time.Second, 3*time.Minute, simulator.Fault{Kind: simulator.Unavailable, On: simulator.OnCreate | simulator.OnLookup | simulator.OnList | simulator.OnUpdate | simulator.OnRetrieve})
	s := scenario{server: simulator.Options{Faults: down, Latency: steady(time.Second)}, o: importer.Options{Attempts: 2, Concurrency: 4}}
	s.marking(t, markList(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 10})
		g.marked(r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		if r.said("no answer since") != 1 {
			t.Errorf("got the notices %q, want the outage's", r.notices)
		}
	})
}

// TestMarkStopsForTheKey: an empty 403 to a mark is about the account, and stops the run.
func TestMarkStopsForTheKey(t *testing.T) {
	refused := only(number(0), simulator.Update, simulator.Fault{Kind: simulator.Bare, Status: http.StatusForbidden})
	scenario{server: simulator.Options{Faults: refused}}.marking(t, markList(5, 0), func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopAccount)
		if row := r.rows[0]; row.Reason != outcome.Unresolved || row.ContactID == "" {
			t.Errorf("got %+v, want it pending with its contact", row.Outcome)
		}
		if r.Counts.Failed > 0 {
			t.Errorf("got %+v, want no failed row", r.Counts)
		}
	})
}

// TestMarkOfAContactThatIsGone: it is created again, and marked.
func TestMarkOfAContactThatIsGone(t *testing.T) {
	for name, o := range map[string]importer.Options{"created": {}, "listed": {Existing: existingList}} {
		t.Run(name, func(t *testing.T) {
			var g *stage
			var gone atomic.Bool
			s := scenario{o: o, server: simulator.Options{Existing: numbers(2)[1:]}}
			s.server.Faults = func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Update && r.Phone == number(1) && !gone.Swap(true) {
					g.server.Delete("acct", "", r.Phone)
				}
				return simulator.Fault{}
			}
			s.o.Reading.OptOut = "mark"
			s.play(t, func(t *testing.T, stage *stage) {
				g = stage
				g.write(markList(0, 1, 0))
				result := g.runUnchecked(t)
				if result.Counts.Created != 2 {
					t.Errorf("got %+v, want both created, one of them again", result.Reasons)
				}
				g.marked(told{}, 0, 1)
				if got := g.server.Stats(); got.Restored != 1 {
					t.Errorf("got %d contacts that were created again, want 1", got.Restored)
				}
			})
		})
	}
}

// TestNoMarkInTheSandbox: a rehearsal marks nobody.
func TestNoMarkInTheSandbox(t *testing.T) {
	scenario{o: importer.Options{Sandbox: true}}.marking(t, markList(1, 0), func(t *testing.T, g *stage) {
		var plan importer.Plan
		g.o.Plan = func(p importer.Plan) { plan = p }
		r := g.run()
		r.complete(t)
		if r.Requests.Mark != 0 || r.Requests.Create != 2 || plan.Marks != 0 || plan.Requests != 2 {
			t.Errorf("got %+v, planned %d marks, %d requests", r.Requests, plan.Marks, plan.Requests)
		}
	})
}

// TestVerifyMarks: a contact that is not marked any more is a finding, and nothing else is.
func TestVerifyMarks(t *testing.T) {
	for name, pages := range map[string]int{"by the list": 0, "by look-ups": 1} {
		t.Run(name, func(t *testing.T) {
			s := scenario{server: simulator.Options{Existing: many(3000, pages*500), PageSizeMax: 10}}
			s.marking(t, markList(3, 0, 1, 2), func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				g.found(r.Job.ID, nil)
				g.unmark(number(1))
				g.found(r.Job.ID, map[int]string{3: "not marked as opted out"})
			})
		})
	}
}

// unmark is what somebody does in the dashboard.
func (g *stage) unmark(phone string) {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	id := g.server.Truth().ByPhone("acct", "")[phone].ID
	r, err := http.NewRequest(http.MethodPatch, "http://localhost/v3/contacts/"+id, strings.NewReader(`{"opt_out":false}`))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "key")
	answer, err := transport.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		g.t.Fatalf("unmark: %v, %v", answer, err)
	}
	answer.Body.Close()
}

// TestMarkIsNoEvidence: a contact that was there before is not taken for the work of a lost
// creation because another import, or a run of the same one, has marked it meanwhile.
func TestMarkIsNoEvidence(t *testing.T) {
	t.Run("another import", func(t *testing.T) {
		lost := onCreate(1, simulator.Fault{Kind: simulator.Reset, After: true})
		scenario{server: simulator.Options{Existing: numbers(1), NoReplays: true, Faults: lost}}.play(t, func(t *testing.T, g *stage) {
			g.write("phone\n" + number(0) + "\n" + number(7) + "\n")
			g.die(death{at: 2, executed: true}) // its creation is in doubt now
			other := *g
			other.file = filepath.Join(t.TempDir(), "others.csv")
			other.o.Input, other.o.Reading.OptOut = other.file, "mark"
			other.write(markList(5, 0))
			r := other.run()
			r.complete(t)
			g.marked(r, 0)
			r = g.run()
			r.complete(t)
			if row := r.rows[0]; row.Reason != outcome.AlreadyExists {
				t.Errorf("got %+v, want already_exists: it was marked, and not restored, while the creation was in doubt", row.Outcome)
			}
		})
	})
	t.Run("the same row", func(t *testing.T) {
		// The creation is lost, the look-up finds a contact from before; then the run dies
		// at the mark, which is carried out.
		lost := onCreate(1, simulator.Fault{Kind: simulator.Reset, After: true})
		s := scenario{server: simulator.Options{Existing: numbers(1), NoReplays: true, Faults: lost}}
		s.marking(t, markList(0, 0), func(t *testing.T, g *stage) {
			g.die(death{at: 5, executed: true})
			if got := g.asked(simulator.Update); len(got) != 1 {
				t.Fatalf("got %d marks, want the one at which the run died", len(got))
			}
			r := g.run()
			r.complete(t)
			g.marked(r, 0)
			r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 1})
		})
	})
}

// TestLostMarkOfAContactThatIsGone: a contact whose mark got no answer is deleted by somebody
// else and created again by this import: what is not known of the first mark says nothing
// about that.
func TestLostMarkOfAContactThatIsGone(t *testing.T) {
	afterALostMark(t, func(t *testing.T, g *stage) {
		g.server.Delete("acct", "", number(0))
	}, func(t *testing.T, g *stage) {
		result := g.runUnchecked(t)
		g.marked(told{}, 0)
		if result.Reasons[outcome.ReasonRecovered] != 1 {
			t.Errorf("got %v, want recovered: this import has created it twice", result.Reasons)
		}
	})
}

// afterALostMark stops an import of one number, whose mark was carried out and got no answer.
// Then something happens to the contact, and an hour later the next creation's answer is lost.
func afterALostMark(t *testing.T, happens, next func(t *testing.T, g *stage)) {
	t.Helper()
	later := false
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case !later && r.Operation == simulator.Update:
			return simulator.Fault{Kind: simulator.Hang, After: true}
		case later && r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Reset, After: true}
		}
		return simulator.Fault{}
	}
	s := scenario{server: simulator.Options{Faults: plan, NoReplays: true}, o: importer.Options{Attempts: 2, Drain: importer.NoDrain}}
	s.marking(t, markList(0, 0), func(t *testing.T, g *stage) {
		g.runUntil(interrupted(t, 3*time.Second)).stopped(t, importer.StopInterrupted)
		happens(t, g)
		time.Sleep(time.Hour)
		later = true
		next(t, g)
	})
}

// runUnchecked runs the import without the comparison with the server, for contacts that it
// creates more than once, as somebody else deletes them.
func (g *stage) runUnchecked(t *testing.T) *importer.Result {
	t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	t.Cleanup(closePipe)
	g.o.Transport = transport
	result, err := importer.Run(t.Context(), g.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = result.Close() })
	return result
}
