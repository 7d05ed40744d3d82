package plan

import (
	"errors"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// ErrInputChanged says that the file is not, or no longer, the one that the
// job was planned from.
var ErrInputChanged = errors.New("the file has changed since it was planned")

// Options says which file is read, how, and for which job.
type Options struct {
	Reading  Reading
	Ledger   *ledger.Ledger // nil in a check
	Job      ledger.Job     // in a check only its Input counts
	TempDir  string         // for what a large workbook is unpacked to, see source.Options
	Now      time.Time      // when the plan is made: the rows that it settles carry it
	MaxLine  uint32         // the last line that a row may begin at; 0: 4,294,967,295
	Progress *progress.Progress
}

// Totals is what is known of a file when all its rows have been read.
type Totals struct {
	Rows    int
	Reasons outcome.ByReason
	Marks   int // open rows whose contacts are to be marked as opted out
	Layout  Layout
}
