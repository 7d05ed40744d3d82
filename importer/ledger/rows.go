package ledger

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// Row is a row of a job as a report shows it.
type Row struct {
	Row       outcome.Row
	KeyNumber int // 1; 2 and up after a burnt key
}

// planSteps are how many rows one statement inserts: as many as are there. SQLite allows
// 32,766 parameters (https://www.sqlite.org/limits.html), and more than some hundreds of
// rows make a plan no faster.
var planSteps = [...]int{200, 50, 8, 1}

// planKind is how many of a row's columns a statement takes from it.
type planKind int

const (
	plannedWhole planKind = iota
	plannedOpen           // an open row
	plannedPlain          // an open row whose cell is its number in E.164: most rows of most files
	planKinds
)

// planned are the columns of a row and its parameters, by planKind. The job is ?1 and the
// number of the statement's first row ?2: each parameter takes time, and a value that is the
// same in all rows takes less as a constant.
var planned = [planKinds]struct {
	columns string
	params  int // column2 and so on; column1 is the place of the row in the statement
}{
	plannedWhole: {"column2, column3, column4, column5, column6, column7, column8, column9, column10", 9},
	plannedOpen:  {"column2, column3, column4, 'pending', 'not_attempted', NULL, NULL, NULL, NULL", 3},
	plannedPlain: {"column2, column3, '', 'pending', 'not_attempted', NULL, NULL, NULL, NULL", 2},
}

func kindOf(r *outcome.Row) planKind {
	switch {
	case r.Reason != outcome.NotAttempted || r.Status != outcome.Pending || r.Phone == "" || r.Message != "" ||
		r.DuplicateOf != 0 || !r.SettledAt.IsZero() || r.Mark:
		return plannedWhole
	case r.Input != r.Phone:
		return plannedOpen
	}
	return plannedPlain
}

func insertRows(n int, kind planKind) string {
	var b strings.Builder
	b.WriteString("INSERT INTO rows (job, number, line, phone, input, status, reason, duplicate_of, message, settled_at, mark)\nSELECT ?1, ?2 + column1, ")
	b.WriteString(planned[kind].columns)
	b.WriteString(" FROM (VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(%d%s)", i, strings.Repeat(", ?", planned[kind].params))
	}
	b.WriteString(")")
	return b.String()
}

// inserts gives the statement for a planKind and one of planSteps.
var inserts = sync.OnceValue(func() (queries [planKinds][len(planSteps)]string) {
	for kind := range queries {
		for i, n := range planSteps {
			queries[kind][i] = insertRows(n, planKind(kind))
		}
	}
	return queries
})

// AddRows writes planned rows, in file order, in one commit. It returns at
// once; the channel gives the result when they are on the disk. Until then the
// caller must not change rows.
func (l *Ledger) AddRows(j Job, rows []outcome.Row) <-chan error {
	return l.db.Start(func(tx storage.Tx) error {
		if tx.Gathers() {
			return insertEach(tx, j, rows)
		}
		var args []any
		for len(rows) > 0 {
			kind, n := kindOf(&rows[0]), alike(rows)
			step := slices.IndexFunc(planSteps[:], func(step int) bool { return step <= n })
			args = append(args[:0], j.pk, rows[0].Number)
			for i := range rows[:planSteps[step]] {
				args = appendPlanned(args, &rows[i], kind)
			}
			if err := tx.Exec(inserts()[kind][step], args...); err != nil {
				return err
			}
			rows = rows[planSteps[step]:]
		}
		return nil
	})
}

// insertOne inserts a row where the storage gathers such statements.
const insertOne = `INSERT INTO rows (job, number, line, phone, input, status, reason, duplicate_of, message, settled_at, mark)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func insertEach(tx storage.Tx, j Job, rows []outcome.Row) error {
	for i := range rows {
		if err := tx.ExecRow(insertOne, appendPlanned([]any{j.pk, rows[i].Number}, &rows[i], plannedWhole)...); err != nil {
			return err
		}
	}
	return nil
}

// alike is how many rows, from the first on, are of one planKind and follow each other in
// the file, as far as one statement inserts them.
func alike(rows []outcome.Row) int {
	kind, n := kindOf(&rows[0]), 1
	for n < min(len(rows), planSteps[0]) && rows[n].Number == rows[0].Number+n && kindOf(&rows[n]) == kind {
		n++
	}
	return n
}

func appendPlanned(args []any, r *outcome.Row, kind planKind) []any {
	args = append(args, r.Line, phoneToSQL(r.Phone))
	switch kind {
	case plannedPlain:
		return args
	case plannedOpen:
		return append(args, r.Input)
	}
	return append(args, inputToSQL(r), string(r.Status), reasonToSQL(r.Reason),
		positive(r.DuplicateOf), text(r.Message), positive(millis(r.SettledAt)), plannedMark(r))
}

// inputToSQL is the cell, "" where it is the number itself in E.164: no number comes of a
// cell that is blank.
func inputToSQL(r *outcome.Row) string {
	if r.Input == r.Phone {
		return ""
	}
	return r.Input
}

const (
	// Each column and each text takes time.
	reportColumns = `SELECT number, line, input, phone, status || ' ' || reason, duplicate_of, contact_id, http_status, error_code, message,
	request_id, attempts, key_number, settled_at, mark IS NOT NULL FROM rows WHERE job = ?`
	reportQuery = reportColumns + ` AND number > ? ORDER BY number LIMIT ?`
	someQuery   = reportColumns + ` AND number IN (SELECT value FROM json_each(?)) ORDER BY number`
)

// Rows reads the rows of the job in file order. The sequence ends with an error if
// the ledger can't be read or rows are missing.
func (l *Ledger) Rows(j Job) iter.Seq2[Row, error] {
	next := func(after int) ([]Row, error) {
		return storage.QueryPage(l.db, page, reportQuery, scanRow, j.pk, after, page)
	}
	pages := 2
	if j.Planned && j.Rows < page {
		pages = 1 // there is no second one
	}
	return func(yield func(Row, error) bool) {
		last := 0
		for r, err := range pagedAhead(l, pages, "read rows", next, func(r Row) int { return r.Row.Number }) {
			if err == nil && r.Row.Number != last+1 {
				err = l.wrap("read rows", fmt.Errorf("%w: row %d is missing", ErrDamaged, last+1))
			}
			if !yield(r, err) || err != nil {
				return
			}
			last = r.Row.Number
		}
		if j.Planned && last != j.Rows {
			yield(Row{}, l.wrap("read rows", fmt.Errorf("%w: it has %d of the %d rows", ErrDamaged, last, j.Rows)))
		}
	}
}

// RowsOf reads the rows with these numbers, in file order.
func (l *Ledger) RowsOf(j Job, numbers []int) ([]Row, error) {
	list, err := json.Marshal(numbers)
	if err != nil {
		panic("ledger: " + err.Error())
	}
	rows, err := storage.Query(l.db, someQuery, scanRow, j.pk, string(list))
	return rows, l.wrap("read rows", err)
}

func scanRow(s *storage.Row, row *Row) error {
	var phone, settled int64
	var class string
	r := &row.Row
	err := s.ScanOrZero(&r.Number, &r.Line, &r.Input, &phone, &class, &r.DuplicateOf, &r.ContactID, &r.HTTPStatus,
		&r.ErrorCode, &r.Message, &r.RequestID, &r.Attempts, &row.KeyNumber, &settled, &r.Mark)
	if err != nil {
		return err
	}
	if r.Phone, err = phoneFromSQL(phone); err != nil {
		return err
	}
	if r.Input == "" {
		r.Input = r.Phone
	}
	r.SettledAt = fromMillis(settled)
	known, ok := classes()[class]
	if !ok {
		return fmt.Errorf("%w: a row has the status and reason %q", ErrDamaged, class)
	}
	r.Status, r.Reason = known.Status, known.Reason
	return nil
}

// classes are the statuses and reasons as reportColumns has them. That a text of the ledger
// is one of them says that they belong together, and the row needs no texts of its own.
var classes = sync.OnceValue(func() map[string]outcome.Outcome {
	all := make(map[string]outcome.Outcome)
	for _, r := range outcome.Reasons() {
		o := outcome.Outcome{Status: r.Status(), Reason: r}
		all[string(o.Status)+" "+string(r)] = o // as older versions have written all of them
		all[string(o.Status)+" "+reasonToSQL(r)] = o
	}
	return all
})

// reasonToSQL is a reason as a row has it: "" where the status says it, which spares most
// rows that are settled 7 bytes.
func reasonToSQL(r outcome.Reason) string {
	if r == outcome.ReasonCreated {
		return ""
	}
	return string(r)
}

// checkOutcome returns an error for an outcome that no version writes.
func checkOutcome(o outcome.Outcome) error {
	if s := o.Reason.Status(); s == "" || s != o.Status {
		return fmt.Errorf("%w: a row has the status %q with the reason %q", ErrDamaged, o.Status, o.Reason)
	}
	return nil
}
