package undo

import (
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// changed reports whether somebody has changed, or made anew, a contact since the job
// created it, or since this ledger marked it.
//
// The dates that the API showed then are compared with those that it shows now, in its own
// words and with their precision: no clock has to agree with another. A mark of this ledger
// changes updated_at, which the ledger knows. A row that an older version has settled has
// no dates; there, the server's clock decides, as far as the job's runs have known it.
func (u *Undoer) changed(row ledger.UndoRow, c sent.Contact) (bool, error) {
	then := sent.Contact{}.WithUpdatedAt(row.Dates.Created)
	if then.UpdatedAt.IsZero() && row.Dates.Created != c.CreatedAtText { // not kept, or not readable
		return u.changedByClock(row, c)
	}
	if apart := c.CreatedAt.Sub(then.UpdatedAt).Abs(); apart > clockSlack {
		return true, nil // it was deleted and made anew
	}
	if c.UpdatedAtText == "" || sameDate(row.Dates.Updated, c.UpdatedAtText) || row.Dates.Updated == "" && c.UpdatedAtText == c.CreatedAtText {
		return false, nil
	}
	return u.unlessMarked(c)
}

// unlessMarked reports false if the contact was changed last by a mark of this ledger. While
// a mark whose answer was lost can have been carried out, its date is no evidence.
func (u *Undoer) unlessMarked(c sent.Contact) (changed bool, err error) {
	patches, err := u.o.Ledger.Patches(u.o.Job, c.ID)
	for _, p := range patches {
		if p.After != "" && c.WasUpdatedAt(p.After) || p.After == "" && c.OptOut && !u.isLaterThanMarks(c) {
			return false, err
		}
	}
	return true, err
}

// isLaterThanMarks reports whether the contact was changed when no mark of the job could be
// carried out any more.
func (u *Undoer) isLaterThanMarks(c sent.Contact) bool {
	from, _ := c.UpdatedSpan()
	return u.o.AheadKnown && from.After(u.o.LastMark.Add(u.o.Ahead+clockSlack))
}

// sameDate reports whether two texts of the API are of one moment, as far as the precision
// of both can tell.
func sameDate(a, b string) bool {
	return a == b || a != "" && b != "" && sent.Contact{}.WithUpdatedAt(a).WasUpdatedAt(b)
}

// clockSlack is how far apart two dates of one creation may be: servers write dates in
// whole seconds, and some take the time once more for the answer.
const clockSlack = 2 * time.Second

// changedByClock is changed for a row without dates.
func (u *Undoer) changedByClock(row ledger.UndoRow, c sent.Contact) (bool, error) {
	from, _ := c.MadeSpan()
	known := u.o.AheadKnown && !row.SettledAt.IsZero() && !from.IsZero()
	switch {
	case known && !from.After(row.SettledAt.Add(u.o.Ahead+clockSlack)):
		return false, nil
	case c.UpdatedAtText == "":
		return known, nil // made anew, if that is known
	}
	return u.unlessMarked(c)
}
