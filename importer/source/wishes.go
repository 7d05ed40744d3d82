package source

import (
	"fmt"
	"slices"
	"strings"

	"sent-import/importer/workbook"
)

// wishes reads the opt-out cells of rows.
type wishes struct {
	columns []optOutColumn
	known   map[string]wish // cells read so far, at most maxKinds
	merged  workbook.Merged // cells of the columns that lie under others
	covered int64           // rows that have such a cell
}

// of returns what a row says: opted out if one of its cells does, else unclear if one is,
// or if nobody knows its value.
func (w *wishes) of(rec record) OptOut {
	says, covered := OptedIn, false
	for _, column := range w.columns {
		means := wishUnknown
		under := w.isCovered(rec, column.index)
		covered = covered || under
		if !under && !slices.Contains(rec.unknown, column.index) {
			means = w.wishOf(at(rec.cells, column.index))
		}
		switch column.kind.read(means) {
		case OptedOut:
			return OptedOut
		case OptOutUnclear:
			says = OptOutUnclear
		}
	}
	if covered {
		w.covered++
	}
	return says
}

// isCovered reports whether the blank cell of a row lies under a merged one. Excel shows
// the value of the first row in all rows of the range, and stores it in the first alone:
// whether the others mean it, too, nobody knows.
func (w *wishes) isCovered(rec record, column int) bool {
	return len(w.merged) > 0 && strings.TrimSpace(at(rec.cells, column)) == "" && w.merged.Covers(rec.line, column)
}

// notices say how many rows have a cell under a merged one.
func (w *wishes) notices() []string {
	if w.covered == 0 {
		return nil
	}
	return []string{fmt.Sprintf("merged cells lie over an opt-out column in %s that hold no value of their own: such cells are not understood; part the merged cells in the spreadsheet, and write yes or no in each row", count(w.covered, "row"))}
}

// unanswered reports whether there are opt-out cells and all are blank. A report asks for
// yes or no where a cell was not understood: that of a formula without a value is blank
// there, and must not come back as one that says nothing.
func (w *wishes) unanswered(cells []string) bool {
	return len(w.columns) > 0 && !slices.ContainsFunc(w.columns, func(column optOutColumn) bool {
		return w.wishOf(at(cells, column.index)) != wishNothing
	})
}

func (w *wishes) wishOf(cell string) wish {
	means, known := w.known[cell]
	if !known {
		means = wishIn(cell)
		if len(w.known) < maxKinds && len(cell) <= maxWord {
			w.known[cell] = means
		}
	}
	return means
}

// read returns what a cell says below a header of this kind.
func (k optOutKind) read(cell wish) OptOut {
	switch {
	case cell == wishOut, cell == wishNo && k.consent(), (cell == wishYes || cell == wishDate) && !k.consent():
		return OptedOut
	case cell == wishSubscribed, cell == wishYes && k.consent(), (cell == wishNo || cell == wishNothing) && !k.consent(),
		cell == wishDate && k == saysWhenAgreed, cell == wishAgreed && k.consent():
		return OptedIn
	case cell == wishRefused && k.consent():
		return OptedOut
	}
	return OptOutUnclear
}
