package phone

import "testing"

// TestContactDecides: digits without + that an earlier import has read as a number are that
// number still, as long as they can be it; what it has read says nothing about other digits.
func TestContactDecides(t *testing.T) {
	for _, c := range []struct {
		name, cell, region, contact string
		numbers                     Numbers
		want                        string
	}{
		{"at home, where an untouched list reads it so", "43664123456", "DE", "+4943664123456", ByCell, "+4943664123456"},
		{"abroad, whose + a spreadsheet has dropped", "43664123456", "DE", "+43664123456", ByCell, "+43664123456"},
		{"the + of the number is dropped as well", "43664123456", "DE", "43664123456", ByCell, "+43664123456"},
		{"in a column that is decided", "43664123456", "DE", "+4943664123456", ByColumn, "+4943664123456"},
		{"its own calling code, and two ways to read it", "4915123456789", "DE", "+4915123456789", ByCell, "+4915123456789"},
		{"no country any more", "4915123456789", "", "+4915123456789", ByCell, "+4915123456789"},
		{"another number since", "43664123457", "DE", "+43664123456", ByCell, "phone_ambiguous"},
		{"with a leading 0", "0151 23456789", "DE", "+43664123456", ByCell, "+4915123456789"},
		{"with a +", "+4915123456789", "DE", "+43664123456", ByCell, "+4915123456789"},
		{"against --numbers national", "43664123456", "DE", "+43664123456", National, "+4943664123456"},
		{"against --numbers international", "43664123456", "DE", "+4943664123456", International, "phone_ambiguous"},
		{"no number", "43664123456", "DE", "none", ByCell, "phone_ambiguous"},
		{"none", "43664123456", "DE", "", ByCell, "phone_ambiguous"},
		{"digits that are lost", "447000000000", "GB", "+447000000000", ByCell, "phone_scientific_notation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkCell(t, c.cell, c.region, Options{Ours: true, Contact: c.contact, Numbers: c.numbers}, c.want)
		})
	}
	checkCell(t, "43664123456", "DE", Options{Ours: true, Contact: "+43664123456", Types: []Type{PremiumRate}}, "phone_type")
}
