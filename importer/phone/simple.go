package phone

// maxSimple is the most bytes of a cell that simple reads.
const maxSimple = 40

// simple is the fast path for cells that hold the digits of one number, perhaps with a +
// directly before them, and between them nothing but spaces, dashes, dots and brackets,
// as most cells of most files do. It returns the clean text and what is written in it, as
// telephone, split and write would in several passes, and false for any other cell, and
// for those that one of the rules for spreadsheets may concern.
func simple(cell string) (text string, w written, ok bool) {
	if len(cell) > maxSimple {
		return "", w, false
	}
	start, end, ok := ends(cell)
	if !ok {
		return "", w, false
	}
	w = written{zero: -1, plus: start > 0 && cell[start-1] == '+'}
	var digits [maxSimple]byte
	n, dots, dashes, zeros := 0, 0, 0, 0
	for i := start; i < end; i++ {
		switch c := cell[i]; {
		case isDigit(c):
			digits[n] = c
			n++
			if c == '0' {
				zeros++
			}
		case c == '.':
			dots++
		case c == '-':
			dashes++
		case c == '(' && w.zero < 0 && isLoneZero(cell[i+1:end]):
			w.zero = n
		case c != ' ' && c != '(' && c != ')':
			return "", w, false
		}
	}
	decimals := dots == 1 && n+1 == end-start
	date := dots+dashes == 2 && n <= maxDateDigits
	if decimals || date || zeros == n {
		return "", w, false
	}
	w.digits = cell[start:end]
	if n < end-start {
		w.digits = string(digits[:n])
	}
	if w.plus {
		start--
	}
	w.mergePlus()
	return cell[start:end], w, true
}

// maxDateDigits is the most digits of a date: 2025-12-24.
const maxDateDigits = 8

// ends returns where the first digit of a simple cell is, and where the last one ends.
func ends(cell string) (start, end int, ok bool) {
	for start < len(cell) && (cell[start] == ' ' || cell[start] == '(') {
		start++
	}
	if start < len(cell) && cell[start] == '+' {
		start++
	}
	for end = len(cell); end > start && (cell[end-1] == ' ' || cell[end-1] == ')'); end-- {
	}
	return start, end, start < end && isDigit(cell[start]) && isDigit(cell[end-1])
}
