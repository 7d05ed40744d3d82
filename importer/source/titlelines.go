package source

import "strings"

// laterHeader returns the number of a line that looks like the header although it is
// not the first: exports have titles above it. 0 if there is none. Such a line has the
// wanted phone column, and more cells that are not blank than each record before it, so
// it is no row of a table.
func laterHeader(s *scanner, delimiter rune, o Options) int {
	if o.NoHeader || o.firstVersion() {
		return 0
	}
	first, err := s.sample(delimiter).read()
	if err != nil || hasPhoneColumn(first.cells, o) {
		return 0
	}
	for _, delimiter := range append([]rune{delimiter}, delimiters()...) {
		if line := laterHeaderBy(s, delimiter, o); line > 0 {
			return line
		}
	}
	return 0
}

func laterHeaderBy(s *scanner, delimiter rune, o Options) int {
	part := s.sample(delimiter)
	defer func() { s.work, s.made = s.work+part.work, s.made+part.made }()
	widest := 0
	for range maxAhead {
		rec, err := part.read()
		if err != nil {
			return 0
		}
		filled, data := 0, false
		for _, cell := range rec.cells {
			if strings.TrimSpace(cell) != "" {
				filled++
				data = data || private(cell)
			}
		}
		if filled > widest && widest > 0 && !data && rec.malformed == "" && hasPhoneColumn(rec.cells, o) {
			return rec.line
		}
		widest = max(widest, filled)
	}
	return 0
}
