package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/simulator"
)

// verify runs the checker over the job.
func (g *stage) verify(ctx context.Context, job string) (*importer.Verification, error) {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	o := g.o
	o.Transport = transport
	return importer.Verify(ctx, job, o)
}

// found runs the checker and fails the test unless the problems, line by line,
// are these.
func (g *stage) found(job string, problems map[int]string) *importer.Verification {
	g.t.Helper()
	v, err := g.verify(g.t.Context(), job)
	if err != nil {
		g.t.Fatalf("verify: %v", err)
	}
	if v.Stopped != nil {
		g.t.Errorf("verify stopped: %s", v.Stopped.Message)
	}
	if len(v.Differences) != len(problems) {
		g.t.Errorf("got the differences %v, want %v", v.Differences, problems)
	}
	for _, d := range v.Differences {
		if want, ok := problems[d.Line]; !ok || !strings.Contains(d.Problem, want) {
			g.t.Errorf("line %d: got %q, want %q", d.Line, d.Problem, want)
		}
	}
	return v
}

func TestVerify(t *testing.T) {
	const rows = 30
	for _, test := range []struct {
		name     string
		server   simulator.Options
		meddle   func(*stage) // between the run and the check
		problems map[int]string
	}{
		{"all there", simulator.Options{}, func(*stage) {}, nil},
		{"all there, look-ups with the contact alone", simulator.Options{LookupSingle: true}, func(*stage) {}, nil},
		{"deleted", simulator.Options{}, func(g *stage) { g.server.Delete("acct", "", number(4)) },
			map[int]string{6: "no such contact"}},
		{"a duplicate deleted", simulator.Options{Existing: []string{number(4)}}, func(g *stage) { g.server.Delete("acct", "", number(4)) },
			map[int]string{6: "no such contact"}},
		{"deleted and made anew by somebody", simulator.Options{}, func(g *stage) {
			g.server.Delete("acct", "", number(4))
			g.server.Insert("acct", "", number(4), time.Now())
		}, nil}, // a restored contact keeps its id
		{"many others", simulator.Options{}, func(g *stage) {
			for i := range 5000 {
				g.server.Insert("acct", "", number(1000+i), time.Now())
			}
			g.server.Delete("acct", "", number(4))
		}, map[int]string{6: "no such contact"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: test.server, rows: rows}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				test.meddle(g)
				before := g.server.Stats()
				v := g.found(r.Job.ID, test.problems)
				if v.Checked != rows {
					t.Errorf("got %d rows checked, want %d", v.Checked, rows)
				}
				after := g.server.Stats()
				got := importer.Requests{Lookup: int(after.Lookups - before.Lookups), List: int(after.Lists - before.Lists)}
				if v.Requests != got {
					t.Errorf("the check counts %+v, the server %+v", v.Requests, got)
				}
				if after.Creates != before.Creates {
					t.Error("the check created something")
				}
			})
		})
	}
}

// The list is paged through where that costs fewer requests than looking up, and
// not where the account holds many others.
func TestVerifyTakesTheCheaperWay(t *testing.T) {
	for _, test := range []struct {
		others  int
		pageMax int
		want    importer.Requests
	}{
		{0, 0, importer.Requests{List: 1}},
		{500, 0, importer.Requests{List: 6}},
		{5000, 0, importer.Requests{List: 1, Lookup: 30}},
		{0, 10, importer.Requests{List: 8}},               // 100, 50, 25, 12 refused, then 6 a page: 5 of them
		{500, 10, importer.Requests{List: 5, Lookup: 30}}, // 100, 50, 25, 12 refused, and 6 a page are too many
	} {
		t.Run(fmt.Sprintf("others=%d/max=%d", test.others, test.pageMax), func(t *testing.T) {
			var others []string
			for i := range test.others {
				others = append(others, number(1000+i))
			}
			server := simulator.Options{Existing: others, PageSizeMax: test.pageMax}
			scenario{server: server, rows: 30}.play(t, func(t *testing.T, g *stage) {
				v := g.found(g.run().Job.ID, nil)
				if v.Requests.Lookup != test.want.Lookup || v.Requests.List > test.want.List+1 {
					t.Errorf("got %+v, want about %+v", v.Requests, test.want)
				}
			})
		})
	}
}

// Without a usable list every number is looked up.
func TestVerifyWithoutAList(t *testing.T) {
	for _, fault := range []simulator.Fault{
		{Kind: simulator.Failure, Status: 404, Code: "RESOURCE_001", On: simulator.OnList},
		{Kind: simulator.Failure, Status: 400, Code: "VALIDATION_005", On: simulator.OnList},
	} {
		for _, from := range []int{1, 3} {
			plan := func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.List && r.Attempt >= from {
					return fault
				}
				return simulator.Fault{}
			}
			scenario{server: simulator.Options{Faults: plan, Existing: numbers(250)}, rows: 250}.play(t, func(t *testing.T, g *stage) {
				v := g.found(g.run().Job.ID, nil)
				if v.Requests.Lookup == 0 {
					t.Errorf("got %+v, want look-ups", v.Requests)
				}
			})
		}
	}
}

// The contact is there, and is another one.
func TestVerifyOtherID(t *testing.T) {
	scenario{rows: 5}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		g.server = simulator.New(simulator.Options{Seed: 99, Unlimited: true, Existing: numbers(5)})
		problems := make(map[int]string)
		for line := 2; line <= 6; line++ {
			problems[line] = "with the id"
		}
		g.found(job, problems)
	})
}

// What the import created is there only as a contact of the organization: that is said. A
// duplicate may be one.
func TestVerifyInherited(t *testing.T) {
	scenario{server: simulator.Options{Inherited: []string{number(1)}}, rows: 5}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		g.server = simulator.New(simulator.Options{Seed: 1, Unlimited: true, Existing: numbers(5)[2:], Inherited: numbers(2)})
		g.found(job, map[int]string{2: "only as an inherited contact"})
	})
}

// A few look-ups without an answer are asked again, since that may be bad luck. After that
// each number is asked about in one round.
func TestVerifyManyWithoutAnAnswer(t *testing.T) {
	const rows, twice = 6, 3 // numbers that are asked about in two rounds
	calm := true
	plan := func(r simulator.Request) simulator.Fault {
		if !calm && r.Operation == simulator.Lookup {
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}
	server := simulator.Options{Faults: plan, Existing: numbers(1000)[100:]} // too many for the list to pay
	scenario{server: server, rows: rows}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		calm = false
		problems := make(map[int]string)
		for line := 2; line < 2+rows; line++ {
			problems[line] = "could not be checked"
		}
		if v := g.found(job, problems); v.Requests.Lookup != maxLookups*(rows+twice) {
			t.Errorf("got %d look-ups, want %d", v.Requests.Lookup, maxLookups*(rows+twice))
		}
	})
}

func TestVerifyWrongKey(t *testing.T) {
	server := simulator.Options{Keys: map[string]simulator.Account{"key": {}, "foreign": {ID: "other"}, "second": {}}}
	scenario{server: server, rows: 5}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		g.o.Key = "second"
		g.found(job, nil)
		g.o.Key = "foreign"
		if _, err := g.verify(t.Context(), job); !errors.Is(err, importer.ErrWrongKey) {
			t.Errorf("got %v, want %v", err, importer.ErrWrongKey)
		}
		g.o.Key = "refused"
		v, err := g.verify(t.Context(), job)
		if err != nil || v.Stopped == nil || v.Stopped.Cause != importer.StopAccount {
			t.Errorf("got %+v, %v, want a stop for the account", v, err)
		}
		if _, err := g.verify(t.Context(), "0000000000"); !errors.Is(err, importer.ErrNoJob) {
			t.Errorf("got %v, want %v", err, importer.ErrNoJob)
		}
	})
}

// Faults during the check make no differences.
func TestVerifyUnderFaults(t *testing.T) {
	rates := make(map[simulator.Fault]float64)
	for _, f := range lostAnswers() {
		if f.On = simulator.OnLookup | simulator.OnList; f.Kind != simulator.Slow && f.Kind != simulator.Late {
			rates[f] = 0.015
		}
	}
	rates[simulator.Fault{Kind: simulator.TooMany, On: simulator.OnLookup | simulator.OnList}] = 0.1
	var others []string
	for i := range 3000 {
		others = append(others, number(1000+i))
	}
	for _, existing := range [][]string{nil, others} {
		server := simulator.Options{Existing: existing, Faults: simulator.Random(3, rates), PageSizeMax: 10}
		scenario{server: server, rows: 60}.play(t, func(t *testing.T, g *stage) {
			g.found(g.run().Job.ID, nil)
		})
	}
}

// An outage stops the check, and so do a refusal and an interruption: what was
// checked until then is not taken for more.
func TestVerifyWithoutAnswers(t *testing.T) {
	scenario{rows: 5}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		stopped := func(when string, v *importer.Verification, err error, cause importer.StopCause, checked int) {
			t.Helper()
			if err != nil || v.Stopped == nil || v.Stopped.Cause != cause || v.Checked != checked || v.Rows != 5 || len(v.Differences) > 0 {
				t.Errorf("%s: got %+v, %v, want the stop %s after %d of 5", when, v, err, cause, checked)
			}
		}
		g.server.BeginOutage()
		v, err := g.verify(t.Context(), job)
		stopped("in an outage", v, err, importer.StopOutage, 0)
		g.server.EndOutage()
		ended, end := context.WithCancel(t.Context())
		end()
		v, err = g.verify(ended, job)
		stopped("interrupted", v, err, importer.StopInterrupted, 0)
		g.server = simulator.New(simulator.Options{Seed: 99, Unlimited: true, Existing: numbers(1000),
			Stops: []simulator.Stop{{From: 4, Status: http.StatusForbidden}}})
		v, err = g.verify(t.Context(), job)
		if err != nil || v.Stopped == nil || v.Checked != 2 || v.Rows != 5 || len(v.Differences) != 2 {
			t.Errorf("refused: got %+v, %v, want a stop after 2 of 5, with other ids", v, err)
		}
	})
}

// A look-up that alone gets no answer is said, and stops nothing; nor does an
// outage that ends.
func TestVerifyOneWithoutAnAnswer(t *testing.T) {
	calm := true
	plan := func(r simulator.Request) simulator.Fault {
		if !calm && r.Operation == simulator.Lookup && (r.Phone == number(1) || r.Since > time.Hour && r.Since < time.Hour+5*time.Minute) {
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}
	server := simulator.Options{Faults: plan, Existing: numbers(1000)[100:]} // too many for the list to pay
	scenario{server: server, rows: 5}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		calm = false
		for range 2 {
			v := g.found(job, map[int]string{3: "could not be checked"})
			if v.Checked != 5 || v.Requests.Lookup < 4+2*maxLookups {
				t.Errorf("got %+v, want all five asked about", v)
			}
			<-time.After(time.Hour - time.Minute)
		}
	})
}

// A rehearsal has created nothing that could be checked, and costs nothing.
func TestVerifyRehearsal(t *testing.T) {
	scenario{rows: 2, o: importer.Options{Sandbox: true}}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		before := g.server.Stats().Requests
		var usage *importer.UsageError
		if _, err := g.verify(t.Context(), job); !errors.As(err, &usage) {
			t.Errorf("got %v, want a usage error", err)
		}
		if spent := g.server.Stats().Requests - before; spent != 0 {
			t.Errorf("spent %d requests", spent)
		}
	})
}

// A job without settled rows has nothing to check.
func TestVerifyNothing(t *testing.T) {
	server := simulator.Options{Stops: []simulator.Stop{{From: 2, Status: http.StatusForbidden}}}
	scenario{server: server, rows: 2}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopAccount)
		g.server.SetStops()
		if v := g.found(r.Job.ID, nil); v.Checked != 0 || v.Requests != (importer.Requests{}) {
			t.Errorf("got %+v, want nothing", v)
		}
	})
}
