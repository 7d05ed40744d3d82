package report

import (
	"time"

	"sent-import/importer/timeline"
)

// Page is what report.html alone shows of a job, beside its Summary. What is zero is not
// shown.
type Page struct {
	Account     string             // name of the account
	ProfileName string             // name of the child profile
	PhoneColumn string             // that the numbers were taken from
	Program     string             // the version of sent-import with what it was built from
	Plans       string             // the version of the numbering plans
	Options     []Option           // that are not at their defaults
	Timeline    *timeline.Timeline // of the requests
	Runs        []time.Time        // when each run of the job began
	Cells       Cells
}

// Option is an option in force.
type Option struct {
	Name, Value string
	From        string // where the value comes from
}

// Cells says whether report.html shows the user's cells.
type Cells int

// The ways to show cells.
const (
	MaskCells Cells = iota
	ShowCells
)
