package main

import (
	"time"

	"sent-import/importer/outcome"
)

// jsonRow is a row that was settled, as report.csv has it, but for what would tell whose
// row it is: its line does.
type jsonRow struct {
	Line        int            `json:"line"`
	Status      outcome.Status `json:"status"`
	Reason      outcome.Reason `json:"reason"`
	ContactID   string         `json:"contact_id"`
	DuplicateOf int            `json:"duplicate_of_line"` // 0: it repeats no row
	HTTPStatus  int            `json:"http_status"`       // 0: no answer decided
	ErrorCode   string         `json:"error_code"`
	Message     string         `json:"message"`
	RequestID   string         `json:"request_id"`
	Attempts    int            `json:"attempts"`
	SettledAt   time.Time      `json:"settled_at"` // to the second, as in report.csv
}

// row writes the line of a row.
func (l *lines) row(r outcome.Row) {
	_ = l.write("row", jsonRow{ // the summary says whether stdout can be written
		r.Line, r.Status, r.Reason, r.ContactID, r.DuplicateOf, r.HTTPStatus, r.ErrorCode, r.Message, r.RequestID, r.Attempts, r.SettledAt.UTC().Truncate(time.Second),
	})
}
