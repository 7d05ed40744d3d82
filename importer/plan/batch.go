package plan

import (
	"slices"

	"sent-import/importer/outcome"
	"sent-import/importer/source"
)

// A batch is enough work that handing it over costs nothing, and not so much that the
// records of some of them would fill the memory: one can be as long as a megabyte.
const (
	batchRows  = 256
	batchBytes = 256 << 10
)

// batch is some rows on their way through the pool, in file order.
type batch struct {
	rows    []source.Row
	bytes   int // of their records
	planned []outcome.Row
	numbers []uint64      // for each of planned its number, as digitsOf says
	glances []glance      // one for each of planned
	done    chan struct{} // gets a token when a worker has filled these
}

func newBatch() *batch { return &batch{done: make(chan struct{}, 1)} }

// reset empties the batch and keeps its room.
func (b *batch) reset() { b.rows, b.bytes = b.rows[:0], 0 }

func (b *batch) add(row source.Row) {
	b.rows = append(b.rows, row)
	for _, cell := range row.Record {
		b.bytes += len(cell)
	}
}

func (b *batch) full() bool { return len(b.rows) == batchRows || b.bytes >= batchBytes }

// work decides what the rows say of themselves. optOut is Reading.OptOut.
func (b *batch) work(cells *cellReader, optOut string) {
	b.planned = slices.Grow(b.planned[:0], len(b.rows))[:len(b.rows)]
	b.numbers, b.glances = b.numbers[:0], b.glances[:0]
	for i := range b.rows {
		row, r := &b.rows[i], &b.planned[i]
		*r = outcome.Row{Number: row.Number, Line: row.Line, Input: row.Phone, Record: row.Record}
		b.glances = append(b.glances, classify(r, row, cells))
		heedRow(r, row.OptOut, optOut)
		b.numbers = append(b.numbers, digitsOf(r))
	}
}

// classify decides what can be decided of a row by looking at it alone.
func classify(r *outcome.Row, row *source.Row, cells *cellReader) glance {
	if row.Malformed != "" {
		r.Status, r.Reason, r.Message = outcome.Invalid, outcome.RowMalformed, row.Malformed
		return glance{}
	}
	n := cells.read(row)
	if n.Reason != "" {
		r.Status, r.Reason, r.Message = outcome.Invalid, n.Reason, n.Hint
	} else {
		r.Phone, r.Status, r.Reason = n.E164, outcome.Pending, outcome.NotAttempted
	}
	return cells.glanceAt(row, n)
}
