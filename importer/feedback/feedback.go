// Package feedback is what the report's files and the importer agree on, so that
// invalid.csv and retry.csv can be opened in a spreadsheet, repaired, and fed
// back: the columns that are added to the user's, the mark of a row that nobody
// has repaired yet, and the apostrophes that keep a spreadsheet from running
// what a cell holds. It imports nothing of ours.
package feedback

// Columns are those that invalid.csv has behind the user's own. The importer
// passes over them.
func Columns() []string {
	return []string{"sent_import_line", "sent_import_reason", "sent_import_hint"}
}

// Unrepaired is the last cell of a row that must not turn into a good one by
// being written neatly: one that was malformed, or that stands without our
// columns. The importer refuses a row whose last cell it is until somebody has
// looked at the row: a cell that slipped into the next column may hold another
// person's number.
const Unrepaired = "delete this cell when the row is repaired"
