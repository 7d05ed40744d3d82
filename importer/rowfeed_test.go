package importer_test

import (
	"slices"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// Each run tells the rows that it settles, as its report has them, and no others: those of
// the plan, those that the list shows, those that are created and those that fail, and a
// duplicate again when its contact's id is found. What an interruption leaves is the next
// run's.
func TestSettledRowsAreTold(t *testing.T) {
	s := scenario{
		server: simulator.Options{
			Existing: append(numbers(10), number(150)), Latency: tenth,
			Faults: onNumber(number(20), simulator.Fault{Kind: simulator.Internal}),
		},
		rows: 160, file: "none\n" + number(15) + "\n",
		o: importer.Options{Existing: existingList, Concurrency: 4, ResolveDuplicates: true},
	}
	s.play(t, func(t *testing.T, g *stage) {
		settled := make(map[int]bool) // by earlier runs
		for run, until := range []time.Duration{2 * time.Second, time.Hour} {
			seen, inOrder := make(map[int]outcome.Row), 0
			g.o.Settled = func(r outcome.Row) {
				if settled[r.Number] {
					t.Errorf("run %d: row %d was settled before", run+1, r.Number)
				}
				if run == 0 && len(seen) < 2 && r.Number > inOrder {
					inOrder = r.Number
				}
				seen[r.Number] = r
			}
			r := g.runUntil(interrupted(t, until))
			if r.err != nil {
				t.Fatal(r.err)
			}
			if run == 0 && (inOrder != 18 || r.Counts.Pending == 0 || r.Counts.Created == 0) {
				t.Errorf("the first two rows up to %d, %+v: this tests nothing", inOrder, r.Counts)
			}
			for _, row := range r.rows {
				told, ok := seen[row.Number]
				if open := row.Status == outcome.Pending || settled[row.Number]; ok == open {
					t.Errorf("run %d: row %d is %s/%s, told: %v", run+1, row.Number, row.Status, row.Reason, ok)
				}
				if ok && told.Outcome != row.Outcome {
					t.Errorf("run %d: row %d: got %+v, want %+v", run+1, row.Number, told.Outcome, row.Outcome)
				}
				settled[row.Number] = settled[row.Number] || row.Status != outcome.Pending && row.Status != outcome.Failed
			}
		}
	})
}

// However slow the reader is, a duplicate is told twice: as it was settled, and when the id of
// its contact is found.
func TestADuplicateIsToldBeforeItsIDIsLookedUp(t *testing.T) {
	s := scenario{
		server: simulator.Options{Existing: numbers(3)}, rows: 6,
		o: importer.Options{Existing: existingOff, ResolveDuplicates: true},
	}
	s.play(t, func(t *testing.T, g *stage) {
		told := make(map[int][]string) // the contact's id, each time that the row was told
		g.o.Settled = func(r outcome.Row) {
			if len(told) == 0 {
				time.Sleep(time.Hour) // in virtual time: meanwhile all rows are settled
			}
			told[r.Number] = append(told[r.Number], r.ContactID)
		}
		r := g.run()
		r.complete(t)
		for _, row := range r.rows {
			want := []string{row.ContactID}
			if row.Reason == outcome.AlreadyExists {
				want = []string{"", row.ContactID}
			}
			if row.ContactID == "" || !slices.Equal(told[row.Number], want) {
				t.Errorf("row %d, %s: got the ids %q, want %q", row.Number, row.Reason, told[row.Number], want)
			}
		}
	})
}
