package phone

// Numbers says how bare cells are read. A bare cell holds one number without +,
// without an international prefix (00 or that of the row's country) and without a
// leading 0.
type Numbers int

const (
	// ByCell reads each bare cell by itself: one that is valid with a calling code and
	// without one is phone_ambiguous. So is one that is a mobile number abroad, unless
	// it is a mobile number at home.
	ByCell Numbers = iota
	// ByHeader reads bare cells with their calling code where that is valid, since the
	// header says so; where the row's country is another and its own reading is valid,
	// too, the cell is phone_ambiguous.
	ByHeader
	// ByColumn reads bare cells that begin with the calling code of the row's country
	// with it and in no other way, since nearly all of the column are written so. Any
	// other cell that is a number abroad is phone_ambiguous.
	ByColumn
	// International reads bare cells exactly as the same cells with +. In a file with our
	// columns (Options.Ours), one whose number has another calling code than the row's
	// country is phone_ambiguous if it is valid without one, too.
	International
	// National never reads a bare cell with a calling code. A trunk prefix may stand
	// before the number: 1 in North America, 8 in Russia.
	National
)
