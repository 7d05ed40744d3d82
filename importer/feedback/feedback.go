// Package feedback is the format shared by the report's files and the importer, so
// that invalid.csv and retry.csv can be opened in a spreadsheet, repaired, and
// imported, and that contacts.csv can come back from a CRM: the columns after the
// user's own, the mark of a row that nobody has repaired yet, and the apostrophes that
// keep a spreadsheet from running the content of a cell. It imports nothing of ours.
package feedback

import (
	"slices"
	"strings"
)

// Columns are the columns of invalid.csv after the user's own. The importer ignores
// them.
func Columns() []string {
	return []string{"sent_import_line", "sent_import_reason", "sent_import_hint"}
}

// ContactColumns are the columns of contacts.csv after the user's own: the id of the
// contact ("" if it is not known), its number in E.164, and the status of the row. The
// importer ignores them.
func ContactColumns() []string {
	return []string{"sent_import_contact_id", "sent_import_phone", "sent_import_status"}
}

// IsOurs reports whether a header is that of a column which a report adds.
func IsOurs(header string) bool {
	name := strings.TrimSpace(header)
	return strings.HasPrefix(name, "sent_import_") && (slices.Contains(Columns(), name) || slices.Contains(ContactColumns(), name))
}

// Unrepaired is the last cell of a row that was malformed, or that has no room for
// our columns. Written as CSV, such a row could look like a good one, with another
// person's number in a cell that has moved to the next column. So the importer
// refuses a row with this last cell, until somebody has looked at the row.
const Unrepaired = "delete this cell when the row is repaired"

// CutUnrepaired returns the record without the mark [Unrepaired], and whether it had
// it. The mark is the last cell that is not blank: a spreadsheet gives every row as
// many cells as the longest has.
func CutUnrepaired(record []string) (cells []string, found bool) {
	for i := len(record) - 1; i >= 0; i-- {
		switch strings.TrimSpace(record[i]) {
		case "":
		case Unrepaired:
			return record[:i], true
		default:
			return record, false
		}
	}
	return record, false
}
