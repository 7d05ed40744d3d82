package ledger

import (
	"database/sql"
	"fmt"
	"iter"
	"strconv"
	"time"

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

const planColumns = 10

func insertRows(n int) string {
	const one = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	query := `INSERT INTO rows (job, number, line, input, phone, status, reason, duplicate_of, message, settled_at) VALUES ` + one
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
		positive(r.DuplicateOf), text(r.Message), positive(millis(r.SettledAt)))
}

// positive turns 0 into NULL.
func positive[N int | int64](n N) any {
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

// maxPhone is the highest number that 15 digits give, which is as many as an
// E.164 number has.
const maxPhone = 999_999_999_999_999

// phoneToSQL stores an E.164 number as its digits: they fit an integer, which
// takes half the room of the text.
func phoneToSQL(e164 string) any {
	if e164 == "" {
		return nil
	}
	n, err := strconv.ParseInt(e164[1:], 10, 64)
	if err != nil || e164[0] != '+' || n < 1 || n > maxPhone {
		panic("ledger: not an E.164 number")
	}
	return n
}

// phoneFromSQL is the number that the digits are of; "" for 0, which is none.
func phoneFromSQL(digits int64) (string, error) {
	if digits < 0 || digits > maxPhone {
		return "", fmt.Errorf("%w: a phone number that can't be one", ErrDamaged)
	}
	if digits == 0 {
		return "", nil
	}
	return "+" + strconv.FormatInt(digits, 10), nil
}

// page is how many rows are read at once. Readers never keep a read open for
// long: the write-ahead log could not be folded back while they do.
const page = 1000

const reportQuery = `SELECT number, line, input, coalesce(phone, 0), status, reason, coalesce(duplicate_of, 0),
	coalesce(contact_id, ''), coalesce(http_status, 0), coalesce(error_code, ''), coalesce(message, ''),
	coalesce(request_id, ''), attempts, key_number, coalesce(settled_at, 0)
	FROM rows WHERE job = ? AND number > ? ORDER BY number LIMIT ?`

// Rows reads the rows of the job in file order. The sequence ends with an
// error if the ledger can't be read, or if rows are missing in it.
func (l *Ledger) Rows(j Job) iter.Seq2[Row, error] {
	next := func(after int) ([]Row, error) {
		rows, err := queryAtMost(l, page, reportQuery, scanRow, j.pk, after, page)
		return rows, l.wrap("read rows", err)
	}
	pages := 2
	if j.Planned && j.Rows < page {
		pages = 1 // and there is no other
	}
	return func(yield func(Row, error) bool) {
		last := 0
		for r, err := range pagedAhead(l, pages, next, func(r Row) int { return r.Number }) {
			if err == nil && r.Number != last+1 {
				err = l.wrap("read rows", fmt.Errorf("%w: row %d is missing", ErrDamaged, last+1))
			}
			if !yield(r, err) || err != nil {
				return
			}
			last = r.Number
		}
		if j.Planned && last != j.Rows {
			yield(Row{}, l.wrap("read rows", fmt.Errorf("%w: it has %d of the %d rows", ErrDamaged, last, j.Rows)))
		}
	}
}

// paged turns a function that reads the page after a row number into a
// sequence. The page after the one that is being used is read meanwhile.
func paged[T any](l *Ledger, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return pagedAhead(l, 1, next, number)
}

// pagedAhead does the same with so many pages at once. More than one takes a
// job's every row: only then is it known where the page after the next begins.
// In a damaged file numbers may come in any order, and a page after a lower one
// would be read for ever.
func pagedAhead[T any](l *Ledger, pages int, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		ahead := make([]func() ([]T, error), 0, pages)
		for n := range pages {
			ahead = append(ahead, readAhead(next, n*page))
		}
		defer func() { wait(ahead) }()
		for after := 0; len(ahead) > 0; {
			items, err := ahead[0]()
			ahead = append(ahead[:0], ahead[1:]...)
			if err != nil {
				yield(none, err)
				return
			}
			if len(items) == page {
				ahead = append(ahead, readAhead(next, number(items[page-1])+(pages-1)*page))
			}
			for _, item := range items {
				if number(item) <= after {
					err = l.wrap("read rows", fmt.Errorf("%w: row %d is out of order", ErrDamaged, number(item)))
					item = none
				}
				if !yield(item, err) || err != nil {
					return
				}
				after = number(item)
			}
		}
	}
}

// readAhead begins to read a page; the function that it returns waits for it.
func readAhead[T any](next func(after int) ([]T, error), after int) func() ([]T, error) {
	var items []T
	var err error
	done := make(chan struct{}) // closed when items and err are there
	go func() {
		defer close(done)
		items, err = next(after)
	}()
	return func() ([]T, error) {
		<-done
		return items, err
	}
}

// wait returns when the pages that nobody wants any more have been read:
// nothing reads on when the sequence has ended.
func wait[T any](ahead []func() ([]T, error)) {
	for _, p := range ahead {
		_, _ = p()
	}
}

// queryPage reads all that a query finds. scan fills in an item, which is zero;
// what it can't read is damage.
func queryPage[T any](l *Ledger, query string, scan func(*tuple, *T) error, args ...any) ([]T, error) {
	return queryAtMost(l, 0, query, scan, args...)
}

// queryAtMost does the same with room for so many.
func queryAtMost[T any](l *Ledger, most int, query string, scan func(*tuple, *T) error, args ...any) ([]T, error) {
	rows, err := l.read.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	r := newTuple(len(columns))
	items := make([]T, 0, most)
	for rows.Next() {
		if err := r.read(rows); err != nil {
			return nil, err
		}
		var none T
		items = append(items, none)
		if err := scan(r, &items[len(items)-1]); err != nil {
			return nil, err
		}
	}
	return items, rows.Err()
}

// scanOne reads the one column of a row.
func scanOne[T any](s *tuple, value *T) error { return s.Scan(value) }

func scanRow(s *tuple, r *Row) error {
	var phone, settled int64
	err := s.Scan(&r.Number, &r.Line, &r.Input, &phone, &r.Status, &r.Reason, &r.DuplicateOf, &r.ContactID, &r.HTTPStatus,
		&r.ErrorCode, &r.Message, &r.RequestID, &r.Attempts, &r.KeyNumber, &settled)
	if err != nil {
		return err
	}
	if r.Phone, err = phoneFromSQL(phone); err != nil {
		return err
	}
	r.SettledAt = fromMillis(settled)
	return checkOutcome(r.Outcome)
}

// checkOutcome refuses what no version writes.
func checkOutcome(o outcome.Outcome) error {
	if s := o.Reason.Status(); s == "" || s != o.Status {
		return fmt.Errorf("%w: a row has the status %q with the reason %q", ErrDamaged, o.Status, o.Reason)
	}
	return nil
}

// Elsewhere is what the rows of other jobs know of a contact.
type Elsewhere int

// What they know.
const (
	UnknownElsewhere Elsewhere = iota
	ClaimedElsewhere           // a run has a row with its number under way
	CreatedElsewhere           // a row has created it
)

// Elsewhere asks the rows of other jobs who has created the contact of a number,
// or may be about to: a row of the same account and profile whose run had a lease
// at alive. It reads all rows of the jobs that were run since a time on the
// server's clock, which is ahead of ours by as much where a run has not seen it.
func (l *Ledger) Elsewhere(j Job, phone, contactID string, since time.Time, ahead time.Duration, alive time.Time) (Elsewhere, error) {
	found, err := queryPage(l, `SELECT max(CASE WHEN status = 'created' THEN 2 ELSE 1 END) FROM rows
		WHERE job IN (SELECT job FROM runs WHERE finished_at + coalesce(offset_high, ?) >= ? AND job <> ?) AND (
			status = 'created' AND contact_id = ?
			OR phone = ? AND claimed_run IS NOT NULL AND EXISTS (
				SELECT 1 FROM runs JOIN jobs USING (job)
				WHERE runs.job = rows.job AND run = claimed_run AND lease_until >= ?
				AND base_url = ? AND account = ? AND profile = ? AND sandbox = 0))`,
		scanElsewhere, ceilMillis(ahead), millis(since), j.pk, contactID, phoneToSQL(phone), millis(alive), j.BaseURL, j.Account, j.Profile)
	if err != nil || len(found) == 0 {
		return UnknownElsewhere, l.wrap("look for a contact", err)
	}
	return found[0], nil
}

func scanElsewhere(s *tuple, e *Elsewhere) error {
	var n sql.NullInt64
	err := s.Scan(&n)
	*e = Elsewhere(n.Int64)
	return err
}

// ContactID is the API's id of the contact of a row.
type ContactID struct {
	Number int
	ID     string
}

// ContactIDs reads the contact ids of the job's created rows, in file order,
// with the row's number.
func (l *Ledger) ContactIDs(j Job) iter.Seq2[ContactID, error] {
	const query = `SELECT number, contact_id FROM rows
		WHERE job = ? AND number > ? AND contact_id IS NOT NULL AND status = 'created' ORDER BY number LIMIT ?`
	next := func(after int) ([]ContactID, error) {
		items, err := queryPage(l, query, scanContactID, j.pk, after, page)
		return items, l.wrap("read contact ids", err)
	}
	return paged(l, next, func(c ContactID) int { return c.Number })
}

func scanContactID(s *tuple, c *ContactID) error { return s.Scan(&c.Number, &c.ID) }
