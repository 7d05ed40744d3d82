package importer

import (
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/plan"
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
	Phone      []string // the columns that the numbers are from
	Reading    Reading  // the options that say what a row means
	ReportDir  string   // absolute path of the directory of its report; only in a Result, "" where it is not known
	Planned    bool     // false: the plan was interrupted; running again makes it anew
	Created    time.Time
}

// info describes the job.
func (j job) info() JobInfo { return jobInfo(j.entry, j.reading, j.layout) }

func jobInfo(j ledger.Job, r plan.Reading, l plan.Layout) JobInfo {
	info := JobInfo{
		ID: j.ID, BaseURL: j.BaseURL, Profile: j.Profile, Sandbox: j.Sandbox,
		InputPath: j.Input.Path, InputName: j.Input.Name, InputBytes: j.Input.Bytes, SHA256: j.Input.SHA256,
		Rows: j.Rows, Header: l.Header, Phone: l.Phone, Planned: j.Planned, Created: j.CreatedAt, Delimiter: ',',
		Reading: r,
	}
	if l.Delimiter != 0 {
		info.Delimiter = rune(l.Delimiter)
	}
	if info.ID == checkID {
		info.ID = ""
	}
	return info
}
