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
