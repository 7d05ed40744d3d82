package source

import (
	"fmt"

	"sent-import/importer/feedback"
)

// shortRows tells rows that leave out blank cells at their end from pieces of one row
// that a line break without quotes has cut. The cells of such a piece may stand under
// the wrong headers, so a number of it may be another person's. Pieces follow one
// another, and together they have the cells of a whole row, or one more for each
// break, where it cuts a cell in two.
type shortRows struct {
	ahead   *record // read already, with its error
	failed  error
	earlier []piece // the short records directly before, the last one first; at most maxPieces
}

// piece is what is remembered of a short record.
type piece struct {
	cells int
	phone phoneKind
}

// maxPieces is how many pieces of a row are put together: more line breaks in one
// cell than a postal address has are not looked for.
const maxPieces = 8

// next returns the next record, or io.EOF, or the error of the source. A short one
// is compared with those before and after it.
func (s *scanner) next() (record, error) {
	rec, err := s.take()
	if err != nil || !rec.short {
		s.around.earlier = nil
		return rec, err
	}
	this := piece{len(rec.cells), s.phoneOf(rec.cells)}
	if (s.endsRow(rec, this) || s.beginsRow(this)) && rec.malformed == "" {
		rec.malformed = fmt.Sprintf("it and the row next to it have together the %s of one row: is a line break not in quotes?", count(int64(s.want.width), "cell"))
	}
	s.around.earlier = append([]piece{this}, s.around.earlier...)
	if len(s.around.earlier) > maxPieces {
		s.around.earlier = s.around.earlier[:maxPieces]
	}
	return rec, nil
}

// take returns the record that was read ahead, or reads the next one.
func (s *scanner) take() (record, error) {
	if s.around.ahead == nil {
		return s.read()
	}
	rec, err := *s.around.ahead, s.around.failed
	s.around.ahead, s.around.failed = nil, nil
	return rec, err
}

// beginsRow reports whether the record after this one is the rest of it.
func (s *scanner) beginsRow(this piece) bool {
	after, err := s.read()
	s.around.ahead, s.around.failed = &after, err
	return err == nil && after.short && s.addUp(this.cells, len(after.cells)) &&
		!s.standsAlone(after.cells, piece{len(after.cells), s.phoneOf(after.cells)}, this)
}

// endsRow reports whether rec and the short records before it are one row.
func (s *scanner) endsRow(rec record, this piece) bool {
	cells := this.cells
	for n, before := range s.around.earlier {
		cells += before.cells - 1
		if cells == s.want.width || n == 0 && s.addUp(this.cells, before.cells) {
			return !s.standsAlone(rec.cells, this, before)
		}
	}
	return false
}

// addUp reports whether two short records have the cells of a whole one: a line break
// cuts a cell in two, or stands where a delimiter should.
func (s *scanner) addUp(a, b int) bool {
	return a+b == s.want.width+1 || a+b == s.want.width
}

// phoneKind is what the phone cell of a short record looks like.
type phoneKind int

const (
	phoneNone   phoneKind = iota // it is blank, or says that there is no number
	phoneNumber                  // a number
	phoneText                    // anything else, or there is no such cell
)

// phoneOf looks at the first phone cell that holds something.
func (s *scanner) phoneOf(cells []string) phoneKind {
	kind := phoneText
	for _, i := range s.want.phone {
		if i >= len(cells) {
			continue
		}
		cell := feedback.Unguard(cells[i])
		switch {
		case isNothing(cell):
			kind = phoneNone
		case isNumeric(cell):
			return phoneNumber
		default:
			return phoneText
		}
	}
	return kind
}

// standsAlone reports whether a short record is no rest of the short record before it,
// although together they have the cells of a row. Either it has a number in its phone
// column, and a line break cannot have moved it there, since the column that it would
// come from holds no numbers. Or it has no number, and both leave out the same columns.
func (s *scanner) standsAlone(cells []string, this, before piece) bool {
	if this.phone == phoneNumber {
		return !s.numbersMove(cells)
	}
	return this.phone == phoneNone && before.phone != phoneText && this.cells == before.cells
}

// numbersMove reports whether a line break moves the cells of a column with numbers
// below the header of the phone column.
func (s *scanner) numbersMove(cells []string) bool {
	for _, i := range s.want.phone {
		from := s.want.width - len(cells) + i
		if i < len(cells) && from < len(s.want.numbers) && s.want.numbers[from] {
			return true
		}
	}
	return false
}
