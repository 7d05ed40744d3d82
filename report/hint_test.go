package report

import (
	"strings"
	"testing"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

func TestHintForEveryReason(t *testing.T) {
	for _, r := range outcome.Reasons() {
		got := Hint(r)
		switch {
		case got == "":
			t.Errorf("Hint(%q): got none", r)
		case !strings.HasSuffix(got, "."), strings.ContainsAny(got, "\r\n"):
			t.Errorf("Hint(%q): got %q, want one sentence on one line", r, got)
		case feedback.Guard(got) != got:
			t.Errorf("Hint(%q): got %q, which a spreadsheet would run", r, got)
		case r.Status() == outcome.Invalid && !strings.Contains(got, ":"):
			t.Errorf("Hint(%q): got %q, want what it is, a colon, and what to do", r, got)
		}
	}
	if got := Hint("no_such_reason"); got != "" {
		t.Errorf("Hint of an unknown reason: got %q, want none", got)
	}
}

// TestPageHasTheHintOfTheFile: what report.html says of a reason is what stands beside
// its rows in invalid.csv, unless that differs from row to row or is the server's text.
func TestPageHasTheHintOfTheFile(t *testing.T) {
	of := func(reason outcome.Reason, messages ...string) string {
		tally := newTally()
		for i, message := range messages {
			r := row(i+1, "1", reason)
			r.Message = message
			if reason == outcome.RejectedByAPI {
				r.HTTPStatus = 400
			}
			if err := tally.add(&r); err != nil {
				t.Fatal(err)
			}
		}
		return tally.digest().Groups[0].Hint
	}
	for _, tt := range []struct {
		name      string
		got, want string
	}{
		{"the same for all", of(outcome.PhoneTooShort, "look again", "look again"), "look again"},
		{"two texts", of(outcome.PhoneTooShort, "look again", "look there", "look again"), Hint(outcome.PhoneTooShort)},
		{"one without a text", of(outcome.PhoneTooShort, "", "look again"), Hint(outcome.PhoneTooShort)},
		{"none", of(outcome.PhoneTooShort, ""), Hint(outcome.PhoneTooShort)},
		{"the server's", of(outcome.RejectedByAPI, "+14155550001 is bad"), Hint(outcome.RejectedByAPI)},
		{"opted out", of(outcome.OptedOut, "opted out in this row"), Hint(outcome.OptedOut)},
		{"not to repair", of(outcome.Network, "reset"), Hint(outcome.Network)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
