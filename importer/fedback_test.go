package importer_test

import (
	"fmt"
	"slices"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// TestOptedOutInARowThatDoesNotComeBack: a person opted out in one row of a list, and
// another row with the same number could not be read. Only that one is in the report to
// be repaired; when it comes back the person has opted out all the same.
func TestOptedOutInARowThatDoesNotComeBack(t *testing.T) {
	const ours = ",sent_import_line,sent_import_reason,sent_import_hint"
	in := func(line int) string { return fmt.Sprintf(",%d,phone_no_region,its country is not known", line) }
	nothing := func(int) string { return "" }
	for name, c := range map[string]struct {
		first, then string // --opt-out
		header      string // of the columns that the report has added
		added       func(line int) string
		want        map[outcome.Reason]int
		created     bool // the person's contact is there, and
		marked      bool
	}{
		"left out":            {"", "", ours, in, map[outcome.Reason]int{outcome.OptedOut: 2, outcome.ReasonCreated: 1}, false, false},
		"marked before":       {"mark", "mark", ours, in, map[outcome.Reason]int{outcome.AlreadyExists: 1, outcome.InFile: 1, outcome.ReasonCreated: 1}, true, true},
		"to be marked now":    {"", "mark", ours, in, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.InFile: 1}, true, true},
		"marked, now left":    {"mark", "", ours, in, map[outcome.Reason]int{outcome.OptedOut: 2, outcome.ReasonCreated: 1}, true, true},
		"ignored":             {"", "ignore", ours, in, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.InFile: 1}, true, false},
		"without our columns": {"", "", "", nothing, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.InFile: 1}, true, false},
	} {
		for key, other := range map[string]string{"its account known": number(3) + ",no\n", "its account not known": ""} {
			t.Run(name+", "+key, func(t *testing.T) {
				scenario{o: importer.Options{Reading: importer.Reading{OptOut: c.first}}}.play(t, func(t *testing.T, s *stage) {
					s.write("phone,unsubscribed\n" + number(1) + ",yes\n4155550001,no\n4155550001,\n4155550002,no\n" + other)
					s.run()
					before := len(s.asked(simulator.Create))
					s.o.OptOut = c.then
					s.write("phone,unsubscribed" + c.header + "\n" + number(1) + ",no" + c.added(3) + "\n" + number(1) + "," + c.added(4) + "\n" + number(2) + ",no" + c.added(5) + "\n")
					r := s.run()
					r.complete(t)
					r.want(t, c.want)
					contact, there := s.server.Truth().ByPhone("acct", "")[number(1)]
					if there != c.created || contact.OptOut != c.marked {
						t.Errorf("the contact is there: %t, marked: %t, want %t and %t", there, contact.OptOut, c.created, c.marked)
					}
					for _, row := range r.rows {
						if row.Reason == outcome.OptedOut && row.Message != "opted out in an earlier import" {
							t.Errorf("line %d: got the message %q, want where the person opted out", row.Line, row.Message)
						}
					}
					if sent := s.asked(simulator.Create)[before:]; r.Reasons[outcome.OptedOut] > 0 && slices.Contains(sent, number(1)) {
						t.Error("a creation was sent for the person who opted out")
					}
				})
			})
		}
	}
}

// TestOptedOutAndBackInTheSandbox: a rehearsal of the list is as good a witness, and so is
// another key of the account.
func TestOptedOutAndBackInTheSandbox(t *testing.T) {
	scenario{o: importer.Options{Sandbox: true}}.play(t, func(t *testing.T, s *stage) {
		s.write("phone,unsubscribed\n" + number(1) + ",yes\n4155550001,no\n" + number(3) + ",no\n")
		s.run()
		s.o.Sandbox, s.o.Key = false, "another"
		s.write("phone,unsubscribed,sent_import_line,sent_import_reason,sent_import_hint\n" + number(1) + ",no,3,phone_no_region,\n")
		r := s.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.OptedOut: 1})
	})
}
