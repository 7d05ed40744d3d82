package ledger

import (
	"database/sql"
	"fmt"
	"iter"
	"time"

	"sent-import/importer/outcome"
)

// Task is a row that is not settled: work for a run.
type Task struct {
	Number, Line int
	Phone        string          // E.164
	Before       outcome.Outcome // what the ledger says of it now: pending or failed
	KeyNumber    int             // of the idempotency key to use
	Windows      Windows         // when its lost requests can have arrived
	ClaimedRun   int             // the run that claimed it and did not settle it; 0 for none
	ClaimedAt    time.Time       // on the clock of that run
}

// InDoubt reports whether a request for the row may have reached the API
// without an answer reaching us.
func (t Task) InDoubt() bool { return t.ClaimedRun != 0 || len(t.Windows) > 0 }

// The two halves of the work. A row in doubt comes first, so that a run that
// is stopped soon leaves as few of them as it can.
const (
	unsettled = `status IN ('pending', 'failed')`
	inDoubt   = unsettled + ` AND (claimed_run IS NOT NULL OR windows IS NOT NULL)`
	untouched = unsettled + ` AND claimed_run IS NULL AND windows IS NULL`
)

// InDoubt reads the rows whose outcome the API knows and we may not, in file
// order.
func (l *Ledger) InDoubt(j Job) iter.Seq2[Task, error] { return l.tasks(j, inDoubt) }

// Untouched reads the other unsettled rows, in file order: never claimed, or
// failed without any doubt.
func (l *Ledger) Untouched(j Job) iter.Seq2[Task, error] { return l.tasks(j, untouched) }

func (l *Ledger) tasks(j Job, which string) iter.Seq2[Task, error] {
	query := `SELECT number, line, phone, status, reason, contact_id, http_status, error_code, message, request_id,
		attempts, settled_at, key_number, claimed_run, claimed_at, windows
		FROM rows WHERE job = ? AND number > ? AND ` + which + ` ORDER BY number LIMIT ?`
	next := func(after int) ([]Task, error) {
		items, err := queryPage(l, query, scanTask, j.pk, after, page)
		return items, wrap("read the queue", err)
	}
	return paged(next, func(t Task) int { return t.Number })
}

func scanTask(s *sql.Rows) (Task, error) {
	var t Task
	var phone, httpStatus, settled, run, at sql.NullInt64
	var contact, code, message, request, windows sql.NullString
	b := &t.Before
	err := s.Scan(&t.Number, &t.Line, &phone, &b.Status, &b.Reason, &contact, &httpStatus, &code, &message, &request,
		&b.Attempts, &settled, &t.KeyNumber, &run, &at, &windows)
	if err != nil {
		return Task{}, err
	}
	if !phone.Valid {
		return Task{}, fmt.Errorf("%w: row %d is to be sent and has no number", ErrDamaged, t.Number)
	}
	t.Phone = phoneFromSQL(phone)
	b.ContactID, b.HTTPStatus, b.ErrorCode = contact.String, int(httpStatus.Int64), code.String
	b.Message, b.RequestID, b.SettledAt = message.String, request.String, fromMillis(settled.Int64)
	t.ClaimedRun, t.ClaimedAt = int(run.Int64), fromMillis(at.Int64)
	if t.Windows, err = parseWindows(windows.String); err != nil {
		return Task{}, err
	}
	return t, checkOutcome(t.Before)
}

// Claim writes down that requests for the tasks are about to be sent, at now
// on our clock, and returns when that is on the disk. The tasks come from one
// pass of Untouched and follow each other there.
func (r *Run) Claim(tasks []Task, now time.Time) error {
	return wrap("claim rows", r.ledger.write.run(func(w *writer) error {
		r.touch(w, now)
		res, err := w.execResult(`UPDATE rows SET status = 'pending', reason = 'unresolved', attempts = attempts + 1,
			claimed_run = ?, claimed_at = ? WHERE job = ? AND number BETWEEN ? AND ? AND `+untouched,
			r.Number, millis(now), r.job.pk, tasks[0].Number, tasks[len(tasks)-1].Number)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && int(n) != len(tasks) {
			err = fmt.Errorf("%w: %d rows were to be claimed, and %d were", ErrDamaged, len(tasks), n)
		}
		return err
	}))
}

// Reclaim does the same for one row in doubt. windows are those of all
// earlier requests of it, the ones of the run that died with it included.
func (r *Run) Reclaim(t Task, windows Windows, now time.Time) error {
	return wrap("claim row", r.ledger.write.run(func(w *writer) error {
		r.touch(w, now)
		return w.exec(`UPDATE rows SET status = 'pending', reason = 'unresolved', attempts = attempts + 1,
			claimed_run = ?, claimed_at = ?, windows = ? WHERE job = ? AND number = ?`,
			r.Number, millis(now), text(windows.String()), r.job.pk, t.Number)
	}))
}

// BurnKey writes down that the row goes on with its next idempotency key, and
// returns when that is on the disk: a kill right after the next request must
// not fall back to the burnt one.
func (r *Run) BurnKey(t Task, keyNumber int, now time.Time) error {
	return wrap("write the next key", r.ledger.write.run(func(w *writer) error {
		r.touch(w, now)
		return w.exec(`UPDATE rows SET key_number = ? WHERE job = ? AND number = ?`, keyNumber, r.job.pk, t.Number)
	}))
}

// Settle writes the outcome of a claimed row. It returns at once; the channel
// gives the result when the outcome is on the disk. windows are kept for a row
// that may have to be resolved later, and are empty for one that is known.
func (r *Run) Settle(t Task, o outcome.Outcome, windows Windows, now time.Time) <-chan error {
	return r.ledger.write.start(func(w *writer) error {
		r.touch(w, now)
		return w.exec(`UPDATE rows SET status = ?, reason = ?, contact_id = ?, http_status = ?, error_code = ?,
			message = ?, request_id = ?, attempts = ?, settled_at = ?, windows = ?, claimed_run = NULL, claimed_at = NULL
			WHERE job = ? AND number = ?`,
			string(o.Status), string(o.Reason), text(o.ContactID), positive(o.HTTPStatus), text(o.ErrorCode),
			text(o.Message), text(o.RequestID), o.Attempts, positive(int(millis(o.SettledAt))), text(windows.String()),
			r.job.pk, t.Number)
	})
}
