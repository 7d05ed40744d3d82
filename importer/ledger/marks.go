package ledger

import (
	"fmt"
	"iter"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// wantedMark is the mark of a row whose contact is to be marked as opted out, before it
// is known to be there. Then it is the reason that the row will have, and stays that.
const wantedMark = "wanted"

// Rows by their marks.
const (
	notToMark   = `coalesce(mark, 'wanted') = 'wanted'`                      // nothing is known of a contact
	toMark      = `coalesce(mark, 'wanted') <> 'wanted'`                     // of an unsettled row: only the mark is left
	madeContact = `(status = 'created' OR mark IN ('created', 'recovered'))` // the job has created the contact, marked or not
)

func plannedMark(r *outcome.Row) any {
	if r.Mark {
		return wantedMark
	}
	return nil
}

// parseMark reads a row's mark.
func parseMark(mark, contactID string) (wanted bool, found outcome.Reason, err error) {
	switch found = outcome.Reason(mark); found {
	case "", wantedMark:
		return mark != "", "", nil
	case outcome.ReasonCreated, outcome.ReasonRecovered, outcome.AlreadyExists:
		if contactID != "" {
			return true, found, nil
		}
	}
	return false, "", fmt.Errorf("%w: a row with the contact %q has the mark %q", ErrDamaged, contactID, mark)
}

// markable are the rows of Listable whose contacts are to be marked.
const markable = listable + ` AND mark IS NOT NULL`

// ToMark reads the rows of Listable whose contacts are to be marked, in file order.
func (l *Ledger) ToMark(j Job) iter.Seq2[Numbered, error] { return l.numbered(j, markable) }

// CountToMark counts the unsettled rows whose contacts are to be marked, and are not
// known to be there: each costs a request more than other rows.
func (l *Ledger) CountToMark(j Job) (int, error) {
	return l.countRows(j, unsettled+` AND mark = 'wanted'`)
}

// Found writes, and returns when that is on the disk, that the contact of a row is there,
// and that only its mark is left. o is the outcome that the row will have, with the
// contact's id; its message is for people who look at the row meanwhile. updatedAt is the
// contact's, as the API has shown it. The run has claimed the row.
func (r *Run) Found(t Task, o outcome.Outcome, updatedAt string, now time.Time) error {
	return r.ledger.wrap("write a contact", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		err := tx.ExecRows(1, `UPDATE rows SET status = 'pending', reason = 'unresolved', mark = ?, contact_id = ?, attempts = ?, message = ?, dates = coalesce(?, dates), windows = NULL
			WHERE job = ? AND number = ? AND claimed_run = ? AND mark IS NOT NULL`,
			string(o.Reason), o.ContactID, o.Attempts, text(o.Message), text(datesText(o.Dates)), r.job.pk, t.Number, r.Number)
		if err != nil {
			return err
		}
		return r.addPatch(tx, o.ContactID, updatedAt)
	}))
}

// foundListed is Found for a row whose contact the list has shown.
func (r *Run) foundListed(tx storage.Tx, row Listed) error {
	err := tx.ExecRows(1, `UPDATE rows SET status = 'pending', reason = 'unresolved', mark = 'already_exists', contact_id = ?, message = ?,
		http_status = NULL, error_code = NULL, request_id = NULL, settled_at = NULL WHERE job = ? AND number = ? AND `+markable,
		row.ContactID, text(row.Message), r.job.pk, row.Number)
	if err != nil {
		return err
	}
	return r.addPatch(tx, row.ContactID, row.UpdatedAt)
}

// ClaimFound claims a row of which only the mark is left, and returns when that is on the
// disk.
func (r *Run) ClaimFound(t Task, now time.Time) error {
	return r.ledger.wrap("claim row", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.ExecRows(1, `UPDATE rows SET status = 'pending', reason = 'unresolved', http_status = NULL, error_code = NULL, request_id = NULL,
			settled_at = NULL, claimed_run = ?, claimed_at = ? WHERE job = ? AND number = ? AND `+unsettled+` AND `+toMark,
			r.Number, millis(now), r.job.pk, t.Number)
	}))
}

// Gone writes, and returns when that is on the disk, that the contact of a row has been
// deleted before it was marked, and that a creation with another idempotency key is about
// to be sent for it at now. The run has claimed the row. The mark is forgotten: if the
// contact is there again, it was restored since.
func (r *Run) Gone(t Task, keyNumber int, now time.Time) error {
	return r.ledger.wrap("claim row", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		err := tx.Exec(`DELETE FROM patches WHERE job = ?1 AND contact_id = (SELECT contact_id FROM rows WHERE job = ?1 AND number = ?2)`, r.job.pk, t.Number)
		if err != nil {
			return err
		}
		return tx.ExecRows(1, `UPDATE rows SET mark = 'wanted', contact_id = NULL, dates = NULL, message = NULL, key_number = ?, claimed_at = ?
			WHERE job = ? AND number = ? AND claimed_run = ? AND `+toMark, keyNumber, millis(now), r.job.pk, t.Number, r.Number)
	}))
}

// Patch is a mark of a contact that a job has made, or was about to make.
type Patch struct {
	Before string // the contact's updated_at before, as the API showed it; "" for null
	After  string // and after it; "" where that is not known
}

func (r *Run) addPatch(tx storage.Tx, contactID, updatedAt string) error {
	return tx.Exec(`INSERT INTO patches (contact_id, job, updated_before, updated_after) VALUES (?, ?, ?, '')
		ON CONFLICT (contact_id, job) DO UPDATE SET updated_after = ''`, contactID, r.job.pk, updatedAt)
}

// Patched writes the updated_at that a contact has since it was marked. It returns at
// once, like Settle.
func (r *Run) Patched(contactID, updatedAt string, now time.Time) <-chan error {
	return r.ledger.db.StartPatient(func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.Exec(`UPDATE patches SET updated_after = ? WHERE contact_id = ? AND job = ?`, updatedAt, contactID, r.job.pk)
	})
}

// Patches returns the marks of a contact by all jobs of the same API, but for those after
// which the job's undo has deleted it: if it is there, it was restored since.
func (l *Ledger) Patches(j Job, contactID string) ([]Patch, error) {
	found, err := storage.Query(l.db, `SELECT updated_before, updated_after FROM patches JOIN jobs USING (job)
		WHERE contact_id = ?1 AND base_url = ?2 AND NOT EXISTS (
			SELECT 1 FROM undone JOIN rows USING (job, number)
			WHERE undone.job = patches.job AND rows.contact_id = ?1 AND result IN ('deleted', 'already_gone'))
		ORDER BY job`, scanPatch, contactID, j.BaseURL)
	return found, l.wrap("look for a contact", err)
}

func scanPatch(s *storage.Row, p *Patch) error { return s.Scan(&p.Before, &p.After) }
