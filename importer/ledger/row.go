package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"sent-import/importer/outcome"
)

// Row is a row of a job as a report shows it.
type Row struct {
	outcome.Row
	KeyNumber int // 1; 2 and up after a burnt key
}

// planStep is how many rows one statement inserts; SQLite allows 32,766
// parameters (https://www.sqlite.org/limits.html), and beyond some dozens of
// rows nothing is gained.
const planStep = 50

const planColumns = 9

func insertRows(n int) string {
	const one = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
	query := `INSERT INTO rows (job, number, line, input, phone, status, reason, duplicate_of, settled_at) VALUES ` + one
	for range n - 1 {
		query += ", " + one
	}
	return query
}

var insertStep, insertOne = insertRows(planStep), insertRows(1)

// AddRows writes planned rows, in file order, in one commit. It returns at
// once; the channel gives the result when they are on the disk. rows is not
// to be touched until then.
func (l *Ledger) AddRows(j Job, rows []outcome.Row) <-chan error {
	return l.write.start(func(w *writer) error {
		args := make([]any, 0, planStep*planColumns)
		for len(rows) >= planStep {
			args = args[:0]
			for _, r := range rows[:planStep] {
				args = appendPlanned(args, j, r)
			}
			if err := w.exec(insertStep, args...); err != nil {
				return err
			}
			rows = rows[planStep:]
		}
		for _, r := range rows {
			if err := w.exec(insertOne, appendPlanned(args[:0], j, r)...); err != nil {
				return err
			}
		}
		return nil
	})
}

func appendPlanned(args []any, j Job, r outcome.Row) []any {
	return append(args, j.pk, r.Number, r.Line, r.Input, phoneToSQL(r.Phone), string(r.Status), string(r.Reason),
		positive(r.DuplicateOf), positive(int(millis(r.SettledAt))))
}

// positive turns 0 into NULL.
func positive(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// phoneToSQL stores an E.164 number as its digits: at most 15 of them, so they
// fit an integer, which takes half the room of the text.
func phoneToSQL(e164 string) any {
	if e164 == "" {
		return nil
	}
	n, err := strconv.ParseInt(e164[1:], 10, 64)
	if err != nil || e164[0] != '+' {
		panic("ledger: not an E.164 number")
	}
	return n
}

func phoneFromSQL(n sql.NullInt64) string {
	if !n.Valid {
		return ""
	}
	return "+" + strconv.FormatInt(n.Int64, 10)
}

// page is how many rows are read at once. Readers never keep a read open for
// long: the write-ahead log could not be folded back while they do.
const page = 1000

const reportQuery = `SELECT number, line, input, phone, status, reason, duplicate_of, contact_id, http_status,
	error_code, message, request_id, attempts, key_number, settled_at
	FROM rows WHERE job = ? AND number > ? ORDER BY number LIMIT ?`

// Rows reads the rows of the job in file order. The sequence ends with an
// error if the ledger can't be read, or if rows are missing in it.
func (l *Ledger) Rows(j Job) iter.Seq2[Row, error] {
	next := func(after int) ([]Row, error) {
		return queryPage(l, reportQuery, scanRow, j.pk, after, page)
	}
	return func(yield func(Row, error) bool) {
		last := 0
		for r, err := range paged(next, func(r Row) int { return r.Number }) {
			if err == nil && r.Number != last+1 {
				err = fmt.Errorf("%w: row %d is missing", ErrDamaged, last+1)
			}
			if !yield(r, wrap("read rows", err)) || err != nil {
				return
			}
			last = r.Number
		}
		if j.Planned && last != j.Rows {
			yield(Row{}, wrap("read rows", fmt.Errorf("%w: it has %d of the %d rows", ErrDamaged, last, j.Rows)))
		}
	}
}

// paged turns a function that reads the page after a row number into a
// sequence.
func paged[T any](next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		after := 0
		for {
			items, err := next(after)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
				after = number(item)
			}
			if len(items) == 0 {
				return
			}
		}
	}
}

func queryPage[T any](l *Ledger, query string, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	rows, err := l.read.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var items []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, rows.Err()
}

func scanRow(s *sql.Rows) (Row, error) {
	var r Row
	var phone, duplicateOf, httpStatus, settled sql.NullInt64
	var contact, code, message, request sql.NullString
	err := s.Scan(&r.Number, &r.Line, &r.Input, &phone, &r.Status, &r.Reason, &duplicateOf, &contact, &httpStatus,
		&code, &message, &request, &r.Attempts, &r.KeyNumber, &settled)
	if err != nil {
		return Row{}, err
	}
	r.Phone = phoneFromSQL(phone)
	r.DuplicateOf, r.HTTPStatus = int(duplicateOf.Int64), int(httpStatus.Int64)
	r.ContactID, r.ErrorCode, r.Message, r.RequestID = contact.String, code.String, message.String, request.String
	r.SettledAt = fromMillis(settled.Int64)
	return r, checkOutcome(r.Outcome)
}

// checkOutcome refuses what no version writes.
func checkOutcome(o outcome.Outcome) error {
	if s := o.Reason.Status(); s == "" || s != o.Status {
		return fmt.Errorf("%w: a row has the status %q with the reason %q", ErrDamaged, o.Status, o.Reason)
	}
	return nil
}

// ReasonCounts counts the rows of the job by reason.
func (l *Ledger) ReasonCounts(j Job) (map[outcome.Reason]int, error) {
	rows, err := l.read.Query(`SELECT status, reason, count(*) FROM rows WHERE job = ? GROUP BY status, reason`, j.pk)
	if err != nil {
		return nil, wrap("count rows", err)
	}
	defer rows.Close()
	counts := make(map[outcome.Reason]int)
	total := 0
	for rows.Next() {
		var o outcome.Outcome
		var n int
		if err := errors.Join(rows.Scan(&o.Status, &o.Reason, &n), checkOutcome(o)); err != nil {
			return nil, wrap("count rows", err)
		}
		counts[o.Reason] += n
		total += n
	}
	err = rows.Err()
	if err == nil && j.Planned && total != j.Rows {
		err = fmt.Errorf("%w: it has %d of the %d rows", ErrDamaged, total, j.Rows)
	}
	return counts, wrap("count rows", err)
}

// ContactIDs reads the contact ids of the job's created rows, in file order,
// with the row's number.
func (l *Ledger) ContactIDs(j Job) iter.Seq2[ContactID, error] {
	const query = `SELECT number, contact_id FROM rows
		WHERE job = ? AND number > ? AND contact_id IS NOT NULL AND status = 'created' ORDER BY number LIMIT ?`
	next := func(after int) ([]ContactID, error) {
		items, err := queryPage(l, query, func(s *sql.Rows) (c ContactID, err error) {
			err = s.Scan(&c.Number, &c.ID)
			return c, err
		}, j.pk, after, page)
		return items, wrap("read contact ids", err)
	}
	return paged(next, func(c ContactID) int { return c.Number })
}

// ContactID is the API's id of the contact of a row.
type ContactID struct {
	Number int
	ID     string
}
