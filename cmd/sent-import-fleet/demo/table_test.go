package main

import (
	"fmt"
	"testing"

	"sent-import/importer/simulator"
)

// TestCountedKnowsATrueReport: a row that was recovered is a created one, and what the account
// does not hold, holds under another id, or holds twice, is no kept promise.
func TestCountedKnowsATrueReport(t *testing.T) {
	truth := func() (s simulator.Truth, lines []map[string]string) {
		for n := range rows {
			id := fmt.Sprintf("id-%d", n)
			s.Contacts = append(s.Contacts, simulator.Contact{ID: id, Account: "account1", Phone: phone(n), Commits: 1})
			lines = append(lines, map[string]string{"status": "created", "reason": "created", "phone": phone(n), "contact_id": id})
		}
		return s, lines
	}
	for name, c := range map[string]struct {
		change func(s *simulator.Truth, lines []map[string]string)
		want   tally
	}{
		"all":       {func(*simulator.Truth, []map[string]string) {}, tally{contacts: rows, reported: rows, agree: rows, kept: 1}},
		"recovered": {func(_ *simulator.Truth, l []map[string]string) { l[7]["reason"] = "recovered" }, tally{contacts: rows, reported: rows, agree: rows, recovered: 1, kept: 1}},
		"missing":   {func(s *simulator.Truth, _ []map[string]string) { s.Contacts = s.Contacts[1:] }, tally{contacts: rows - 1, reported: rows, agree: rows - 1}},
		"other id":  {func(s *simulator.Truth, _ []map[string]string) { s.Contacts[3].ID = "other" }, tally{contacts: rows, reported: rows, agree: rows - 1}},
		"twice":     {func(s *simulator.Truth, _ []map[string]string) { s.Contacts[3].Commits = 2 }, tally{contacts: rows, twice: 1, reported: rows, agree: rows}},
		"failed":    {func(_ *simulator.Truth, l []map[string]string) { l[0]["status"] = "failed" }, tally{contacts: rows, reported: rows - 1, agree: rows - 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s, lines := truth()
			c.change(&s, lines)
			if got := counted(s, "account1", lines); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
