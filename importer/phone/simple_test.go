package phone

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// The fast paths give what the whole way gives: for cells that they read, and for those
// that only look so.
func TestFastPathsGiveTheSame(t *testing.T) {
	fast := 0
	check := func(cell, region string, o Options) {
		t.Helper()
		if _, _, ok := simple(cell); ok {
			fast++
		}
		if got, want := Normalize(cell, region, o), normalizeText(cell, region, o); got != want {
			t.Errorf("%q in %q with %+v: got %+v, want %+v", cell, region, o, got, want)
		}
	}
	separators := []string{" ", "-", ".", "", ") ", "(", " - ", "/", "_", ","}
	for i, e := range sample() {
		nsn := phonenumbers.GetNationalSignificantNumber(e.pn)
		middle, end := separators[i%len(separators)], separators[i/7%len(separators)]
		written := nsn[:len(nsn)/3] + middle + nsn[len(nsn)/3:len(nsn)-3] + end + nsn[len(nsn)-3:]
		o := Options{Numbers: Numbers(i % 5), Ours: i%3 == 0}
		for _, before := range []string{"", "(", "-", "+", "(+", "+ ", "0", "(0)", "+(0)", "00", "+" + e.e164[1:3]} {
			check(before+written, e.region, o)
			check(" "+before+written+")", e.region, o)
		}
	}
	if least := 5_000 / stride(); fast < least {
		t.Errorf("only %d cells took the fast path, want %d and more", fast, least)
	}
	for _, cell := range []string{
		"", "0", "000 000", "()", "+", "24.12.2025", "24-12-2025", "2025.12-24", "12 34 56 78", "12-34-5678", "1234567.0", "1234567.5", "+4915112345.0",
		"-49151123456", "- 49151123456", "--49", "447000000000", "4470 0000 0000", "(0) 171 1234567", "+49 (0) 171 1234567", "+49 ( 0 ) 171 1234567",
		"+49 (0)(0) 171 1234567", "+0049 171 1234567", "+00 49 (0) 171 1234567", "+00(0)171 1234567", "0171 1234567 (0)", "0171 12345-", "911", "+49151+234567",
		strings.Repeat("1", maxSimple), strings.Repeat("1", maxSimple+1), "1" + strings.Repeat(" ", maxSimple-2) + "1", strings.Repeat("(0)", 13),
	} {
		for _, numbers := range []Numbers{ByCell, ByHeader, ByColumn, International, National} {
			check(cell, "DE", Options{Numbers: numbers})
			check(cell, "US", Options{Numbers: numbers, RefusedHint: beganWithPlus})
		}
	}
}

// A list can have more spellings of regions than are remembered.
func TestSpellingsAreForgottenUnharmed(t *testing.T) {
	var s spellings
	for i := range 2 * maxSpellings {
		long := strings.Repeat(" ", i) + "Germany"
		for range 2 {
			if got := s.read(long); got.plan != planOf("DE") && i <= maxText {
				t.Fatalf("%q: got %+v, want the plan of Germany", long, got)
			}
		}
		if got := s.read(strings.Repeat("?", i)); !got.blank || got.plan != nil {
			t.Fatalf("%d question marks: got %+v, want blank", i, got)
		}
	}
	if n := len(*s.known.Load()); n > maxSpellings {
		t.Errorf("got %d spellings, want at most %d", n, maxSpellings)
	}
	for cell := range *s.known.Load() {
		if len(cell) > maxSpellingLength {
			t.Errorf("got a spelling of %d bytes, want at most %d", len(cell), maxSpellingLength)
		}
	}
}
