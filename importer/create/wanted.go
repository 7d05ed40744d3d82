package create

import (
	"cmp"
	"iter"
	"slices"

	"sent-import/importer/ledger"
)

// wanted are the numbers that the list may settle, and their rows: 16 bytes for
// each open row of the job, whatever the account holds.
type wanted struct {
	rows []ledger.Numbered // by their digits; Number is 0 once it is taken
	left int
}

// load reads the rows from the ledger; open is how many there are.
func (w *wanted) load(rows iter.Seq2[ledger.Numbered, error], open int) error {
	w.rows = make([]ledger.Numbered, 0, open)
	for row, err := range rows {
		if err != nil {
			return err
		}
		w.rows = append(w.rows, row)
	}
	w.left = len(w.rows)
	slices.SortFunc(w.rows, func(a, b ledger.Numbered) int { return cmp.Compare(a.Digits, b.Digits) })
	return nil
}

// find returns the row that waits for the number; ok is false if there is none,
// or if the number was found before.
func (w *wanted) find(digits uint64) (row *ledger.Numbered, ok bool) {
	i, ok := slices.BinarySearchFunc(w.rows, digits, func(r ledger.Numbered, digits uint64) int { return cmp.Compare(r.Digits, digits) })
	if !ok || w.rows[i].Number == 0 {
		return nil, false
	}
	return &w.rows[i], true
}
