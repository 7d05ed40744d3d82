package phone

import (
	"strings"
	"testing"
)

// TestNoCountryInADecidedColumn: a row without a country, which a column of numbers with
// calling codes did not decide, stays a question when the command that imports repaired
// rows says International, until somebody has given it a country or a +.
func TestNoCountryInADecidedColumn(t *testing.T) {
	const noRegion, unknown = "phone_no_region", "phone_unknown_region"
	for _, c := range []struct{ name, cell, region, saved, savedRegion, want string }{
		{"a number of New Jersey, which Egypt has with +", "(201) 552-3645", "", "(201) 552-3645", "", noRegion},
		{"its digits alone", "(201) 552-3645", "", "2015523645", "", noRegion},
		{"with slashes", "201/5523645", "", "201/5523645", "", noRegion},
		{"with an own calling code, which nothing tells", "12015523645", "", "12015523645", "", noRegion},
		{"a country that nobody knows", "(201) 552-3645", "Atlantis", "(201) 552-3645", "Atlantis", unknown},
		{"repaired with +", "(201) 552-3645", "", "+1 201 552 3645", "", "+12015523645"},
		{"repaired with a country", "12015523645", "", "12015523645", "US", "+12015523645"},
		{"a national number, whose 0 a spreadsheet dropped", "0151 23523645", "", "15123523645", "", noRegion},
		{"the same for an extension", "0151 23523645 ext 5", "", "15123523645", "", noRegion},
		{"for a + that was refused", "+49151", "", "15123523645", "", noRegion},
		{"for an exponent", "1.51E+10", "", "15123523645", "", noRegion},
		{"for no number", "", "", "15123523645", "", noRegion},
		{"a country that does not tell which it is", "(201) 552-3645", "", "(201) 552-3645", "US", ambiguous},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := Normalize(c.cell, c.region, Options{Numbers: ByColumn})
			if before.E164 != "" || !strings.HasSuffix(before.Hint, saysNoCountry) {
				t.Fatalf("%q by its column: got %q with hint %q, want a reason that comes back", c.cell, before.E164, before.Hint)
			}
			o := Options{Numbers: International, Ours: true, Refused: before.Reason, RefusedHint: before.Hint + "; of 30 such rows: …"}
			checkCell(t, c.saved, c.savedRegion, o, c.want)
			if again := Normalize(c.saved, c.savedRegion, o); string(again.Reason) == noRegion && Told(again.Hint) != Told(before.Hint) {
				t.Errorf("got hint %q, want it to come back once more", again.Hint)
			}
		})
	}
	// Where nothing was decided, the person who gives the flag has said how the list is written.
	undecided := Normalize("12015523645", "", Options{})
	checkCell(t, "12015523645", "", Options{Numbers: International, Ours: true, Refused: undecided.Reason, RefusedHint: undecided.Hint}, "+12015523645")
	checkCell(t, "(201) 552-3645", "", Options{Numbers: International}, "+2015523645")
}
