package report

import (
	"fmt"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// pageDigest is the digest of n rows with each reason in turn.
func pageDigest(t *testing.T, n int) Digest {
	t.Helper()
	tally := newTally()
	for i := range n * len(outcome.Reasons()) {
		r := row(i+1, fmt.Sprintf("(415) 555-%04d", i), outcome.Reasons()[i%len(outcome.Reasons())])
		if err := tally.add(&r); err != nil {
			t.Fatal(err)
		}
	}
	return tally.digest()
}

// TestHands: the page has the first thousand rows that need a hand, says how many there are,
// and says the same of a row as invalid.csv.
func TestHands(t *testing.T) {
	tally := newTally()
	want := 0
	for i := range 1500 {
		reason := []outcome.Reason{outcome.PhoneMissing, outcome.ServerError, outcome.NotAttempted, outcome.OptedOut}[i%4]
		r := row(i+1, "x", reason)
		if i%4 == 0 {
			r.Message = fmt.Sprintf("hint %d", i)
		}
		if i%4 < 2 {
			want++
		}
		if err := tally.add(&r); err != nil {
			t.Fatal(err)
		}
	}
	d := tally.digest()
	if got := len(d.Hands); got != want {
		t.Fatalf("got %d rows, want the %d that are invalid or failed", got, want)
	}
	if h := d.Hands[2]; h.Line != 6 || h.Hint != "hint 4" || h.Reason != outcome.PhoneMissing {
		t.Errorf("got %+v, want line 6 with its hint", h)
	}
	for i := range 3000 {
		r := row(1501+i, "x", outcome.PhoneMissing)
		if err := tally.add(&r); err != nil {
			t.Fatal(err)
		}
	}
	got := render(t, summary(), tally.digest())
	if !strings.Contains(got, "The first 1,000 of 3,750.") || strings.Count(got, "data-reason=") != mostHands {
		t.Error("got no thousand of all rows in the page, want it to say so")
	}
}

func TestMaskCell(t *testing.T) {
	for cell, want := range map[string]string{
		"":                 "",
		"+14155552671":     "+1415•••2671",
		"call me @ 4pm":    "•••• •• @ •••",
		"(415) 555-01":     "(•••) •••-••",
		"4.47E+11":         "•.•••+••",
		"٠١٢ é":            "••• •",
		"+1415555267 a\nb": "+•••••••••• •\n•",
	} {
		if got := maskCell(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

// TestPageCells: a cell of the user's is on the page only if it was asked for, and does
// nothing there.
func TestPageCells(t *testing.T) {
	tally := newTally()
	r := row(1, "call\u202e <b>Ana</b> 4155550199 "+strings.Repeat("z", 200), outcome.PhoneNotANumber)
	if err := tally.add(&r); err != nil {
		t.Fatal(err)
	}
	s := summary()
	s.Input.Header = []string{"name", "phone", "city\u202e"}
	masked := render(t, s, tally.digest())
	s.Page.Cells = ShowCells
	shown := render(t, s, tally.digest())
	for _, cell := range []string{"Ana", "4155550199", "Lyon", "name 1"} {
		if strings.Contains(masked, cell) {
			t.Errorf("masked: got %q in the page", cell)
		}
		if !strings.Contains(shown, cell) {
			t.Errorf("shown: got no %q in the page", cell)
		}
	}
	if strings.Contains(shown, "<b>Ana") || strings.Contains(shown, "\u202e") || strings.Contains(shown, strings.Repeat("z", 100)) {
		t.Error("got a cell in the page as it is, want it escaped and cut")
	}
	if !strings.Contains(masked, "This page holds no phone numbers") || !strings.Contains(shown, "keep this page as you keep the file") {
		t.Error("the pages don't say what they hold")
	}
}
