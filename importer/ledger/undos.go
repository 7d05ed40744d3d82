package ledger

import (
	"cmp"
	"fmt"
	"iter"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// Undo is how far the undo of a job is.
type Undo struct {
	StartedAt  time.Time // zero: the job is not undone
	FinishedAt time.Time // zero: contacts are left to be deleted
}

// Undo returns how far the undo of the job is.
func (l *Ledger) Undo(j Job) (Undo, error) {
	found, err := storage.Query(l.db, `SELECT started_at, coalesce(finished_at, 0) FROM undos WHERE job = ?`, scanUndo, j.pk)
	if err != nil || len(found) == 0 {
		return Undo{}, l.wrap("read job", err)
	}
	return found[0], nil
}

func scanUndo(s *storage.Row, u *Undo) error {
	var started, finished int64
	err := s.Scan(&started, &finished)
	u.StartedAt, u.FinishedAt = fromMillis(started), fromMillis(finished)
	return err
}

// UndoneSince returns the job that was undone last, of this one and of those of the same
// file and account whose undo ended after this one was planned: what this one has found in
// the account may be gone since. at is the zero time if there is none.
func (l *Ledger) UndoneSince(j Job) (id string, at time.Time, err error) {
	scan := func(s *storage.Row, _ *struct{}) error {
		var finished int64
		err := s.Scan(&id, &finished)
		at = fromMillis(finished)
		return err
	}
	_, err = storage.Query(l.db, `SELECT id, finished_at FROM undos JOIN jobs USING (job)
		WHERE finished_at IS NOT NULL AND (job = ?1 OR finished_at > ?2 AND input_sha256 = ?3 AND base_url = ?4 AND account = ?5 AND profile = ?6 AND sandbox = 0)
		ORDER BY finished_at DESC LIMIT 1`, scan, j.pk, millis(j.CreatedAt), j.Input.SHA256, j.BaseURL, j.Account, j.Profile)
	return id, at, l.wrap("read job", err)
}

// OpenUndo returns the id of a job whose undo is not complete, of the generations of this one
// and of those of the same file and account, read in whatever way; "" for none. j need not be
// in the ledger, and its id may be that of any generation; where its account is not known, or
// it is a rehearsal, only its own generations are looked at.
func (l *Ledger) OpenUndo(j Job) (string, error) {
	base := BaseID(j.ID)
	found, err := storage.Query(l.db, `SELECT id FROM undos JOIN jobs USING (job)
		WHERE finished_at IS NULL AND (id = ?1 OR substr(id, 1, ?2) = ?3
			OR account <> '' AND input_sha256 = ?4 AND base_url = ?5 AND account = ?6 AND profile = ?7 AND sandbox = ?8)
		ORDER BY generation LIMIT 1`, storage.ScanOne[string], base, len(base)+1, base+"-", j.Input.SHA256, j.BaseURL, j.Account, j.Profile, j.Sandbox)
	if err != nil || len(found) == 0 {
		return "", l.wrap("read job", err)
	}
	return found[0], nil
}

// BeginUndo writes that the contacts of the job are about to be deleted, and returns when
// that is on the disk. An undo that was begun before goes on.
func (r *Run) BeginUndo(now time.Time) error {
	return r.ledger.wrap("write job", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.Exec(`INSERT INTO undos (job, started_at) VALUES (?, ?) ON CONFLICT DO NOTHING`, r.job.pk, millis(now))
	}))
}

// FinishUndo writes that no contact of the job is left to be deleted, after all that was
// written before.
func (r *Run) FinishUndo(now time.Time) error {
	return r.ledger.wrap("write job", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.ExecRows(1, `UPDATE undos SET finished_at = coalesce(finished_at, ?) WHERE job = ?`, millis(now), r.job.pk)
	}))
}

// UndoRow is a row whose contact an undo deletes, or that may have one.
type UndoRow struct {
	Row       outcome.UndoRow
	Number    int
	Made      bool          // the job has created the contact; false: that is not known, as its row is in doubt
	Intended  bool          // a deletion may have been sent, and its answer is not known
	Dates     outcome.Dates // of the contact when it was created
	SettledAt time.Time     // on our clock, when that was known
}

const (
	// notUndone are rows whose contacts no undo has deleted.
	notUndone = `NOT EXISTS (SELECT 1 FROM undone WHERE undone.job = rows.job AND undone.number = rows.number AND result IN ('deleted', 'already_gone'))`
	ownsOne   = madeContact + ` AND rows.contact_id IS NOT NULL`
	maybeOne  = unsettled + ` AND ` + notToMark + ` AND (claimed_run IS NOT NULL OR windows IS NOT NULL)`
)

const undoQuery = `SELECT rows.number, line, coalesce(phone, 0), coalesce(rows.contact_id, ''), status, coalesce(rows.message, ''),
	coalesce(dates, ''), coalesce(settled_at, 0), CASE WHEN ` + ownsOne + ` THEN 1 ELSE 0 END, coalesce(result, ''), coalesce(undone.message, ''), coalesce(intended, 0)
	FROM rows LEFT JOIN undone ON undone.job = rows.job AND undone.number = rows.number
	WHERE rows.job = ? AND rows.number > ? AND ((` + ownsOne + `) OR (` + maybeOne + `)) ORDER BY rows.number LIMIT ?`

// UndoRows reads the rows whose contacts the job has created, and those that are in doubt,
// in file order, with what an undo has made of them so far.
func (l *Ledger) UndoRows(j Job) iter.Seq2[UndoRow, error] {
	next := func(after int) ([]UndoRow, error) {
		return storage.Query(l.db, undoQuery, scanUndoRow, j.pk, after, page)
	}
	return paged(l, "read rows", next, func(r UndoRow) int { return r.Number })
}

func scanUndoRow(s *storage.Row, r *UndoRow) error {
	var phone, settled int64
	var made, intended int
	var status, why, dates, result string
	err := s.Scan(&r.Number, &r.Row.Line, &phone, &r.Row.ContactID, &status, &why, &dates, &settled, &made, &result, &r.Row.Message, &intended)
	if err != nil {
		return err
	}
	if r.Row.Phone, err = phoneFromSQL(phone); err != nil {
		return err
	}
	r.Made, r.Intended, r.Dates, r.SettledAt = made == 1, intended == 1, parseDates(dates), fromMillis(settled)
	r.Row.Result = outcome.UndoResult(cmp.Or(result, string(outcome.UndoPending)))
	if !r.Made {
		r.Row.Message = cmp.Or(why, "not looked up yet")
		if r.Row.Result = outcome.UndoPending; status == string(outcome.Failed) {
			r.Row.Result = outcome.UndoFailed
		}
		r.Row.Message = "it is not known whether the import has created it: " + r.Row.Message
	}
	return checkUndoResult(r.Row.Result)
}

func checkUndoResult(r outcome.UndoResult) error {
	switch r {
	case outcome.UndoDeleted, outcome.UndoGone, outcome.UndoChanged, outcome.UndoFailed, outcome.UndoPending:
		return nil
	}
	return fmt.Errorf("%w: a contact has the result %q", ErrDamaged, r)
}

// IntendDelete writes that the deletion of a row's contact is about to be sent, and returns
// when that is on the disk.
func (r *Run) IntendDelete(number int, now time.Time) error {
	return r.ledger.wrap("write a deletion", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		if err := tx.Exec(`UPDATE undos SET finished_at = NULL WHERE job = ? AND finished_at IS NOT NULL`, r.job.pk); err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO undone (job, number, result, intended) VALUES (?, ?, 'pending', 1)
			ON CONFLICT (job, number) DO UPDATE SET result = 'pending', message = NULL, intended = 1`, r.job.pk, number)
	}))
}

// LostDelete writes that the answer to a deletion was lost, at now or before. It returns at
// once, like Settle.
func (r *Run) LostDelete(now time.Time) <-chan error {
	return r.ledger.db.StartPatient(func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.Exec(`UPDATE undos SET lost_at = max(coalesce(lost_at, 0), ?) WHERE job = ?`, millis(now), r.job.pk)
	})
}

// LastLostDelete is the latest time at which a deletion can have been sent, in the account
// and profile of the job, whose answer was lost; zero if there was none.
func (l *Ledger) LastLostDelete(j Job) (time.Time, error) {
	const ofAccount = `base_url = ?1 AND account = ?2 AND profile = ?3`
	found, err := storage.Query(l.db, `SELECT max(at) FROM (
		SELECT max(lost_at) AS at FROM undos JOIN jobs USING (job) WHERE `+ofAccount+`
		UNION ALL SELECT max(lease_until) FROM runs JOIN undos USING (job) JOIN jobs USING (job) WHERE `+ofAccount+`
			AND undos.finished_at IS NULL AND EXISTS (SELECT 1 FROM undone WHERE undone.job = runs.job AND intended = 1)) AS lost`,
		scanMillis, j.BaseURL, j.Account, j.Profile)
	if err != nil {
		return time.Time{}, l.wrap("read job", err)
	}
	return found[0], nil
}

// SettleDelete writes what became of a row's contact. It returns at once, like Settle.
func (r *Run) SettleDelete(number int, result outcome.UndoResult, message string, now time.Time) <-chan error {
	return r.ledger.db.StartPatient(func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.Exec(`INSERT INTO undone (job, number, result, message, intended) VALUES (?, ?, ?, ?, 0)
			ON CONFLICT (job, number) DO UPDATE SET result = excluded.result, message = excluded.message, intended = 0`,
			r.job.pk, number, string(result), text(message))
	})
}

// CreatedSince returns the rows of the job whose contacts a newer job has created again,
// with that job's id.
func (l *Ledger) CreatedSince(j Job) (map[int]string, error) {
	type again struct {
		number int
		job    string
	}
	scan := func(s *storage.Row, a *again) error { return s.Scan(&a.number, &a.job) }
	found, err := storage.Query(l.db, `SELECT mine.number, jobs.id FROM rows JOIN jobs USING (job)
		JOIN (SELECT number, contact_id FROM rows WHERE job = ?1 AND `+ownsOne+`) AS mine ON mine.contact_id = rows.contact_id
		WHERE rows.job IN (SELECT job FROM jobs WHERE job > ?1 AND base_url = ?2 AND sandbox = 0) AND `+madeContact+` AND `+notUndone,
		scan, j.pk, j.BaseURL)
	since := make(map[int]string)
	for _, a := range found {
		since[a.number] = a.job
	}
	return since, l.wrap("look for contacts", err)
}

// Sharer is a job that has contacts of another one as duplicates.
type Sharer struct {
	ID, Name string // of the job, and of its file
	Rows     int
}

// Sharers returns the other jobs of the same account and profile that have the contacts
// which this one has created as duplicates, the oldest first.
func (l *Ledger) Sharers(j Job) ([]Sharer, error) {
	scan := func(s *storage.Row, h *Sharer) error { return s.Scan(&h.ID, &h.Name, &h.Rows) }
	found, err := storage.Query(l.db, `SELECT jobs.id, input_name, count(*) FROM rows JOIN jobs USING (job)
		WHERE rows.job IN (SELECT job FROM jobs WHERE job <> ?1 AND base_url = ?2 AND account = ?3 AND profile = ?4 AND sandbox = 0 AND state = 'planned')
		AND status = 'duplicate' AND reason = 'already_exists' AND phone IN (SELECT phone FROM rows WHERE job = ?1 AND `+ownsOne+`)
		GROUP BY jobs.job ORDER BY jobs.job`, scan, j.pk, j.BaseURL, j.Account, j.Profile)
	return found, l.wrap("look for contacts", err)
}
