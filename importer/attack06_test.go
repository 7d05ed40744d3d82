package importer_test

import (
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// refusalsOfReads are refusals of reads that say nothing of creations: the API's
// own, with a body or without, and a firewall's.
func refusalsOfReads() []simulator.Fault {
	return []simulator.Fault{
		{Kind: simulator.Failure, Status: 403, Code: "AUTH_004"},
		{Kind: simulator.Bare, Status: 403},
		{Kind: simulator.Page, Status: 403},
	}
}

// oddMe are answers to GET /v3/me that are not the account, and no refusal of
// the key.
func oddMe() []simulator.Fault {
	return append(refusalsOfReads(),
		simulator.Fault{Kind: simulator.Failure, Status: 403, Code: "BUSINESS_014"},
		simulator.Fault{Kind: simulator.Failure, Status: 422, Code: "BUSINESS_003"},
		simulator.Fault{Kind: simulator.Internal}, simulator.Fault{Kind: simulator.Unavailable}, simulator.Fault{Kind: simulator.Timeout504},
		simulator.Fault{Kind: simulator.Page}, simulator.Fault{Kind: simulator.Page, Status: 404}, simulator.Fault{Kind: simulator.Page, Status: 401},
		simulator.Fault{Kind: simulator.Foreign}, simulator.Fault{Kind: simulator.Empty}, simulator.Fault{Kind: simulator.Cut},
		simulator.Fault{Kind: simulator.Reset}, simulator.Fault{Kind: simulator.Hang},
	)
}

// Whatever GET /v3/me answers but a 401, creations decide: the import starts, the
// same command finds its job again, and so it does once the account is told.
func TestAttack06MeDoesNotStopCreations(t *testing.T) {
	const rows = 20
	for _, fault := range oddMe() {
		t.Run(fault.String(), func(t *testing.T) {
			told := false
			plan := func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Me && !told {
					return fault
				}
				return simulator.Fault{}
			}
			s := scenario{server: simulator.Options{Faults: plan}, rows: rows, o: importer.Options{Concurrency: 4}}
			s.play(t, func(t *testing.T, g *stage) {
				g.o.MaxFailed = importer.Limit{Set: true}
				first := g.runUntil(interrupted(t, time.Nanosecond)) // the run is recorded, and its job
				r := g.run()
				r.complete(t)
				if r.Counts.Created != rows || r.Requests.Create != rows {
					t.Errorf("got %+v, %+v", r.Counts, r.Requests)
				}
				if most := 2 * briefTries; r.Requests.Me > most {
					t.Errorf("asked %d times for the account, want %d at most", r.Requests.Me, most)
				}
				if most := g.o.Timeout + 10*time.Second; r.took > most {
					t.Errorf("took %v, want %v at most", r.took, most)
				}
				if r.said("no answer since") > 0 {
					t.Errorf("taken for an outage: %q", r.notices)
				}
				_ = first
				told = true
				g.write("phone\n" + number(50) + "\n") // another file, which learns the account
				other := g.run()
				other.complete(t)
				file := "phone\n"
				for i := range rows {
					file += number(i) + "\n"
				}
				g.write(file)
				again := g.run()
				again.complete(t)
				if again.Job.ID != r.Job.ID || again.ThisRun.Requests.Total() != 0 {
					t.Errorf("got job %s for %+v, want %s for nothing", again.Job.ID, again.ThisRun.Requests, r.Job.ID)
				}
			})
		})
	}
}

// A job that was begun while the account was not told keeps its keys, when the
// account is told in the middle of it.
func TestAttack06JobKeepsItsKeys(t *testing.T) {
	told := false
	server := simulator.Options{Latency: func(simulator.Request) time.Duration { return time.Second }, Faults: func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Me && !told {
			return simulator.Fault{Kind: simulator.Unavailable}
		}
		return simulator.Fault{}
	}}
	scenario{server: server, rows: 20}.play(t, func(t *testing.T, g *stage) {
		first := g.runUntil(interrupted(t, 10*time.Second))
		first.stopped(t, importer.StopInterrupted)
		if first.Counts.Created == 0 || first.Counts.Pending == 0 {
			t.Fatalf("got %+v, want some created and some pending", first.Counts)
		}
		told = true
		r := g.run()
		r.complete(t)
		if r.Job.ID != first.Job.ID {
			t.Errorf("got job %s, want %s", r.Job.ID, first.Job.ID)
		}
		verified := g.verified(t)
		if verified.Checked != 20 || len(verified.Differences) > 0 {
			t.Errorf("got %+v", verified)
		}
		if r = g.run(); r.ThisRun.Requests.Total() != 0 {
			t.Errorf("a finished job cost %+v", r.ThisRun.Requests)
		}
	})
}

// A 401 is the key, and so is a refusal of creations: few requests are spent.
func TestAttack06KeyIsRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		faults   simulator.FaultPlan
		requests int64
	}{
		{"empty", on(simulator.Me, -1, simulator.Fault{Kind: simulator.Bare, Status: 401}), 1},
		{"enveloped", on(simulator.Me, -1, simulator.Fault{Kind: simulator.Failure, Status: 401, Code: "AUTH_002"}), 1},
		{"enveloped, another code", on(simulator.Me, -1, simulator.Fault{Kind: simulator.Failure, Status: 401, Code: "AUTH_005"}), 1},
		{"403 on all", everywhere(simulator.Fault{Kind: simulator.Bare, Status: 403}), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scenario{server: simulator.Options{Faults: c.faults}, rows: 100, o: importer.Options{Concurrency: 8, Existing: existingList}}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.stopped(t, importer.StopAccount)
				if n := g.server.Stats().Requests; n != c.requests || !r.Stopped.AtStart || r.Counts.Failed > 0 {
					t.Errorf("got %d requests, at the start %t, %+v, want %d", n, r.Stopped.AtStart, r.Counts, c.requests)
				}
			})
		})
	}
}

// everywhere hits every request.
func everywhere(f simulator.Fault) simulator.FaultPlan {
	return func(simulator.Request) simulator.Fault { return f }
}

// A real outage at the start is one: it is said and probed, the run goes on when
// it is over, and reads the list all the same.
func TestAttack06OutageAtTheStart(t *testing.T) {
	for _, fault := range []simulator.Fault{{Kind: simulator.Unavailable}, {Kind: simulator.Hang}, {Kind: simulator.Page, Status: 403}} {
		t.Run(fault.String(), func(t *testing.T) {
			const lasts = 8 * time.Minute
			server := simulator.Options{Existing: numbers(900), Faults: func(r simulator.Request) simulator.Fault {
				if r.Since < lasts {
					return fault
				}
				return simulator.Fault{}
			}}
			s := scenario{server: server, rows: 1000, o: importer.Options{Existing: existingAuto, Concurrency: 8}}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 900, outcome.ReasonCreated: 100})
				if r.said("no answer since") != 1 || r.took > lasts+2*time.Minute {
					t.Errorf("took %v, said %q", r.took, r.notices)
				}
				if r.Requests.Create > 170 || r.Requests.List > 50 {
					t.Errorf("got %+v, want the list to be read", r.Requests)
				}
				if hit := g.server.Truth().Requests; hit[0].Operation != simulator.Me {
					t.Errorf("began with %s", hit[0].Operation)
				}
			})
		})
	}
}

// verify does without the account and the list as well.
func TestAttack06VerifyWithoutMeAndList(t *testing.T) {
	for _, fault := range oddMe() {
		if fault.Status == 422 {
			continue // of creations only
		}
		t.Run(fault.String(), func(t *testing.T) {
			refused := false
			plan := func(r simulator.Request) simulator.Fault {
				if refused && (r.Operation == simulator.Me || r.Operation == simulator.List) {
					return fault
				}
				return simulator.Fault{}
			}
			scenario{server: simulator.Options{Faults: plan}, rows: 5}.play(t, func(t *testing.T, g *stage) {
				g.run().complete(t)
				refused = true
				v := g.verified(t)
				if v.Stopped != nil || v.Checked != 5 || len(v.Differences) > 0 {
					t.Errorf("got %+v", v)
				}
			})
		})
	}
}

// verified verifies the stage's newest job.
func (g *stage) verified(t *testing.T) *importer.Verification {
	t.Helper()
	l, job := g.onDisk()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	o := g.o
	o.Transport = transport
	v, err := importer.Verify(t.Context(), job.ID, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A run that was killed at its first creation, while the account was not told, has begun:
// its keys are kept when the account is told.
func TestAttack06KilledAtTheFirstCreation(t *testing.T) {
	told := false
	plan := func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Me && !told {
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}
	scenario{server: simulator.Options{Faults: plan}, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.die(death{at: briefTries + 1, executed: true})
		told = true
		time.Sleep(time.Minute) // virtual
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.ReasonRecovered: 1})
		if under := g.server.Truth().OfKey(r.rows[0].Key); len(under) != 2 {
			t.Errorf("the first number was asked for %d times under its key, want 2: by each run", len(under))
		}
	})
}
