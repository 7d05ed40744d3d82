package feedback

// Plain reports whether every reader of CSV, and every spreadsheet, takes the cell for the
// text that it is: it needs neither a guard nor quotes. Nearly all cells are so, and one
// look at each byte shows it. false says nothing.
func Plain(cell string) bool {
	for i := range len(cell) {
		if doubtful[cell[i]] {
			return false
		}
	}
	if cell == "" {
		return true
	}
	switch cell[0] {
	case ' ', '=', '@':
		return false
	case '+', '-':
		return len(cell) == 1 || '0' <= cell[1] && cell[1] <= '9'
	}
	return true
}

// doubtful are the bytes for which a cell is to be looked at in whole: those that separate
// cells or lines, quote them, or let a formula reach out, and what is not ASCII.
var doubtful = func() (table [256]bool) {
	for b := range table {
		table[b] = b < ' ' || b >= 0x7f
	}
	for _, b := range []byte(separators + "\"\\!(") {
		table[b] = true
	}
	return table
}()
