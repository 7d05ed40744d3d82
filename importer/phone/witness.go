package phone

// Testimony is what one cell says about how the numbers of its column are written.
type Testimony int

const (
	// NoTestimony: the cell is not bare, or the country of its row is not known.
	NoTestimony Testimony = iota
	// Foreign: the digits do not begin with the calling code of the row's country.
	Foreign
	// OwnInvalid: they do, but are no number so.
	OwnInvalid
	// OwnValid: they do, and are a valid number with it.
	OwnValid
)

// Witness returns what a cell says about how its column is written. It does not depend
// on o.Numbers. Cells whose digits are lost say nothing.
func Witness(cell, regionCell string, o Options) Testimony {
	if cell == "" || cell[0] == '+' { // most cells of most files
		return NoTestimony
	}
	text, fault := telephone(cell)
	if fault.Reason != "" || text[0] == '+' {
		return NoTestimony
	}
	parts := split(text)
	if len(parts) != 1 {
		return NoTestimony
	}
	w, ok := write(parts[0])
	if !ok || isScientific(parts[0]) || o.hasLostDigits(parts[0], w) {
		return NoTestimony
	}
	p, _ := o.plan(shortRegion(regionCell))
	switch {
	case p == nil || !w.isBare(p):
		return NoTestimony
	case !w.beginsWithCode(p):
		return Foreign
	case anyValid(w.abroad(nil, 0)):
		return OwnValid
	}
	return OwnInvalid
}
