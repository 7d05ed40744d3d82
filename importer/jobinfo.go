package importer

import (
	"time"

	"sent-import/importer/outcome"
)

// JobInfo describes a job.
type JobInfo struct {
	ID         string
	BaseURL    string
	Profile    string
	Sandbox    bool
	InputPath  string // absolute
	InputName  string
	InputBytes int64
	SHA256     string // of the file, in hexadecimal
	Rows       int
	Header     []string // nil if the file has none
	Delimiter  rune
	Mark       bool     // the file begins with a byte order mark
	Phone      []string // the columns that the numbers are from
	Columns    string   // the same, as people may see them: a header may hold a contact
	Reading    Reading  // the options that say what a row means
	// International says that the file itself has shown, in every phone column, that
	// numbers without + begin with their calling codes.
	International bool
	ReportDir     string // absolute path of the directory of its report; only in a Result, "" where it is not known
	Planned       bool   // false: the plan was interrupted; running again makes it anew
	Created       time.Time
}

// JobStatus is a job and how far it is.
type JobStatus struct {
	JobInfo
	Run      int            // number of its last run, an undo's too; 0: there was none
	Counts   outcome.Counts // of the rows that are in the ledger
	Running  bool           // a run of it is going on
	Damaged  error          // what the ledger says of it can't be read; nil: it can
	Finished time.Time      // the last time that anything changed
	Undoing  bool           // an undo of it was begun, and is not complete
	Undone   time.Time      // when its undo was complete; zero: it is not
}

// IsOpen reports whether a run, or an undo, of the job has something left to do.
func (j JobStatus) IsOpen() bool {
	return j.Undoing || j.Undone.IsZero() && !j.Counts.Complete()
}
