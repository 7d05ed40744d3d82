package report

import "errors"

// Version is how new the rows of a report are. The marker keeps it, so that of two commands
// that write the report of one job at the same time the older one can't have the last word.
type Version struct {
	Job     string `json:"job"`     // "": none, as with a check
	Planned int64  `json:"planned"` // Unix time in ms: a job that was forgotten and planned again counts anew
	Changes int    `json:"changes"` // that the job's rows can have had
}

// after reports whether both are of one plan, and v is the later one.
func (v Version) after(w Version) bool {
	return v.Job != "" && v.Job == w.Job && v.Planned == w.Planned && v.Changes > w.Changes
}

// ErrNewer says that a run of the job has written a later report meanwhile (Input.Meanwhile).
// Nothing of it was touched.
var ErrNewer = errors.New("a newer report of the job stands there")
