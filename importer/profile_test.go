package importer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/simulator"
)

const (
	berlin = "770e8400-e29b-41d4-a716-446655440001"
	paris  = "770e8400-e29b-41d4-a716-446655440002"
)

// profiled is an account with two profiles.
func profiled() simulator.Options {
	return simulator.Options{
		AccountName: "Acme", Profiles: []string{berlin, paris},
		ProfileNames: map[string]simulator.ProfileName{berlin: {Name: "Acme Berlin", Short: "BER"}, paris: {Name: "Acme Paris", Short: "PAR"}},
	}
}

// plans keeps the plans that the next runs tell.
func (g *stage) plans() *[]importer.Plan {
	plans := new([]importer.Plan)
	g.o.Plan = func(p importer.Plan) { *plans = append(*plans, p) }
	return plans
}

// A profile that is given by a name is the one that is given by its id: one job, and the
// plan says whose contacts they are.
func TestProfileByName(t *testing.T) {
	for _, tt := range []struct {
		name   string
		given  string
		inList bool // the names are in the list of profiles alone
		mes    int64
	}{
		{"name", "Acme Berlin", false, 1},
		{"short name", "BER", false, 1},
		{"name in the list of profiles", "Acme Berlin", true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := profiled()
			server.MeWithoutProfiles = tt.inList
			scenario{server: server, rows: 3, o: importer.Options{Profile: tt.given}}.play(t, func(t *testing.T, g *stage) {
				plans := g.plans()
				first := g.run()
				if n := len(g.server.Truth().ByPhone("acct", berlin)); n != 3 || first.Job.Profile != berlin {
					t.Errorf("got %d contacts in the profile, and the job's is %q", n, first.Job.Profile)
				}
				if n := g.server.Stats().Mes; n != tt.mes || first.Requests.Me != int(tt.mes) {
					t.Errorf("got %d requests for the account and its profiles, and %d are told; want %d", n, first.Requests.Me, tt.mes)
				}
				g.o.Profile = berlin
				second := g.run()
				if second.Job.ID != first.Job.ID || second.Counts.Created != 3 || g.server.Stats().Creates != 3 {
					t.Errorf("by its id: got job %s with %+v, want %s", second.Job.ID, second.Counts, first.Job.ID)
				}
				for i, p := range *plans {
					if p.Profile != (importer.ProfileInfo{ID: berlin, Name: "Acme Berlin"}) || p.Account != (importer.AccountInfo{ID: "acct", Name: "Acme", Type: "organization"}) {
						t.Errorf("plan %d: got %+v of %+v", i, p.Profile, p.Account)
					}
				}
			})
		})
	}
}

// By its id, too, the account is the organization; what a run has been told of the account,
// the next one knows.
func TestProfileByID(t *testing.T) {
	server := profiled()
	quota := simulator.OverQuota(3)
	quota.Until = 4
	server.Stops = []simulator.Stop{quota}
	scenario{server: server, rows: 3, o: importer.Options{Profile: paris}}.play(t, func(t *testing.T, g *stage) {
		plans := g.plans()
		first := g.run()
		first.stopped(t, importer.StopAccount)
		g.run()
		if n := g.server.Stats().Mes; n != 1 {
			t.Errorf("got %d questions about the account, want one", n)
		}
		for i, p := range *plans {
			if p.Profile.Name != "Acme Paris" || p.Account != (importer.AccountInfo{ID: "acct"}) {
				t.Errorf("plan %d: got %+v of %+v", i, p.Profile, p.Account)
			}
		}
		g.o.Profile, g.o.Key = "PAR", "another-key"
		if byName := g.run(); byName.Job.ID != first.Job.ID || byName.Counts.Created != 3 {
			t.Errorf("by its name: got job %s, want %s", byName.Job.ID, first.Job.ID)
		}
	})
}

// Older versions took the profile for the account where the API answered for the
// profile. Such a job is found with another key as well.
func TestJobOfTheProfileItself(t *testing.T) {
	older := profiled()
	older.MeData = `{"id":"` + paris + `","type":"profile","name":"Acme Paris"}`
	scenario{server: older, rows: 3, o: importer.Options{Profile: paris}}.play(t, func(t *testing.T, g *stage) {
		before := g.run()
		newer := simulator.New(profiled())
		defer newer.Close()
		o := g.o
		o.Key = "another-key"
		transport, closePipe := simulator.Pipe(newer)
		o.Transport = transport
		defer closePipe()
		r, err := importer.Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Job.ID != before.Job.ID || r.Counts.Created != 3 || newer.Stats().Creates > 0 {
			t.Errorf("got job %s with %+v, want %s", r.Job.ID, r.Counts, before.Job.ID)
		}
	})
}

// A name that fits no profile, or two, is an error that lists them; nothing is planned.
func TestProfileNameFitsNone(t *testing.T) {
	server := profiled()
	server.ProfileNames[paris] = simulator.ProfileName{Name: "Acme Paris", Short: "Acme Berlin"}
	for name, fitting := range map[string]int{"Acme": 0, "acme berlin": 0, "Acme Berlin": 2} {
		scenario{server: server, rows: 3, o: importer.Options{Profile: name}}.play(t, func(t *testing.T, g *stage) {
			r := g.runUntil(context.Background())
			var unfit *importer.ProfileError
			if !errors.As(r.err, &unfit) || unfit.Fitting != fitting || unfit.Unanswered || !strings.Contains(r.err.Error(), berlin+"  Acme Berlin (BER)") {
				t.Errorf("%s: got %v, want an error that lists the profiles", name, r.err)
			}
			g.leftNothing(t)
		})
	}
}

// leftNothing fails the test if there is a job, or a contact.
func (g *stage) leftNothing(t *testing.T) {
	t.Helper()
	jobs, err := importer.Jobs(g.o.State)
	if n := g.server.Stats().Creates; err != nil || len(jobs) > 0 || n > 0 {
		t.Errorf("got %d jobs, %d creations, %v, want none", len(jobs), n, err)
	}
}

// Where the API tells no names, or does not answer, a name can't be found.
func TestProfileNamesAreNotTold(t *testing.T) {
	scenario{server: simulator.Options{MeStatus: 404}, rows: 3, o: importer.Options{Profile: "Acme Berlin"}}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(context.Background())
		if r.err == nil || !strings.Contains(r.err.Error(), "give the profile's id") {
			t.Errorf("got %v", r.err)
		}
		g.leftNothing(t)
	})
	revoked := profiled()
	revoked.Stops = []simulator.Stop{simulator.Revoked(1)}
	scenario{server: revoked, rows: 3, o: importer.Options{Profile: "Acme Berlin"}}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(context.Background())
		var stop *importer.Stop
		if !errors.As(r.err, &stop) || stop.Cause != importer.StopAccount || !stop.AtStart {
			t.Errorf("got %v, want a stop for the account", r.err)
		}
		if n := g.server.Stats().Mes; n != 1 {
			t.Errorf("a refused key was asked for %d times", n)
		}
	})
	scenario{server: profiled(), rows: 3, o: importer.Options{Profile: "Acme Berlin"}}.play(t, func(t *testing.T, g *stage) {
		g.server.BeginOutage()
		r := g.runUntil(context.Background())
		var stop *importer.Stop
		if !errors.As(r.err, &stop) || stop.Cause != importer.StopOutage {
			t.Errorf("got %v, want a stop for the outage", r.err)
		}
		g.server.EndOutage()
		if again := g.run(); again.Counts.Created != 3 {
			t.Errorf("after the outage: got %+v", again.Counts)
		}
	})
}

// A run for another account than the expected one stops before anything is sent, and so
// does one of which the API tells no account.
func TestExpectAccount(t *testing.T) {
	for _, tt := range []struct {
		name            string
		server          simulator.Options
		profile, expect string
		fits            bool
	}{
		{"its name", profiled(), "", "Acme", true},
		{"its id", profiled(), "", "acct", true},
		{"another", profiled(), "", "Globex", false},
		{"not told", simulator.Options{MeStatus: 404}, "", "Acme", false},
		{"no name told", simulator.Options{MeData: `{"id":"acct"}`}, "", "Acme", false},
		{"its name, within a profile", profiled(), paris, "Acme", true},
		{"its id, within a profile", profiled(), paris, "acct", true},
		{"another, within a profile", profiled(), paris, "Globex", false},
		{"its name, within a profile by name", profiled(), "PAR", "Acme", true},
		{"the profile is no account", profiled(), paris, "Acme Paris", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := importer.Options{Profile: tt.profile, ExpectAccount: tt.expect}
			scenario{server: tt.server, rows: 3, o: o}.play(t, func(t *testing.T, g *stage) {
				for range 2 { // the second run knows the account from the first one
					r := g.run()
					if tt.fits {
						if r.Stopped != nil || r.Counts.Created != 3 {
							t.Errorf("got %+v, %v", r.Counts, r.Stopped)
						}
						continue
					}
					r.stopped(t, importer.StopOther, "Nothing was sent")
					if n := g.server.Stats().Creates; n > 0 || !r.Stopped.AtStart || r.Counts.Pending != 3 {
						t.Errorf("got %d creations, %+v", n, r.Counts)
					}
				}
			})
		})
	}
}
