package source

import (
	"slices"
	"strings"
)

// laterHeader returns the number of a line that looks like the header although it is
// not the first: exports have titles above it, or two rows of headers. 0 if there is none.
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
	var above titles
	for range maxAhead {
		rec, err := part.read()
		if err != nil {
			return 0
		}
		if line := above.see(rec.line, rec.cells, rec.malformed == "" && hasPhoneColumn(rec.cells, o)); line > 0 {
			return line
		}
	}
	return 0
}

// titles are the rows before one that looks like the header. It has the wanted phone
// column, nothing that may be anybody's data, and more cells that are not blank than each
// row before it, so it is no row of a table; or as many, if data stands right below it:
// then it is the second row of headers.
type titles struct {
	widest int // cells that are not blank; 0: no row was seen
	maybe  int // number of the row before, if it is the header where data follows; else 0
}

// see takes the next row, and whether it has the phone column. It returns the number of
// the row that looks like the header; 0 for none so far.
func (t *titles) see(number int, cells []string, named bool) (header int) {
	filled, data := filledCells(cells), slices.ContainsFunc(cells, private)
	named = named && !data && t.widest > 0
	switch {
	case data && t.maybe > 0:
		return t.maybe
	case named && filled > t.widest:
		return number
	case named && filled == t.widest:
		t.maybe = number
	default:
		t.maybe = 0
	}
	t.widest = max(t.widest, filled)
	return 0
}

func filledCells(cells []string) int {
	n := 0
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}
