package ledger

import (
	"iter"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// ContactID is the API's id of the contact of a row.
type ContactID struct {
	Number int
	ID     string
}

// ContactIDs reads the contact ids of the job's created rows, in file order,
// with the row's number; also of those whose contact is still to be marked.
func (l *Ledger) ContactIDs(j Job) iter.Seq2[ContactID, error] {
	const query = `SELECT number, contact_id FROM rows
		WHERE job = ? AND number > ? AND contact_id IS NOT NULL AND ` + madeContact + ` ORDER BY number LIMIT ?`
	next := func(after int) ([]ContactID, error) {
		return storage.Query(l.db, query, scanContactID, j.pk, after, page)
	}
	return paged(l, "read contact ids", next, func(c ContactID) int { return c.Number })
}

func scanContactID(s *storage.Row, c *ContactID) error { return s.Scan(&c.Number, &c.ID) }

// missingID are the duplicates whose contact's id is not known, and for which no
// look-up was made: a look-up that found no id leaves a message.
const missingID = `status = 'duplicate' AND reason = 'already_exists' AND contact_id IS NULL AND message IS NULL`

// MissingIDs reads the duplicates whose contact id could be looked up and was
// not, in file order.
func (l *Ledger) MissingIDs(j Job) iter.Seq2[Numbered, error] { return l.numbered(j, missingID) }

// CountMissingIDs counts them.
func (l *Ledger) CountMissingIDs(j Job) (int, error) { return l.countRows(j, missingID) }

// SettleID writes what a look-up has found for a row of MissingIDs: the contact's id,
// or a message that says why there is none. It returns at once, like Settle.
func (r *Run) SettleID(number int, o outcome.Outcome, now time.Time) <-chan error {
	return r.ledger.db.StartPatient(func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.ExecRow(`UPDATE rows SET contact_id = ?, message = ? WHERE job = ? AND number = ? AND `+missingID,
			text(o.ContactID), text(o.Message), r.job.pk, number)
	})
}
