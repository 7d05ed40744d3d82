package importer

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"sent-import/importer/ledger"
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
	Options    Options  // those that the job was planned with and that say what a row means; the others are zero
	ReportDir  string   // absolute path of the directory of its report; only in a Result, "" where it is not known
	Planned    bool     // false: the plan was interrupted; running again makes it anew
	Created    time.Time
}

// meaning is the options that decide what a row means. They are part of the
// job: the same file read otherwise is another job.
type meaning struct {
	PhoneColumns []string `json:"phone_columns,omitempty"`
	RegionColumn string   `json:"region_column,omitempty"`
	NoHeader     bool     `json:"no_header,omitempty"`
	Delimiter    string   `json:"delimiter,omitempty"`
	Encoding     string   `json:"encoding,omitempty"`
	Region       string   `json:"region,omitempty"`
	Types        string   `json:"types,omitempty"`
	Extension    string   `json:"extension,omitempty"`
	Multiple     string   `json:"multiple,omitempty"`
}

// options are those that have the meaning.
func (m meaning) options() Options {
	o := Options{
		PhoneColumns: m.PhoneColumns, RegionColumn: m.RegionColumn, NoHeader: m.NoHeader,
		Encoding: m.Encoding, Region: m.Region, Types: m.Types,
		Extension: m.Extension, Multiple: m.Multiple,
	}
	for _, r := range m.Delimiter {
		o.Delimiter = r
	}
	return o
}

func (o Options) meaning() string {
	m := meaning{
		PhoneColumns: o.PhoneColumns, RegionColumn: o.RegionColumn, NoHeader: o.NoHeader,
		Encoding: o.Encoding, Region: o.Region, Types: o.Types,
		Extension: o.Extension, Multiple: o.Multiple,
	}
	if o.Delimiter != 0 {
		m.Delimiter = string(o.Delimiter)
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic("importer: " + err.Error())
	}
	return string(text)
}

// layout is what the plan found out about the file, as the ledger keeps it.
type layout struct {
	Header    []string `json:"header"` // nil if there is none
	Delimiter string   `json:"delimiter"`
	Phone     []string `json:"phone_columns"`
	Region    string   `json:"region_column"`
	Notices   []string `json:"notices"`
}

// take makes the job the session's, if there was no error, and reads what the
// ledger says of how it was planned.
func (s *session) take(job ledger.Job, err error) error {
	if err != nil {
		return err
	}
	s.job = job
	s.meaning, s.layout, err = texts(job)
	return err
}

// texts reads the two texts of a job that are JSON. What no version writes is
// [ledger.ErrDamaged].
func texts(j ledger.Job) (m meaning, l layout, err error) {
	if json.Unmarshal([]byte(j.Meaning), &m) != nil || utf8.RuneCountInString(m.Delimiter) > 1 {
		return meaning{}, layout{}, damaged(j, "the options that it was planned with")
	}
	if j.Layout == "" && !j.Planned {
		return m, l, nil
	}
	if json.Unmarshal([]byte(j.Layout), &l) != nil || utf8.RuneCountInString(l.Delimiter) > 1 {
		return meaning{}, layout{}, damaged(j, "what the plan found in its file")
	}
	return m, l, nil
}

// damaged is the error of a job of which something can't be read.
func damaged(j ledger.Job, what string) error {
	return fmt.Errorf("job %s: %w: %s can't be read. Restore the ledger from a backup, or run the file again with --fresh: its contacts that exist already will then be reported as duplicates", j.ID, ledger.ErrDamaged, what)
}

func (s *session) jobInfo() JobInfo { return jobInfo(s.job, s.meaning, s.layout) }

func jobInfo(j ledger.Job, m meaning, l layout) JobInfo {
	info := JobInfo{
		ID: j.ID, BaseURL: j.BaseURL, Profile: j.Profile, Sandbox: j.Sandbox,
		InputPath: j.Input.Path, InputName: j.Input.Name, InputBytes: j.Input.Bytes, SHA256: j.Input.SHA256,
		Rows: j.Rows, Header: l.Header, Phone: l.Phone, Planned: j.Planned, Created: j.CreatedAt, Delimiter: ',',
		Options: m.options(),
	}
	for _, r := range l.Delimiter {
		info.Delimiter = r
	}
	if info.ID == checkID {
		info.ID = ""
	}
	return info
}
