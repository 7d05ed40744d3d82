package phone

import (
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// TestRefusedCellWithoutPlus: what a spreadsheet saves of a refused cell that nobody has
// repaired.
func TestRefusedCellWithoutPlus(t *testing.T) {
	for _, c := range []struct{ name, refused, saved, region, want string }{
		{"a number of Bremen", "+49151234", "49151234", "DE", ambiguous},
		{"a number of North Carolina, from France", "+3365234567", "3365234567", "US", ambiguous},
		{"decimals", "+49151234", "49151234.0", "DE", ambiguous},
		{"no number at all", "+4915", "4915", "DE", tooShort},
		{"a guard before it", "'+49151234", "49151234", "DE", ambiguous},
		{"repaired with +", "+49151234", "+4915123456789", "DE", "+4915123456789"},
		{"repaired with +, which was dropped", "+44790090", "447900900123", "GB", "+447900900123"},
		{"repaired with spaces", "+49151234", "+49 151 23456789", "DE", "+4915123456789"},
		{"repaired without a country code", "+49151234", "0151 23456789", "DE", "+4915123456789"},
		{"the same in a column of text", "+49151234", "015123456789", "DE", "+4915123456789"},
		{"in brackets", "+1650253", "(650) 253-0000", "US", "+16502530000"},
		{"digits of a list without +", "650253000", "6502530000", "US", "+16502530000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := Normalize(c.refused, c.region, Options{})
			if before.E164 != "" {
				t.Fatalf("%q: got %s, want a reason", c.refused, before.E164)
			}
			checkCell(t, c.saved, c.region, Options{Ours: true, Refused: before.Reason, RefusedHint: before.Hint}, c.want)
		})
	}
}

// TestInternationalAfterASpreadsheet: the command that imports repaired rows says
// International where the list was decided so, but people may repair a row with a
// number as they dial it, and a spreadsheet drops its leading 0.
func TestInternationalAfterASpreadsheet(t *testing.T) {
	runCells(t, Options{Numbers: International, Ours: true}, []cellCase{
		{"0151 23456789 was typed", "15123456789", "DE", ambiguous},
		{"a number of Jersey City", "(201) 555-3757", "US", ambiguous},
		{"a number of Colombia", "321 1104729", "CO", ambiguous},
		{"no number at home", "447900900123", "US", "+447900900123"},
		{"own code", "4915123456789", "DE", "+4915123456789"},
		{"no country", "4915123456789", "", "+4915123456789"},
		{"with +", "+15123456789", "DE", "+15123456789"},
	})
	checkCell(t, "15123456789", "DE", Options{Numbers: International}, "+15123456789")
}

// TestRefusedCellStaysRefused: no cell of + and digits that was refused is a number
// without its +, in whatever row and however numbers are read, and none is the second
// time.
func TestRefusedCellStaysRefused(t *testing.T) {
	cells, taken, step := 0, 0, testenv.Size(9, 90)
	for i, e := range examples() {
		if i%step != 0 {
			continue
		}
		middle := len(e.e164) / 2
		for _, cell := range []string{e.e164[:len(e.e164)-1], e.e164[:len(e.e164)-3], e.e164[:middle] + e.e164[middle+1:], e.e164 + "0"} {
			for _, region := range []string{e.region, "US", "DE"} {
				before := Normalize(cell, region, Options{})
				if before.E164 != "" || string(before.Reason) == ambiguous {
					continue
				}
				cells++
				if Normalize(cell[1:], region, Options{Ours: true, Refused: before.Reason}).E164 != "" {
					taken++
				}
				checkStaysRefused(t, cell, region, before)
			}
		}
	}
	if cells < 9000/step || taken == 0 {
		t.Errorf("of %d cells, %d would be numbers without what the hint says, want many", cells, taken)
	}
	t.Logf("of %d cells, %d would be numbers without what the hint says", cells, taken)
}

func checkStaysRefused(t *testing.T, cell, region string, before Result) {
	t.Helper()
	for _, how := range []Numbers{ByCell, ByHeader, ByColumn, International, National} {
		r := before
		for range 2 {
			r = Normalize(cell[1:], region, Options{Numbers: how, Ours: true, Refused: r.Reason, RefusedHint: r.Hint})
			if r.E164 != "" {
				t.Errorf("%q in %q, refused as %s: got %s from its digits, want a reason", cell, region, before.Reason, r.E164)
				break
			}
		}
	}
	if strings.Count(before.Hint, beganWithPlus) != 1 {
		t.Errorf("%q: got hint %q, want it to tell of the + once", cell, before.Hint)
	}
}
