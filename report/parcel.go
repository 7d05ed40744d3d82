package report

import (
	"sync/atomic"

	"sent-import/importer/outcome"
)

// A parcel is enough rows that handing it over costs nothing, and not so much that the cells
// of some of them would fill the memory: one row can be as long as a megabyte.
const (
	parcelRows  = 256
	parcelBytes = 256 << 10
)

// parcel is some rows on their way to the files, in file order.
type parcel struct {
	rows           []outcome.Row
	retry, invalid [][]string   // the cells of those that go back to the user
	contacts       [][]string   // those of the receipt
	cells          []string     // what these are parts of
	bytes          int          // of the cells, about
	open           atomic.Int32 // lanes that have not written it yet
}

func (p *parcel) full() bool { return len(p.rows) == parcelRows || p.bytes >= parcelBytes }

// add adds a row. Its cells are arranged here, in file order, since there is a bound for
// the padding of all rows together.
func (p *parcel) add(r *outcome.Row, user *userColumns) {
	start := len(p.cells)
	switch {
	case user.receipt && r.HasContact():
		p.cells = user.appendContact(p.cells, r)
		p.contacts = append(p.contacts, p.cells[start:])
	case !r.GoesBack(): // nobody is to repair those who opted out
	case r.Status == outcome.Invalid:
		p.cells = user.appendInvalid(p.cells, r)
		p.invalid = append(p.invalid, p.cells[start:])
	default:
		p.cells = user.appendRetry(p.cells, r)
		p.retry = append(p.retry, p.cells[start:])
	}
	for _, cell := range p.cells[start:] {
		p.bytes += len(cell) + 16 // a string's own size
	}
	p.rows = append(p.rows, *r)
	p.rows[len(p.rows)-1].Record = nil
}

// reset empties the parcel and keeps its room. Nothing of the rows stays.
func (p *parcel) reset() {
	clear(p.rows)
	clear(p.retry)
	clear(p.invalid)
	clear(p.contacts)
	clear(p.cells)
	p.rows, p.retry, p.invalid, p.contacts = p.rows[:0], p.retry[:0], p.invalid[:0], p.contacts[:0]
	p.cells, p.bytes = p.cells[:0], 0
}
