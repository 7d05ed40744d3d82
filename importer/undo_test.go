package importer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// undone is what an undo has told.
type undone struct {
	*importer.Result // closed; nil if there was an error
	err              error
	rows             []outcome.UndoRow
	plan             *importer.UndoPlan // nil: nobody was asked
}

// undo undoes a job once, until it ends or ctx does.
func (g *stage) undo(ctx context.Context, job string, u importer.UndoOptions) undone {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	return g.undoOver(ctx, job, u, transport)
}

func (g *stage) undoOver(ctx context.Context, job string, u importer.UndoOptions, transport http.RoundTripper) (d undone) {
	g.t.Helper()
	o := g.o
	o.Transport = transport
	if u.Confirm == nil {
		u.Confirm = func(p importer.UndoPlan) error { d.plan = &p; return nil }
	}
	d.Result, d.err = importer.Undo(ctx, job, o, u)
	if d.err != nil {
		return d
	}
	for row, err := range d.UndoRows() {
		if err != nil {
			g.t.Fatalf("rows: %v", err)
		}
		d.rows = append(d.rows, row)
	}
	if err := d.Close(); err != nil {
		g.t.Errorf("close: %v", err)
	}
	if d.Job.ID == g.newestJob() { // else its contacts may have been created anew
		g.agreesUndone(d)
	}
	return d
}

// agreesUndone holds what an undo says of each contact against the server.
func (g *stage) agreesUndone(d undone) {
	g.t.Helper()
	holds := g.server.Truth().ByPhone("acct", g.o.Profile)
	var counts outcome.UndoCounts
	for _, row := range d.rows {
		counts.Add(row.Result)
		c, there := holds[row.Phone]
		there = there && c.ID == row.ContactID
		gone := row.Result == outcome.UndoDeleted || row.Result == outcome.UndoGone
		if kept := row.Result == outcome.UndoChanged; gone && there || kept && !there {
			g.t.Errorf("line %d is %s, and the server has it: %t", row.Line, row.Result, there)
		}
	}
	if d.Undo != nil && d.Undo.Counts != counts {
		g.t.Errorf("got the counts %+v, want those of the rows, %+v", d.Undo.Counts, counts)
	}
}

// complete fails the test unless the undo has come to its end with these results.
func (d undone) complete(t *testing.T, want outcome.UndoCounts) {
	t.Helper()
	if d.err != nil {
		t.Fatalf("undo: %v", d.err)
	}
	want.Contacts = want.Deleted + want.AlreadyGone + want.Changed + want.Failed
	if d.Stopped != nil || d.Undo == nil || d.Undo.Finished.IsZero() || d.Undo.Counts != want {
		t.Fatalf("got %+v, %v, want %+v", d.Undo, d.Stopped, want)
	}
}

// holdsOnly fails the test unless the account holds these numbers and no others.
func (g *stage) holdsOnly(phones ...string) {
	g.t.Helper()
	got := slices.Sorted(maps.Keys(g.server.Truth().ByPhone("acct", g.o.Profile)))
	slices.Sort(phones)
	if !slices.Equal(got, phones) {
		g.t.Errorf("the account holds %v, want %v", got, phones)
	}
}

// TestUndo: what an import has created is gone, and what was there before stays.
func TestUndo(t *testing.T) {
	for _, test := range []struct {
		name        string
		changed     string
		gets, plans int
	}{{"keep", "", 8, 16}, {"delete", "delete", 0, 8}} {
		t.Run(test.name, func(t *testing.T) {
			s := scenario{server: simulator.Options{Existing: []string{number(2), "+14155560001"}, Deleted: numbers(2)}, rows: 9}
			s.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				time.Sleep(time.Hour)
				d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{Changed: test.changed})
				d.complete(t, outcome.UndoCounts{Deleted: 8})
				g.holdsOnly(number(2), "+14155560001")
				g.economical(told{Result: d.Result})
				if q := d.ThisRun.Requests; q.Delete != 8 || q.Get != test.gets || q.Total() != 8+test.gets {
					t.Errorf("it cost %+v", q)
				}
				if d.plan.Contacts != 8 || d.plan.InDoubt != 0 || d.plan.Requests != test.plans || d.plan.Account.ID != "acct" || d.plan.Before != (outcome.UndoCounts{}) {
					t.Errorf("got the plan %+v", d.plan)
				}
				if want := r.Finished.Add(24 * time.Hour); !d.plan.Remembered.Equal(want) {
					t.Errorf("the API remembers until %v, want %v", d.plan.Remembered, want)
				}
				again := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{Changed: test.changed})
				again.complete(t, outcome.UndoCounts{Deleted: 8})
				if again.plan != nil || again.Requests != d.Requests {
					t.Errorf("a finished undo asked %+v and cost %+v", again.plan, again.ThisRun.Requests)
				}
			})
		})
	}
}

// TestUndoAndImportAgain: the file of an undone job is a new generation, with keys of its
// own, whose contacts are created, and can be undone.
func TestUndoAndImportAgain(t *testing.T) {
	scenario{rows: 5}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		g.undo(t.Context(), first.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 5})
		second := g.run()
		second.complete(t)
		second.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 5})
		if second.Job.ID != first.Job.ID+"-2" || second.said("was undone on") != 1 {
			t.Errorf("got job %s and %q", second.Job.ID, second.notices)
		}
		g.holdsOnly(numbers(5)...)
		if third := g.run(); third.Job.ID != second.Job.ID || third.ThisRun.Requests.Total() != 0 {
			t.Errorf("the same again is job %s and cost %+v", third.Job.ID, third.ThisRun.Requests)
		}
		d := g.undo(t.Context(), first.Job.ID, importer.UndoOptions{Changed: "delete"})
		d.complete(t, outcome.UndoCounts{Deleted: 5})
		g.holdsOnly(numbers(5)...) // they are the second generation's now
	})
}

// TestUndoOfAnotherJobOfTheFile: a job that has found in the account what another job of the
// same file had created, and that was undone since, is no proof of anything: the file is
// imported anew.
func TestUndoOfAnotherJobOfTheFile(t *testing.T) {
	for name, other := range map[string]func(*stage){
		"a generation":    func(g *stage) { g.o.Fresh = true },
		"another reading": func(g *stage) { g.o.Reading.Types = "fixed_line_or_mobile" },
	} {
		t.Run(name, func(t *testing.T) {
			scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
				first := g.run()
				time.Sleep(time.Minute)
				other(g)
				g.run().want(t, map[outcome.Reason]int{outcome.AlreadyExists: 3})
				g.o.Fresh = false
				time.Sleep(time.Minute)
				g.undo(t.Context(), first.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3})
				g.holdsOnly()
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
				g.holdsOnly(numbers(3)...)
				again := g.run()
				if again.Job.ID != r.Job.ID || again.ThisRun.Requests.Total() != 0 {
					t.Errorf("the same again is job %s after %s, and cost %+v", again.Job.ID, r.Job.ID, again.ThisRun.Requests)
				}
				time.Sleep(time.Minute)
				g.undo(t.Context(), first.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3})
				if again := g.run(); again.Job.ID != r.Job.ID {
					t.Errorf("after the same undo, which had nothing to do, the file is job %s, want %s", again.Job.ID, r.Job.ID)
				}
			})
		})
	}
}

// TestRunWaitsForTheUndoOfAnotherReading: what an undo is about to delete is no duplicate, in
// whatever way the file is read. A rehearsal, and another file, are no business of it.
func TestRunWaitsForTheUndoOfAnotherReading(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		g.dieIn(death{at: 2}, func(ctx context.Context, o importer.Options) (*importer.Result, error) {
			return importer.Undo(ctx, first.Job.ID, o, importer.UndoOptions{})
		})
		g.o.Reading.Types = "fixed_line_or_mobile"
		if refused := g.runUntil(t.Context()); refused.err == nil || !strings.Contains(refused.err.Error(), "sent-import undo "+first.Job.ID) {
			t.Errorf("another reading of the file: got %v", refused.err)
		}
		g.o.Sandbox = true
		g.run().complete(t)
		g.o.Sandbox = false
		g.undo(t.Context(), first.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3})
		g.run().want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
	})
}

// TestUndoKeepsWhatChanged: whoever has changed a contact since, or has made it anew, does
// not lose it, unless the user says so.
func TestUndoKeepsWhatChanged(t *testing.T) {
	for _, test := range []struct {
		name   string
		server simulator.Options
		meddle func(g *stage)
		want   outcome.UndoResult
	}{
		{"nobody", simulator.Options{}, func(*stage) {}, outcome.UndoDeleted},
		{"nobody, restored", simulator.Options{Deleted: numbers(1)}, func(*stage) {}, outcome.UndoDeleted},
		{"nobody, dates in seconds", simulator.Options{ContactsLayout: "2006-01-02T15:04:05Z"}, func(*stage) {}, outcome.UndoDeleted},
		{"nobody, other clock", simulator.Options{ContactsOffset: -3 * time.Hour, ClockOffset: time.Hour}, func(*stage) {}, outcome.UndoDeleted},
		{"changed", simulator.Options{}, func(g *stage) { g.server.Touch("acct", "", number(0)) }, outcome.UndoChanged},
		{"changed, restored", simulator.Options{Deleted: numbers(1)}, func(g *stage) { g.server.Touch("acct", "", number(0)) }, outcome.UndoChanged},
		{"changed, other clock", simulator.Options{ContactsOffset: -3 * time.Hour}, func(g *stage) { g.server.Touch("acct", "", number(0)) }, outcome.UndoChanged},
		{"deleted", simulator.Options{}, func(g *stage) { g.server.Delete("acct", "", number(0)) }, outcome.UndoGone},
		{"made anew", simulator.Options{}, func(g *stage) {
			g.server.Delete("acct", "", number(0))
			g.server.Insert("acct", "", number(0), time.Now())
		}, outcome.UndoChanged},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: test.server, rows: 3}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				time.Sleep(time.Minute)
				test.meddle(g)
				d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
				want := outcome.UndoCounts{Deleted: 2}
				switch test.want {
				case outcome.UndoDeleted:
					want.Deleted++
				case outcome.UndoChanged:
					want.Changed++
				case outcome.UndoGone:
					want.AlreadyGone++
				}
				d.complete(t, want)
				if d.rows[0].Result != test.want || (test.want == outcome.UndoChanged) != strings.HasPrefix(d.rows[0].Message, "kept: ") {
					t.Errorf("got %+v, want %s", d.rows[0], test.want)
				}
				if test.want == outcome.UndoChanged {
					g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, want)
					g.undo(t.Context(), r.Job.ID, importer.UndoOptions{Changed: "delete"}).complete(t, outcome.UndoCounts{Deleted: 3})
					g.holdsOnly()
				}
			})
		})
	}
}

// TestUndoOfOlderRows: of contacts that an older version has created no dates are kept: the
// server's clock, as the runs have known it, tells what was changed since.
func TestUndoOfOlderRows(t *testing.T) {
	server := simulator.Options{ClockOffset: 3 * time.Hour, Deleted: numbers(1)}
	scenario{server: server, rows: 5}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		db, err := sql.Open("sqlite", filepath.Join(g.o.State, ledger.FileName))
		if err == nil {
			_, err = db.Exec(`UPDATE rows SET dates = NULL`)
			err = errors.Join(err, db.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		g.server.Touch("acct", "", number(1))
		g.server.Delete("acct", "", number(2))
		g.server.Insert("acct", "", number(2), time.Now().Add(3*time.Hour))
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3, Changed: 2})
		g.holdsOnly(number(1), number(2))
	})
}

// TestUndoOfMarkedContacts: a mark of this ledger is no change by somebody else.
func TestUndoOfMarkedContacts(t *testing.T) {
	scenario{}.marking(t, markList(2, 0, 1), func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.marked(r, 0, 1)
		time.Sleep(time.Minute)
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 4})
		g.holdsOnly()
	})
}

// TestUndoOfLostAnswers: a contact whose creation got no answer is the import's, where its
// date says so; where only the date of its last change does, it is kept.
func TestUndoOfLostAnswers(t *testing.T) {
	for _, test := range []struct {
		name   string
		server simulator.Options
		want   outcome.UndoCounts
	}{
		{"created", simulator.Options{NoReplays: true}, outcome.UndoCounts{Deleted: 3}},
		{"restored, and the API remembers", simulator.Options{Deleted: numbers(1)}, outcome.UndoCounts{Deleted: 3}},
		{"restored", simulator.Options{NoReplays: true, Deleted: numbers(1)}, outcome.UndoCounts{Deleted: 2, Changed: 1}},
		{"there before", simulator.Options{NoReplays: true, Existing: numbers(1)}, outcome.UndoCounts{Deleted: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.server.Faults = onNumberOnce(number(0), simulator.Fault{Kind: simulator.Reset, After: true})
			scenario{server: test.server, rows: 3}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, test.want)
			})
		})
	}
}

// TestUndoSettlesDoubtsFirst: rows that a kill has left in doubt are looked up, not
// created, and what they turn out to have created is deleted as well.
func TestUndoSettlesDoubtsFirst(t *testing.T) {
	for _, executed := range []bool{true, false} {
		t.Run(fmt.Sprintf("executed=%t", executed), func(t *testing.T) {
			scenario{rows: 6}.play(t, func(t *testing.T, g *stage) {
				g.die(death{at: 4, executed: executed}) // the account, and three rows
				id := g.newestJob()
				before := g.server.Stats().Creates
				var said []string
				g.o.Notice = func(text string) { said = append(said, text) }
				d := g.undo(t.Context(), id, importer.UndoOptions{})
				want := outcome.UndoCounts{Deleted: 2}
				if executed {
					want.Deleted++
				}
				d.complete(t, want)
				g.holdsOnly()
				if s := g.server.Stats(); s.Creates != before || d.plan.InDoubt == 0 || d.plan.Contacts+d.plan.InDoubt != 6 {
					t.Errorf("%d creations, plan %+v", s.Creates-before, d.plan)
				}
				waits := func(text string) bool {
					return strings.Contains(text, "may still be carried out: its row is looked up once more in ")
				}
				if said = slices.DeleteFunc(said, func(text string) bool { return !waits(text) }); len(said) != 1 {
					t.Errorf("why it waits is told as %q, want it once", said)
				}
				if d.Counts.Created != want.Deleted || d.Counts.Pending != 6-want.Deleted || d.Counts.Failed != 0 {
					t.Errorf("got %+v", d.Counts)
				}
				again := g.run()
				again.complete(t)
				again.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6})
				g.holdsOnly(numbers(6)...)
			})
		})
	}
}

// newestJob is the id of the newest job.
func (g *stage) newestJob() string {
	g.t.Helper()
	jobs, err := importer.Jobs(g.o.State)
	if err != nil || len(jobs) == 0 {
		g.t.Fatalf("jobs: %v, %v", jobs, err)
	}
	return jobs[0].ID
}

// TestUndoOfALateRequest: a request that the server carries out after the first look-up is
// waited for.
func TestUndoOfALateRequest(t *testing.T) {
	server := simulator.Options{Faults: onNumberOnce(number(1), simulator.Fault{Kind: simulator.Slow, Delay: 50 * time.Second})}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.o.Drain = importer.NoDrain
		r := g.runUntil(interrupted(t, 5*time.Second))
		r.stopped(t, importer.StopInterrupted)
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 2})
		time.Sleep(time.Hour)
		g.holdsOnly()
	})
}

// TestImportAfterALateDeletion: a deletion that the server carries out long after it was
// given up takes no contact away that is created anew.
func TestImportAfterALateDeletion(t *testing.T) {
	server := simulator.Options{Faults: on(simulator.Delete, 1, simulator.Fault{Kind: simulator.Slow, Delay: 50 * time.Second})}
	for _, kill := range []bool{false, true} {
		t.Run(fmt.Sprintf("kill=%t", kill), func(t *testing.T) {
			scenario{server: server, rows: 1}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				if kill { // which ends after the answer is overdue, and before the request is carried out
					stop, cancel := context.WithCancel(t.Context())
					time.AfterFunc(5*time.Second, cancel)
					g.o.Drain = importer.NoDrain
					if d := g.undo(stop, r.Job.ID, importer.UndoOptions{}); d.Stopped == nil || d.Undo.Counts.Pending != 1 {
						t.Errorf("got %+v", d.Undo)
					}
				}
				g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 1})
				again := g.run()
				again.complete(t)
				if again.said("may still be carried out") != 1 {
					t.Errorf("got the notices %q", again.notices)
				}
				time.Sleep(time.Hour)
				g.holdsOnly(number(0))
				if later := g.run(); later.said("may still be carried out") != 0 {
					t.Errorf("an hour later: %q", later.notices)
				}
			})
		})
	}
}

// TestUndoAfterALostMark: a mark whose answer was lost is no change by somebody else; what is
// changed long after it is.
func TestUndoAfterALostMark(t *testing.T) {
	for want, later := range map[outcome.UndoResult]bool{outcome.UndoDeleted: false, outcome.UndoChanged: true} {
		t.Run(string(want), func(t *testing.T) {
			server := simulator.Options{Faults: on(simulator.Update, -1, simulator.Fault{Kind: simulator.Hang, After: true})}
			scenario{server: server}.marking(t, markList(2, 0), func(t *testing.T, g *stage) {
				g.o.Drain = importer.NoDrain
				r := g.runUntil(interrupted(t, 3*time.Second))
				r.stopped(t, importer.StopInterrupted)
				if later {
					time.Sleep(time.Hour)
					g.server.Touch("acct", "", number(0))
				}
				d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
				if d.err != nil || len(d.rows) == 0 || d.rows[0].Result != want {
					t.Errorf("got %v, %+v, want %s", d.err, d.rows, want)
				}
			})
		})
	}
}

// TestUndoOfHalfMarkedContacts: a contact that was created, and not marked yet, is the
// import's as well.
func TestUndoOfHalfMarkedContacts(t *testing.T) {
	server := simulator.Options{Faults: on(simulator.Update, -1, simulator.Fault{Kind: simulator.Hang})}
	scenario{server: server}.marking(t, markList(2, 0, 1), func(t *testing.T, g *stage) {
		g.o.Drain = importer.NoDrain
		r := g.runUntil(interrupted(t, 3*time.Second))
		r.stopped(t, importer.StopInterrupted)
		made := len(g.server.Truth().Contacts)
		if made == 0 || r.Counts.Created == made {
			t.Fatalf("got %+v, and the server has %d", r.Counts, made)
		}
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: made})
		g.holdsOnly()
		if n := g.server.Stats().Updates; n > 1 {
			t.Errorf("the undo has marked: %d marks", n)
		}
	})
}

// TestUndoSurvivesKills: killed at any request, the same undo again comes to its end, and
// the message tells of a deletion whose answer was lost.
func TestUndoSurvivesKills(t *testing.T) {
	for _, changed := range []string{"keep", "delete"} {
		for at := 1; at <= 8; at++ {
			for _, executed := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/at=%d/executed=%t", changed, at, executed), func(t *testing.T) {
					t.Parallel()
					u := importer.UndoOptions{Changed: changed}
					scenario{server: simulator.Options{Existing: []string{"+14155560001"}}, rows: 8}.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						g.dieIn(death{at: at, executed: executed}, func(ctx context.Context, o importer.Options) (*importer.Result, error) {
							return importer.Undo(ctx, r.Job.ID, o, u)
						})
						if refused := g.runUntil(t.Context()); refused.err == nil || !strings.Contains(refused.err.Error(), "sent-import undo "+r.Job.ID) {
							t.Errorf("a run of the file: got %v", refused.err)
						}
						d := g.undo(t.Context(), r.Job.ID, u)
						d.complete(t, outcome.UndoCounts{Deleted: 8})
						g.holdsOnly("+14155560001")
						told := slices.ContainsFunc(d.rows, func(r outcome.UndoRow) bool { return strings.Contains(r.Message, "lost") })
						deletion := changed == "delete" || at%2 == 0
						if !told && deletion && executed {
							t.Errorf("a deletion was lost, and no row says so: %+v", d.rows)
						}
						again := g.run()
						again.complete(t)
						again.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 8})
					})
				})
			}
		}
	}
}

// TestUndoDeletesAsItGoes: an undo that is killed early has deleted about as many contacts as
// its requests pay for, not asked for all of them and deleted none.
func TestUndoDeletesAsItGoes(t *testing.T) {
	scenario{rows: 80}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		g.o.Rate, g.o.Concurrency = "", 0
		g.dieIn(death{at: 60}, func(ctx context.Context, o importer.Options) (*importer.Result, error) {
			return importer.Undo(ctx, r.Job.ID, o, importer.UndoOptions{})
		})
		if left := len(g.server.Truth().Contacts); left > 60 {
			t.Errorf("60 requests have left %d of 80 contacts", left)
		}
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 80})
	})
}

// TestUndoUnderFaults: lost answers, refusals for the rate, pages of a proxy and errors
// change neither what is deleted nor what is told.
func TestUndoUnderFaults(t *testing.T) {
	faults := append(lostAnswers(), simulator.Fault{Kind: simulator.TooMany}, simulator.Fault{Kind: simulator.Page, Status: 403}, simulator.Fault{Kind: simulator.Page, Status: 404})
	for _, operation := range []simulator.Operation{simulator.Delete, simulator.Retrieve} {
		for _, fault := range faults {
			t.Run(fmt.Sprintf("%s/%s", operation, fault), func(t *testing.T) {
				t.Parallel()
				server := simulator.Options{Faults: on(operation, 1, fault), Existing: []string{"+14155560001"}}
				scenario{server: server, rows: 4}.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
					d.complete(t, outcome.UndoCounts{Deleted: 4})
					g.holdsOnly("+14155560001")
				})
			})
		}
	}
}

// TestUndoOfWhatCannotBeDeleted: a refusal is the contact's own, and so is a deletion that
// never gets an answer; the others are deleted.
func TestUndoOfWhatCannotBeDeleted(t *testing.T) {
	for _, test := range []struct {
		name, message string
		fault         simulator.Fault
	}{
		{"refused", "BUSINESS_020", simulator.Fault{Kind: simulator.Failure, Status: 403, Code: "BUSINESS_020"}},
		{"never answered", "every attempt failed", simulator.Fault{Kind: simulator.Internal}},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Delete && r.Phone == number(1) {
					return test.fault
				}
				return simulator.Fault{}
			}
			scenario{server: simulator.Options{Faults: plan}, rows: 4}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
				d.complete(t, outcome.UndoCounts{Deleted: 3, Failed: 1})
				if row := d.rows[1]; row.Result != outcome.UndoFailed || !strings.Contains(row.Message, test.message) {
					t.Errorf("got %+v", row)
				}
				g.holdsOnly(number(1))
			})
		})
	}
}

// TestUndoStops: an outage, a refused key and an interruption leave the rest for the next
// undo; a run of the file is refused until then.
func TestUndoStops(t *testing.T) {
	for _, test := range []struct {
		name  string
		cause importer.StopCause
		fault simulator.Fault
	}{
		{"outage", importer.StopOutage, simulator.Fault{Kind: simulator.Unavailable}},
		{"refused", importer.StopAccount, simulator.Fault{Kind: simulator.Bare, Status: 401}},
		{"interrupted", importer.StopInterrupted, simulator.Fault{Kind: simulator.Hang}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var wrong bool
			deletions := 0
			plan := func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Delete {
					deletions++
				}
				if wrong && deletions > 3 {
					return test.fault
				}
				return simulator.Fault{}
			}
			scenario{server: simulator.Options{Faults: plan}, rows: 9}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				wrong = true
				ctx := t.Context()
				if test.cause == importer.StopInterrupted {
					ctx = interrupted(t, 3*time.Second)
				}
				d := g.undo(ctx, r.Job.ID, importer.UndoOptions{})
				if d.err != nil || d.Stopped == nil || d.Stopped.Cause != test.cause {
					t.Fatalf("got %v, %+v, want a stop for %s", d.err, d.Result, test.cause)
				}
				if d.Undo == nil || !d.Undo.Finished.IsZero() || d.Undo.Counts.Deleted != 3 || d.Undo.Counts.Pending != 6 {
					t.Errorf("got %+v", d.Undo)
				}
				if status, err := importer.Jobs(g.o.State); err != nil || !status[0].Undoing || !status[0].IsOpen() {
					t.Errorf("got %+v, %v", status, err)
				}
				if refused := g.runUntil(t.Context()); refused.err == nil {
					t.Error("a run of the file was not refused")
				}
				wrong = false
				g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 9})
				if status, err := importer.Jobs(g.o.State); err != nil || status[0].Undone.IsZero() || status[0].IsOpen() {
					t.Errorf("got %+v, %v", status, err)
				}
			})
		})
	}
}

// TestUndoAsks: a user who declines has nothing deleted, and no undo begun; the plan names
// other imports that have the contacts as duplicates.
func TestUndoAsks(t *testing.T) {
	scenario{rows: 4}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		g.write("phone,name\n" + number(1) + ",a\n" + number(3) + ",b\n+14155560001,c\n")
		other := g.run()
		other.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 2, outcome.ReasonCreated: 1})
		declined := errors.New("declined")
		var plan importer.UndoPlan
		d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{Confirm: func(p importer.UndoPlan) error { plan = p; return declined }})
		if !errors.Is(d.err, declined) || g.server.Stats().Deletes != 0 {
			t.Errorf("got %v and %d deletions", d.err, g.server.Stats().Deletes)
		}
		want := []importer.UndoSharer{{Job: other.Job.ID, File: "contacts.csv", Rows: 2}}
		if !slices.Equal(plan.Sharers, want) {
			t.Errorf("got %+v, want %+v", plan.Sharers, want)
		}
		if status, err := importer.Jobs(g.o.State); err != nil || status[1].Undoing {
			t.Errorf("got %+v, %v", status, err)
		}
	})
}

// TestUndoRefusesAnotherAccount: with another account's key, or one of which nobody can
// tell whose it is, every contact would look gone.
func TestUndoRefusesAnotherAccount(t *testing.T) {
	for _, test := range []struct {
		name string
		me   int
		key  string
		want error
	}{
		{"another account", 0, "theirs", importer.ErrWrongKey},
		{"another key of the account", 0, "mine-too", nil},
		{"not told, another key", 404, "mine-too", importer.ErrWrongKey},
		{"not told, the same key", 404, "mine", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := simulator.Options{MeStatus: test.me, Keys: map[string]simulator.Account{
				"mine": {ID: "acct"}, "mine-too": {ID: "acct"}, "theirs": {ID: "other"},
			}}
			scenario{server: server, rows: 3, o: importer.Options{Key: "mine"}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				g.o.Key = test.key
				d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
				if !errors.Is(d.err, test.want) {
					t.Fatalf("got %v, want %v", d.err, test.want)
				}
				if test.want == nil {
					d.complete(t, outcome.UndoCounts{Deleted: 3})
				} else if n := g.server.Stats().Deletes; n != 0 {
					t.Errorf("%d deletions", n)
				}
			})
		})
	}
}

// TestUndoRefusesRehearsals: a sandbox has created nothing.
func TestUndoRefusesRehearsals(t *testing.T) {
	scenario{rows: 2, o: importer.Options{Sandbox: true}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		d := g.undo(t.Context(), r.Job.ID, importer.UndoOptions{})
		var usage *importer.UsageError
		if !errors.As(d.err, &usage) {
			t.Errorf("got %v, want a usage error", d.err)
		}
	})
}

// TestVerifyOfAnUndoneJob: what was deleted is not missed, and what was kept is.
func TestVerifyOfAnUndoneJob(t *testing.T) {
	scenario{rows: 4}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		time.Sleep(time.Minute)
		g.server.Touch("acct", "", number(2))
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3, Changed: 1})
		v := g.found(r.Job.ID, nil)
		if v.Undo == nil || v.Rows != 1 || v.Checked != 1 {
			t.Errorf("got %+v", v)
		}
		g.server.Delete("acct", "", number(2))
		g.found(r.Job.ID, map[int]string{4: "no such contact"})
	})
}

// TestLostCreationAfterAnUndo: a contact that was undone and is created anew by a request
// whose answer is lost belongs to the new import, not to the undone one.
func TestLostCreationAfterAnUndo(t *testing.T) {
	lose := false
	plan := func(r simulator.Request) simulator.Fault {
		if lose && r.Operation == simulator.Create && r.Phone == number(1) && r.Key != "" {
			return simulator.Fault{Kind: simulator.Reset, After: true}
		}
		return simulator.Fault{}
	}
	scenario{server: simulator.Options{Faults: plan, NoReplays: true}, rows: 3, o: importer.Options{Attempts: 2}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 3})
		lose = true
		again := g.run()
		again.complete(t)
		again.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.ReasonRecovered: 1})
	})
}

// TestLostMarkBeforeAnUndo: a contact whose mark got no answer, and that was undone, is
// restored by the next import: what is not known of the mark says nothing about that.
func TestLostMarkBeforeAnUndo(t *testing.T) {
	afterALostMark(t, func(t *testing.T, g *stage) {
		g.undo(t.Context(), g.newestJob(), importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 1})
	}, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 1})
	})
}
