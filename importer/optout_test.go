package importer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// wished is a list with an opt-out column: "number,cell" for each row, where the number is
// that of number(i).
func wished(rows ...string) string {
	list := "phone,unsubscribed\n"
	for _, row := range rows {
		var i int
		var cell string
		if _, err := fmt.Sscanf(row, "%d %s", &i, &cell); err != nil {
			panic(err)
		}
		list += number(i) + "," + cell + "\n"
	}
	return list
}

// wishes are rows for the numbers from first on, all with one cell.
func wishes(first, n int, cell string) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprint(first+i, " ", cell)
	}
	return rows
}

// TestOptedOutNothingIsSent: nothing is sent for the number of a person who opted out,
// whichever of its rows says so, and a contact that is there stays as it is. The same
// command again costs nothing.
func TestOptedOutNothingIsSent(t *testing.T) {
	for _, existing := range []string{existingOff, existingList} {
		t.Run(existing, func(t *testing.T) {
			scenario{
				server: simulator.Options{Existing: []string{number(1), number(3)}}, o: importer.Options{Existing: existing},
			}.play(t, func(t *testing.T, s *stage) {
				s.write(wished("1 no", "2 no", "3 no", "1 yes", "4 yes", "1 no", "2 no"))
				before := s.server.Truth().ByPhone("acct", "")[number(1)]
				r := s.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.AlreadyExists: 1, outcome.InFile: 1, outcome.OptedOut: 4})
				if sent := s.asked(simulator.Create); slices.Contains(sent, number(1)) || slices.Contains(sent, number(4)) {
					t.Errorf("got creations for people who opted out: %d in all", len(sent))
				}
				if looked := s.asked(simulator.Lookup); len(looked) > 0 {
					t.Errorf("got %d look-ups, want none", len(looked))
				}
				if after := s.server.Truth().ByPhone("acct", "")[number(1)]; after != before {
					t.Errorf("got the contact %+v, want it as it was: %+v", after, before)
				}
				for _, row := range r.rows {
					if row.Reason == outcome.OptedOut && (row.ContactID != "" || row.Key != "" || row.Attempts > 0 || !strings.HasPrefix(row.Message, "opted out in ")) {
						t.Errorf("line %d: got %+v, want nothing but why it is left out", row.Line, row.Outcome)
					}
				}
				spent := s.server.Stats().Creates + s.server.Stats().Lists
				if s.run().complete(t); s.server.Stats().Creates+s.server.Stats().Lists != spent {
					t.Error("the second run has sent requests, want none")
				}
			})
		})
	}
}

// TestOptedOutAll: a list of people who all opted out costs no request, not even for the
// account, and is complete.
func TestOptedOutAll(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, s *stage) {
		s.write(wished(wishes(0, 40, "yes")...))
		r := s.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.OptedOut: 40})
		if n := len(s.server.Truth().Requests); n > 0 {
			t.Errorf("got %d requests, want none", n)
		}
	})
}

// TestMaxInvalidLeavesOutWhoOptedOut: rows of people who opted out are neither invalid
// rows nor rows for the threshold.
func TestMaxInvalidLeavesOutWhoOptedOut(t *testing.T) {
	bad := func(n int) string { return strings.Repeat("none,no\n", n) }
	for name, c := range map[string]struct {
		list  string
		limit importer.Limit
		want  string // of the stop; "" for none
	}{
		"most opted out":       {wished(slices.Concat(wishes(0, 90, "yes"), wishes(90, 10, "no"))...), importer.Limit{}, ""},
		"they dilute nothing":  {wished(slices.Concat(wishes(0, 90, "yes"), wishes(90, 9, "no"))...) + bad(11), importer.Limit{}, "11 of 20 rows are invalid, more than 50%: is this the right file, and the right phone column"},
		"too few without them": {wished(slices.Concat(wishes(0, 90, "yes"), wishes(90, 8, "no"))...) + bad(11), importer.Limit{}, ""},
		"a number of rows":     {wished(wishes(0, 90, "yes")...) + bad(3), importer.Limit{Rows: 3, Set: true}, ""},
		"one more":             {wished(wishes(0, 90, "yes")...) + bad(4), importer.Limit{Rows: 3, Set: true}, "4 of 4 rows are invalid, more than 3"},
		"not clear":            {wished(slices.Concat(wishes(0, 15, "perhaps"), wishes(15, 5, "no"))...) + bad(1), importer.Limit{}, `15 of them don't say clearly whether the person wants messages; is this the right column for it ("unsubscribed")?`},
	} {
		t.Run(name, func(t *testing.T) {
			scenario{o: importer.Options{MaxInvalid: c.limit}}.play(t, func(t *testing.T, s *stage) {
				s.write(c.list)
				r := s.run()
				if c.want != "" {
					r.stopped(t, importer.StopMaxInvalid, c.want)
				} else if r.complete(t); r.Reasons[outcome.OptedOut] != 90 {
					t.Errorf("got %v, want 90 rows of people who opted out", r.Reasons)
				}
			})
		})
	}
}

// TestOptedOutTonight: somebody who is in the account since last night's list and has
// opted out in tonight's is left as they are.
func TestOptedOutTonight(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, s *stage) {
		s.write(wished("1 no", "2 no"))
		s.run().want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2})
		s.write(wished("1 no", "2 yes", "3 no"))
		r := s.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 1, outcome.OptedOut: 1, outcome.ReasonCreated: 1})
	})
}

// TestPlanSaysWhoOptedOut: what a plan says of people who opted out, before anything is
// sent and when it is resumed.
func TestPlanSaysWhoOptedOut(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, s *stage) {
		var plans []importer.Plan
		s.o.Plan = func(p importer.Plan) { plans = append(plans, p) }
		s.write(wished("1 no", "2 yes", "2 no", "3 perhaps"))
		s.run()
		s.run()
		if len(plans) != 2 {
			t.Fatalf("got %d plans, want 2", len(plans))
		}
		for _, p := range plans {
			if p.OptedOut != 2 || p.OptOutUnclear != 1 || p.OptOutColumns != `"unsubscribed"` || p.Marks != 0 {
				t.Errorf("got %d opted out, %d not clear by %s and %d marks, want 2 and 1 by the column, and none", p.OptedOut, p.OptOutUnclear, p.OptOutColumns, p.Marks)
			}
		}
	})
}

// TestMarkSaidByALaterRow: the first row of a number is created and marked, also where a later
// row says that the person opted out, and nobody else is.
func TestMarkSaidByALaterRow(t *testing.T) {
	scenario{o: importer.Options{Reading: importer.Reading{OptOut: "mark"}}}.play(t, func(t *testing.T, s *stage) {
		var plan importer.Plan
		s.o.Plan = func(p importer.Plan) { plan = p }
		s.write(wished("1 no", "2 yes", "3 no", "1 yes", "1 no", "4 perhaps", "4 yes"))
		r := s.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 4, outcome.InFile: 3})
		if plan.Marks != 3 || plan.Requests != 7 {
			t.Errorf("got %d marks and %d requests in the plan, want 3 and 7", plan.Marks, plan.Requests)
		}
		for phone, c := range s.server.Truth().ByPhone("acct", "") {
			if want := phone != number(3); c.OptOut != want {
				t.Errorf("the number that ends in %s: marked %t, want %t", phone[len(phone)-1:], c.OptOut, want)
			}
		}
		for i, want := range []int{0, 0, 0, 2, 2, 0, 7} {
			if got := r.rows[i].DuplicateOf; got != want {
				t.Errorf("line %d: a duplicate of line %d, want %d", r.rows[i].Line, got, want)
			}
		}
	})
}
