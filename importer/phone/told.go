package phone

import "strings"

// What follows the hint of a refused row, since a row that comes back is read with that
// in mind.
const (
	beganWithPlus = "; the cell began with a +, which a spreadsheet drops"
	saysNoCountry = "; the rows that decided how this list writes its numbers name their countries, and this one does not"
)

// Told returns what a hint of this package tells for when its row comes back, or "". It
// goes behind any hint that takes the place of the first one.
func Told(hint string) string {
	told := ""
	for _, part := range []string{beganWithPlus, saysNoCountry} {
		if strings.Contains(hint, part) {
			told += part
		}
	}
	return told
}

// tellCountry adds to the hint of a refused row without a country that its column decided
// without it.
func (o Options) tellCountry(hint, regionCell string) string {
	if !o.asksForCountry() || strings.Contains(hint, saysNoCountry) {
		return hint
	}
	if p, _ := o.plan(shortRegion(regionCell)); p != nil {
		return hint
	}
	return hint + saysNoCountry
}

// asksForCountry reports whether a bare cell without a country stays a question. In a
// column of numbers with calling codes it is not one of those that decided, and may have
// none: (201) 552-3645 of New Jersey is a number of Egypt with a + before it. So it stays
// one when it comes back with the International of the column, until it has a + or a
// country.
func (o Options) asksForCountry() bool {
	return o.Numbers == ByColumn || strings.Contains(o.RefusedHint, saysNoCountry)
}
