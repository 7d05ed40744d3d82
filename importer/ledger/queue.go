package ledger

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// Task is a row that is not settled: work for a run.
type Task struct {
	Number, Line int
	Phone        string            // E.164
	Before       outcome.Outcome   // the outcome in the ledger now: pending or failed
	KeyNumber    int               // of the idempotency key to use
	Spans        serverclock.Spans // when its lost requests can have been carried out
	ClaimedRun   int               // the run that claimed it and did not settle it; 0 for none
	ClaimedAt    time.Time         // on the clock of that run

	Mark  bool           // its contact is to be marked as opted out
	Found outcome.Reason // the reason that the row will have once that is done, where its contact is there, with the id in Before; "" else
}

// InDoubt reports whether a request for the row may have reached the API
// without an answer reaching us. A row whose contact is there is in no doubt.
func (t Task) InDoubt() bool { return t.ClaimedRun != 0 || len(t.Spans) > 0 }

// The two halves of the work. Rows in doubt come first, so that a run that is
// stopped soon leaves as few of them as possible; rows of which only the mark is
// left come with them.
const (
	unsettled = `status IN ('pending', 'failed')`
	inDoubt   = unsettled + ` AND (claimed_run IS NOT NULL OR windows IS NOT NULL OR ` + toMark + `)`
	untouched = unsettled + ` AND claimed_run IS NULL AND windows IS NULL AND ` + notToMark
)

// InDoubt reads the rows whose outcome the API knows and we may not, and those that
// have a contact (Task.Found) which is not marked yet, in file order.
func (l *Ledger) InDoubt(j Job) iter.Seq2[Task, error] {
	next := func(after int) ([]Task, error) {
		return storage.Query(l.db, taskQuery+` AND `+inDoubt+` ORDER BY number LIMIT ?`, scanTask, j.pk, after, page)
	}
	return paged(l, "read the queue", next, func(t Task) int { return t.Number })
}

// Untouched reads the other unsettled rows, in file order: never claimed, or
// failed without any doubt.
func (l *Ledger) Untouched(j Job) iter.Seq2[Task, error] {
	next := func(after int) ([]Task, error) {
		items, err := storage.QueryPage(l.db, page, untouchedQuery, scanUntouched, j.pk, after, page)
		for i, t := range items {
			if t.Before.Status != outcome.Failed || err != nil {
				continue
			}
			items[i], err = l.wholeTask(j, t.Number)
		}
		return items, err
	}
	return paged(l, "read the queue", next, func(t Task) int { return t.Number })
}

// wholeTask reads all columns of a row.
func (l *Ledger) wholeTask(j Job, number int) (Task, error) {
	found, err := storage.Query(l.db, taskQuery+` ORDER BY number LIMIT 1`, scanTask, j.pk, number-1)
	if err == nil && (len(found) == 0 || found[0].Number != number) {
		err = fmt.Errorf("%w: row %d is gone", ErrDamaged, number)
	}
	if err != nil {
		return Task{}, err
	}
	return found[0], nil
}

// untouchedQuery reads the columns that a pending row has set; wholeTask reads those
// of a failed row. Most rows are pending, and each column takes time.
const untouchedQuery = `SELECT number, line, coalesce(phone, 0), status, reason, attempts, key_number, mark IS NOT NULL
	FROM rows WHERE job = ? AND number > ? AND ` + untouched + ` ORDER BY number LIMIT ?`

func scanUntouched(s *storage.Row, t *Task) error {
	var phone int64
	b := &t.Before
	if err := s.Scan(&t.Number, &t.Line, &phone, (*string)(&b.Status), (*string)(&b.Reason), &b.Attempts, &t.KeyNumber, &t.Mark); err != nil {
		return err
	}
	return t.check(phone)
}

// check sets the task's phone number, and returns an error for values that no version
// writes.
func (t *Task) check(phone int64) (err error) {
	if t.Phone, err = phoneFromSQL(phone); err != nil {
		return err
	}
	if t.Phone == "" {
		return fmt.Errorf("%w: row %d is to be sent and has no number", ErrDamaged, t.Number)
	}
	return checkOutcome(t.Before)
}

const taskQuery = `SELECT number, line, coalesce(phone, 0), status, reason, coalesce(contact_id, ''), coalesce(http_status, 0),
	coalesce(error_code, ''), coalesce(message, ''), coalesce(request_id, ''), attempts, coalesce(settled_at, 0), key_number,
	coalesce(claimed_run, 0), coalesce(claimed_at, 0), coalesce(windows, ''), coalesce(mark, '') FROM rows WHERE job = ? AND number > ?`

func scanTask(s *storage.Row, t *Task) error {
	var phone, settled, claimed int64
	var spans, mark string
	b := &t.Before
	err := s.Scan(&t.Number, &t.Line, &phone, (*string)(&b.Status), (*string)(&b.Reason), &b.ContactID, &b.HTTPStatus, &b.ErrorCode, &b.Message,
		&b.RequestID, &b.Attempts, &settled, &t.KeyNumber, &t.ClaimedRun, &claimed, &spans, &mark)
	if err != nil {
		return err
	}
	if t.Spans, err = parseSpans(spans); err != nil {
		return err
	}
	if t.Mark, t.Found, err = parseMark(mark, b.ContactID); err != nil {
		return err
	}
	b.SettledAt, t.ClaimedAt = fromMillis(settled), fromMillis(claimed)
	return t.check(phone)
}

// inSequence reports whether the tasks are neighbours in the file, in its order,
// so that no other row lies between the first and the last.
func inSequence(tasks []Task) bool {
	for i, t := range tasks {
		if t.Number != tasks[0].Number+i {
			return false
		}
	}
	return len(tasks) > 0
}

// numbers lists the rows of the tasks as a JSON array.
func numbers(tasks []Task) string {
	list := make([]byte, 1, 2+8*len(tasks))
	list[0] = '['
	for i, t := range tasks {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, int64(t.Number), 10)
	}
	return string(append(list, ']'))
}

// claim makes a row pending and clears what an earlier failure left in it, which
// decides nothing any more.
const claim = `UPDATE rows SET status = 'pending', reason = 'unresolved', attempts = attempts + 1,
	http_status = NULL, error_code = NULL, message = NULL, request_id = NULL, settled_at = NULL,
	claimed_run = ?, claimed_at = ?`

// Claim writes that requests for the tasks are about to be sent, at now on our
// clock, and returns when that is on the disk. The tasks come from Untouched, and
// each can be claimed once: if one can't be claimed, none is, and the error is
// [ErrDamaged].
func (r *Run) Claim(tasks []Task, now time.Time) error {
	return r.ledger.wrap("claim rows", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		if inSequence(tasks) { // the usual case; twice as fast
			return tx.ExecRows(len(tasks), claim+` WHERE job = ? AND number BETWEEN ? AND ? AND `+untouched,
				r.Number, millis(now), r.job.pk, tasks[0].Number, tasks[len(tasks)-1].Number)
		}
		return tx.ExecRows(len(tasks), claim+` WHERE job = ? AND number IN (SELECT value FROM json_each(?)) AND `+untouched,
			r.Number, millis(now), r.job.pk, numbers(tasks))
	}))
}

// Reclaim does the same for one row of InDoubt. spans are those of all earlier
// requests for the row, including those of the run that died while it held the row.
func (r *Run) Reclaim(t Task, spans serverclock.Spans, now time.Time) error {
	return r.ledger.wrap("claim row", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.ExecRows(1, claim+`, windows = ? WHERE job = ? AND number = ? AND `+inDoubt,
			r.Number, millis(now), text(spansText(spans)), r.job.pk, t.Number)
	}))
}

// BurnKey writes that the row continues with its next idempotency key, and returns
// when that is on the disk: after a kill the next run must not use the burnt key
// again. The run has claimed the row.
func (r *Run) BurnKey(t Task, keyNumber int, now time.Time) error {
	return r.ledger.wrap("write the next key", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return tx.ExecRows(1, `UPDATE rows SET key_number = ? WHERE job = ? AND number = ? AND claimed_run = ?`,
			keyNumber, r.job.pk, t.Number, r.Number)
	}))
}

// settled begins the statements that write an outcome and end the claim; claimed is
// the condition that this run holds the claim.
const (
	settled = `UPDATE rows SET claimed_run = NULL, claimed_at = NULL, attempts = ?, settled_at = ?, contact_id = ?, http_status = ?, request_id = ?, dates = coalesce(?, dates), `
	claimed = ` WHERE job = ? AND number = ? AND claimed_run = ?`
)

// Settle writes the outcome of a row that the run has claimed and ends the claim. It
// returns at once; the channel gives the result when the outcome is on the disk, a
// few milliseconds later. spans are those of a row that may have to be resolved
// later; none for a row whose outcome is known.
func (r *Run) Settle(t Task, o outcome.Outcome, spans serverclock.Spans, now time.Time) <-chan error {
	number := t.Number // the rest of the task is not kept until the write
	return r.ledger.db.StartPatient(func(tx storage.Tx) error {
		r.touch(tx, now)
		args := append(make([]any, 0, 14), o.Attempts, positive(millis(o.SettledAt)), text(o.ContactID), positive(o.HTTPStatus), text(o.RequestID), text(datesText(o.Dates)))
		if o.Reason == outcome.ReasonCreated && o.ErrorCode == "" && o.Message == "" && len(spans) == 0 { // most rows: half as many arguments
			args = append(args, r.job.pk, number, r.Number)
			return tx.ExecRow(settled+`status = 'created', reason = '', error_code = NULL, message = NULL, windows = NULL`+claimed, args...)
		}
		args = append(args, string(o.Status), reasonToSQL(o.Reason), text(o.ErrorCode), text(o.Message), text(spansText(spans)), r.job.pk, number, r.Number)
		return tx.ExecRow(settled+`status = ?, reason = ?, error_code = ?, message = ?, windows = ?`+claimed, args...)
	})
}
