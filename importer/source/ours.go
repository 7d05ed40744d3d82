package source

import (
	"fmt"
	"slices"
	"strings"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// ourColumns are the columns of a report's files that something is read from, from 0; -1
// for one that is not there.
type ourColumns struct {
	line, reason, hint int // of invalid.csv
	phone              int // of contacts.csv
}

// findOurs looks for them.
func (s sheet) findOurs() ourColumns {
	rejects, contacts := feedback.Columns(), feedback.ContactColumns()
	return ourColumns{
		line: s.placeOf(rejects[0]), reason: s.placeOf(rejects[1]), hint: s.placeOf(rejects[2]),
		phone: s.placeOf(contacts[1]),
	}
}

// placeOf returns the index of the column that a report has added under that name; -1 if
// it is not there.
func (s sheet) placeOf(name string) int {
	if s.noHeader {
		return -1
	}
	return slices.IndexFunc(s.cells, func(header string) bool { return strings.TrimSpace(header) == name })
}

// moved says why a row of a file with the columns of invalid.csv cannot be trusted; "" if
// it can. Those of contacts.csv say nothing about it: a CRM that has taken them adds rows in
// which they are blank, and writes numbers in its own way. A
// spreadsheet that parts cells at other characters than the file does moves what is
// behind them, a phone number for example, and our columns with it. Each program that
// leaves them alone leaves the row alone, too.
func (o ourColumns) moved(cells []string) string {
	line, reason := "", ""
	if o.line >= 0 {
		line = strings.TrimSpace(at(cells, o.line))
	}
	if o.reason >= 0 {
		reason = strings.TrimSpace(at(cells, o.reason))
	}
	names := feedback.Columns()
	switch {
	case line == "" && reason == "" && (o.line >= 0 || o.reason >= 0):
		return fmt.Sprintf("it has nothing in the columns %s and %s: its columns have moved, or you have added it; if so, import it from a list without these columns", names[0], names[1])
	case o.line >= 0 && !isLine(line):
		return fmt.Sprintf("its columns have moved: the cell %s holds no line number; take the row from the report again", names[0])
	case o.reason >= 0 && outcome.Reason(reason).Status() == "":
		return fmt.Sprintf("its columns have moved: the cell %s holds no reason of a report; take the row from the report again", names[1])
	}
	return ""
}

// isLine reports whether a cell is the number of a line, from 1.
func isLine(cell string) bool {
	return cell != "" && strings.Trim(cell, "0123456789") == "" && strings.Trim(cell, "0") != ""
}

// refused returns the reason and the hint of the row in the report that the file was.
func (o ourColumns) refused(cells []string) (reason outcome.Reason, hint string) {
	if o.reason >= 0 {
		reason = outcome.Reason(strings.TrimSpace(at(cells, o.reason)))
	}
	if o.hint >= 0 {
		hint = at(cells, o.hint)
	}
	if reason.Status() == "" {
		reason = ""
	}
	return reason, hint
}

// contact returns the number of the row's contact.
func (o ourColumns) contact(cells []string) string {
	if o.phone < 0 {
		return ""
	}
	return strings.TrimSpace(at(cells, o.phone))
}
