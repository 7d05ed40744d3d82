package source

import (
	"strings"

	"sent-import/importer/feedback"
)

// at returns a cell of a row that may be short, without the ' of a report file, and with
// LF for CRLF as encoding/csv reads it. It is a copy, so that keeping it does not keep
// the whole record in memory.
func at(cells []string, i int) string {
	if i >= len(cells) {
		return ""
	}
	return strings.Clone(feedback.Unguard(strings.ReplaceAll(cells[i], "\r\n", "\n")))
}
