package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// userColumns separates the user's cells of a record from ours, and arranges them for
// retry.csv, invalid.csv and contacts.csv. The rules are in the package comment.
type userColumns struct {
	header   []string // the user's own, without ours; nil: none
	added    []int    // where ours stand in the header, ascending
	width    int      // of a row of the user's own columns
	single   bool     // there is one of them, and all others of the file are ours
	phone    int      // index of the phone column among them
	detached bool     // the file is not at hand: there is one column
	known    bool     // learn has been called
	column   string   // Input.PhoneColumn
	comma    rune     // Input.Comma
	room     padding  // of retry.csv and invalid.csv
	receipt  bool     // contacts.csv is written
	roomIDs  padding  // of contacts.csv
}

// padding is how many bytes of it may still be written.
type padding int64

// paddingFactor limits the padding to that many bytes for each byte of the input. It
// is enough for any real file, and keeps invalid.csv in proportion to the input even
// where every row is short and the header has thousands of columns. A compressed input
// counts with its compressed size, since it can unpack to a thousand times as much.
const paddingFactor = 4

func newUserColumns(in Input) userColumns {
	room := padding(paddingFactor * in.Bytes)
	o := userColumns{column: in.PhoneColumn, comma: in.Comma, receipt: in.Contacts && !in.ContactsStay, room: room, roomIDs: room}
	if in.Header == nil {
		return o
	}
	o.header = make([]string, 0, len(in.Header))
	for i, name := range in.Header {
		if feedback.IsOurs(name) {
			o.added = append(o.added, i)
		} else {
			o.header = append(o.header, name)
		}
	}
	return o
}

// learn finds out from the first record of the file (nil: there is none) what the
// header does not say.
func (o *userColumns) learn(first []string) {
	o.known = true
	_, err := strconv.Atoi(o.column)
	switch {
	case o.header != nil:
		o.width = len(o.header)
	case first == nil && o.comma == 0:
		o.detached, o.width = true, 1
		o.header = []string{o.column}
		if o.column == "" || err == nil { // a number is no name by which the column would be found again
			o.header[0] = "phone"
		}
	default:
		o.width = max(1, len(o.appendUserCells(nil, first)))
	}
	o.single = o.width == 1 && (len(o.added) > 0 || o.header == nil && len(first) > 1)
	o.phone = o.phoneIndex()
}

// phoneIndex finds the phone column among the user's own, by name or number; 0
// where it is neither.
func (o *userColumns) phoneIndex() int {
	if i := slices.Index(o.header, o.column); i >= 0 {
		return i
	}
	if n, err := strconv.Atoi(o.column); err == nil && n >= 1 && n <= o.width {
		return n - 1
	}
	return 0
}

// appendInvalid appends the row with our three cells behind the user's columns,
// and behind ours the cells by which the row is too long: its own, or
// [feedback.Unrepaired]. A row that can't be padded any more stands alone, with
// that mark, and its reason is in report.csv.
func (o *userColumns) appendInvalid(cells []string, r *outcome.Row) []string {
	start := len(cells)
	cells = o.appendCells(cells, r)
	cells, ok := o.pad(&o.room, cells, start)
	if !ok {
		return append(cells, feedback.Unrepaired)
	}
	hint := cmp.Or(r.Message, Hint(r.Reason))
	if r.Reason == outcome.RowMalformed && blank(cells[start+o.width:]) {
		cells = append(cells, feedback.Unrepaired)
	}
	return slices.Insert(cells, start+o.width, strconv.Itoa(r.Line), string(r.Reason), hint)
}

// appendContact appends the row with the cells of [feedback.ContactColumns] behind the
// user's columns, and behind these the blank cells by which the row is too long. A row
// that can't be padded any more stands alone.
func (o *userColumns) appendContact(cells []string, r *outcome.Row) []string {
	start := len(cells)
	cells, ok := o.pad(&o.roomIDs, o.appendCells(cells, r), start)
	if !ok {
		return cells
	}
	return slices.Insert(cells, start+o.width, r.ContactID, r.Phone, string(r.Status))
}

// blank reports whether all cells are empty or hold spaces only. The importer takes no
// notice of such cells behind a row.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// pad fills the row that begins at start with empty cells, up to the user's columns, if
// there is room for these.
func (o *userColumns) pad(room *padding, cells []string, start int) (padded []string, ok bool) {
	if !room.take(o.width-(len(cells)-start), o.comma) {
		return cells, false
	}
	for len(cells)-start < o.width {
		cells = append(cells, "")
	}
	return cells, true
}

// take reports whether so many empty cells may be written, and counts them. Each is a
// delimiter and two quotes.
func (p *padding) take(cells int, comma rune) bool {
	bytes := padding(max(0, cells) * (utf8.RuneLen(cmp.Or(comma, ',')) + len(`""`)))
	if bytes > 0 && bytes >= *p {
		return false
	}
	*p -= bytes
	return true
}

// appendRetry appends the user's own cells: a row of retry.csv. Where one column is left, since
// all others were ours, blank cells behind it are left out: in a header of one cell nothing
// says what separates these, so that another delimiter would be taken and the row refused.
func (o *userColumns) appendRetry(cells []string, r *outcome.Row) []string {
	start := len(cells)
	cells = o.appendCells(cells, r)
	if o.single && len(cells) > start && blank(cells[start+1:]) {
		return cells[:start+1]
	}
	return cells
}

// appendCells appends the user's own cells. A row
// that has none, since the file is not at hand or the record was too long to
// keep, is its phone cell in the phone column, or alone where it can't be
// padded any more.
func (o *userColumns) appendCells(cells []string, r *outcome.Row) []string {
	start := len(cells)
	switch {
	case r.Record != nil && !o.detached:
		cells = o.appendUserCells(cells, r.Record)
	case o.room.take(o.width-1, o.comma):
		for range o.width {
			cells = append(cells, "")
		}
		cells[start+o.phone] = r.Input
	default:
		cells = append(cells, r.Input)
	}
	return cells
}

// appendUserCells appends the cells of the record that are the user's.
func (o *userColumns) appendUserCells(cells, record []string) []string {
	record, _ = feedback.CutUnrepaired(record)
	if o.header == nil {
		if i := addedAt(record); i >= 0 {
			cells = append(cells, record[:i]...)
			return append(cells, record[i+len(feedback.Columns()):]...)
		}
		return append(cells, record...)
	}
	if len(o.added) == 0 {
		return append(cells, record...)
	}
	next := 0 // of added
	for i, cell := range record {
		if next < len(o.added) && o.added[next] == i {
			next++
			continue
		}
		cells = append(cells, cell)
	}
	return cells
}

// addedAt finds our three cells in a record of a file without a header by their
// content: a line number and the name of a reason of an invalid row, or an E.164 number
// and the status of a row with a contact. -1: there are none.
func addedAt(record []string) int {
	for i := len(record) - len(feedback.Columns()); i >= 0; i-- {
		_, err := strconv.Atoi(record[i])
		if err == nil && outcome.Reason(record[i+1]).Status() == outcome.Invalid || isContact(record[i+1:]) {
			return i
		}
	}
	return -1
}

// isContact reports whether the cells are what contacts.csv has behind the id.
func isContact(cells []string) bool {
	_, ok := outcome.ParseE164(cells[0])
	status := outcome.Status(cells[1])
	return ok && (status == outcome.Created || status == outcome.Duplicate)
}
