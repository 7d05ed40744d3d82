package report

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// Columns returns the columns of report.csv in their order.
//
// line is the record's first physical line, where the header's is 1; input is
// the phone cell as found (guarded, see [feedback.Guard]); phone is E.164; settled_at is
// RFC 3339 in UTC, to the second. A cell whose value is not known is empty,
// except attempts, where nothing sent is 0.
func Columns() []string {
	return []string{
		"line", "input", "phone", "status", "reason", "contact_id", "duplicate_of_line",
		"http_status", "error_code", "message", "request_id", "attempts", "idempotency_key", "settled_at",
	}
}

// tables are the files of rows. Three lanes write them: report.csv, the CSV files that go
// back to the user, and the workbooks.
type tables struct {
	report         *table
	retry, invalid *back
	contacts       *back       // nil: it is not written
	stays          *receipt    // of the contacts.csv that stays; nil: none does
	sum            *receiptSum // nil: there is no contacts.csv
	user           userColumns
	lanes          *lanes
	parcel         *parcel // that is being filled
}

// openTables starts the files in the order in which they will be renamed. The tables must be
// closed.
func openTables(st *stage, in Input) (*tables, error) {
	comma := cmp.Or(in.Comma, ',')
	if !parts(comma) {
		return nil, fmt.Errorf("the character %q can't separate the cells of retry.csv, invalid.csv and contacts.csv", comma)
	}
	all, err := st.create(ReportName)
	if err != nil {
		return nil, err
	}
	ts := &tables{user: newUserColumns(in), report: &table{file: all, comma: ',', append: appendRecord}}
	if ts.retry, err = openBack(st, RetryName, RetryBookName, in); err != nil {
		return nil, err
	}
	if ts.invalid, err = openBack(st, InvalidName, InvalidBookName, in); err != nil {
		return nil, err
	}
	if in.Contacts {
		ts.sum = newReceiptSum()
	}
	switch {
	case in.Contacts && in.ContactsStay:
		ts.stays = readMarker(st.dir).Receipt
		if ts.stays == nil {
			return nil, ErrContactsDiffer
		}
		st.stay(ts.stays.Files)
	case in.Contacts:
		if ts.contacts, err = openBack(st, ContactsName, ContactsBookName, in); err != nil {
			return nil, err
		}
	}
	if err := ts.report.header(Columns()); err != nil {
		return nil, err
	}
	ts.lanes = startLanes(ts.writeReport, ts.writeCSV, ts.writeBooks)
	ts.parcel = ts.lanes.parcel()
	return ts, nil
}

// close ends the lanes, after an error or finish. Their error is known, or does not matter.
func (ts *tables) close() { _ = ts.lanes.close() }

// write has the row written to the files that it belongs to. Error: also one of a row before.
func (ts *tables) write(r *outcome.Row) error {
	if err := ts.begin(r.Record); err != nil {
		return err
	}
	ts.parcel.add(r, &ts.user)
	if !ts.parcel.full() {
		return nil
	}
	full := ts.parcel
	ts.parcel = ts.lanes.parcel()
	return ts.lanes.send(full)
}

func (ts *tables) writeReport(p *parcel) error {
	for i := range p.rows {
		if err := ts.report.rowOf(&p.rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (ts *tables) writeCSV(p *parcel) error {
	if ts.sum != nil {
		ts.sum.add(p.rows)
	}
	for _, part := range ts.parts(p) {
		for _, cells := range part.rows {
			if err := part.of.csv.row(cells); err != nil {
				return err
			}
		}
	}
	return nil
}

func (ts *tables) writeBooks(p *parcel) error {
	for _, part := range ts.parts(p) {
		for _, cells := range part.rows {
			if err := part.of.bookRow(cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// part is the rows of a parcel that belong to one table.
type part struct {
	of   *back
	rows [][]string
}

func (ts *tables) parts(p *parcel) [3]part {
	return [...]part{{ts.retry, p.retry}, {ts.invalid, p.invalid}, {ts.contacts, p.contacts}}
}

// begin writes the headers of the user's columns before the first row; first is
// that row's record, nil where there is no row.
func (ts *tables) begin(first []string) error {
	if ts.user.known {
		return nil
	}
	ts.user.learn(first)
	if err := ts.retry.begin(&ts.user, nil, nil); err != nil {
		return err
	}
	if err := ts.invalid.begin(&ts.user, feedback.Columns(), reasonWidths()); err != nil {
		return err
	}
	if ts.contacts == nil {
		return nil
	}
	return ts.contacts.begin(&ts.user, feedback.ContactColumns(), contactWidths())
}

// finish completes the files; a file without rows still gets its header.
func (ts *tables) finish() error {
	if err := ts.begin(nil); err != nil {
		return err
	}
	if err := ts.lanes.send(ts.parcel); err != nil {
		return err
	}
	if err := ts.lanes.close(); err != nil {
		return err
	}
	if err := ts.report.file.flush(); err != nil {
		return err
	}
	if err := ts.retry.finish(); err != nil {
		return err
	}
	if err := ts.invalid.finish(); err != nil || ts.contacts == nil {
		return err
	}
	return ts.contacts.finish()
}

// appendReport appends a line of report.csv, with the cells of Columns. Texts of the
// server are guarded like those of the user. It makes no text of a cell first: this is most
// of the work of a report.
func appendReport(line []byte, r *outcome.Row) []byte {
	line = strconv.AppendInt(line, int64(r.Line), 10)
	line = appendForeign(line, r.Input)
	line = appendText(line, r.Phone)
	line = append(append(line, ','), r.Status...)
	line = append(append(line, ','), r.Reason...)
	line = appendForeign(line, r.ContactID)
	line = appendNumber(line, r.DuplicateOf)
	line = appendNumber(line, r.HTTPStatus)
	line = appendForeign(line, r.ErrorCode)
	line = appendForeign(line, r.Message)
	line = appendForeign(line, r.RequestID)
	line = strconv.AppendInt(append(line, ','), int64(r.Attempts), 10)
	line = appendText(line, r.Key)
	line = append(line, ',')
	if !r.SettledAt.IsZero() {
		line = r.SettledAt.UTC().AppendFormat(line, time.RFC3339)
	}
	return append(line, '\n')
}

// appendText appends a comma and a cell of ours.
func appendText(line []byte, cell string) []byte { return appendCell(append(line, ','), cell, ',') }

// appendForeign appends a comma and a cell that somebody else wrote.
func appendForeign(line []byte, cell string) []byte {
	if feedback.Plain(cell) {
		return append(append(line, ','), cell...)
	}
	return appendText(line, feedback.Guard(cell))
}

// appendNumber appends a comma and a number; 0: nothing behind it.
func appendNumber(line []byte, n int) []byte {
	line = append(line, ',')
	if n == 0 {
		return line
	}
	return strconv.AppendInt(line, int64(n), 10)
}

// table is a CSV file of a stage.
type table struct {
	file   *staged
	comma  rune
	append func(line []byte, cells []string, comma rune) []byte // one record
	line   []byte                                               // the record in hand, reused
}

// header writes a record that is not counted as a row.
func (t *table) header(cells []string) error {
	t.line = t.append(t.line[:0], cells, t.comma)
	_, err := t.file.buf.Write(t.line)
	return err
}

func (t *table) row(cells []string) error {
	t.file.rows++
	return t.header(cells)
}

// rowOf writes a row of report.csv.
func (t *table) rowOf(r *outcome.Row) error {
	t.file.rows++
	t.line = appendReport(t.line[:0], r)
	_, err := t.file.buf.Write(t.line)
	return err
}
