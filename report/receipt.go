package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"slices"
	"strconv"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// ErrContactsDiffer says that contacts.csv is of other rows than those of this report, or has
// been replaced by another command, so that it can't stay (Input.ContactsStay).
var ErrContactsDiffer = errors.New("contacts.csv is of other rows than these: write the report with a new one")

// receiptForm is the version of what contacts.csv looks like. One that is of another is not
// kept.
const receiptForm = 1

// receipt is what the marker tells of contacts.csv and contacts.xlsx. Reading the user's
// file again and writing both takes longer than all the rest of the report of a job whose
// rows are settled, and that is written again and again. So they stay where they would be the
// same: the job's id stands for the file and for how it is read.
type receipt struct {
	Form    int    `json:"form"`
	Job     string `json:"job"`
	Rows    int    `json:"rows"`
	Sum     string `json:"sum"` // see receiptSum
	OnlyCSV int    `json:"only_csv"`
	Files   []File `json:"files"`
}

// HasContacts reports whether the directory has the job's contacts.csv and contacts.xlsx as
// they were written, with that many rows: then Input.ContactsStay is worth a try.
func (p *Place) HasContacts(job string, rows int) bool {
	m := readMarker(p.dir)
	r := m.Receipt
	return r != nil && r.Form == receiptForm && r.Job == job && r.Rows == rows && len(r.Files) == 2 &&
		!slices.ContainsFunc(r.Files, func(f File) bool { return !m.has(p.dir, f) })
}

// stay has the files of the earlier report stay.
func (s *stage) stay(files []File) {
	for _, f := range files {
		s.files = append(s.files, &staged{name: f.Name, stays: &f})
	}
}

// receiptSum is the SHA-256 of all that contacts.csv takes from the ledger.
type receiptSum struct {
	sum  hash.Hash
	line []byte // reused
	rows int
}

func newReceiptSum() *receiptSum { return &receiptSum{sum: sha256.New()} }

// add adds the rows with a contact.
func (s *receiptSum) add(rows []outcome.Row) {
	s.line = s.line[:0]
	for i := range rows {
		r := &rows[i]
		if !r.HasContact() {
			continue
		}
		s.rows++
		s.line = append(strconv.AppendInt(s.line, int64(r.Number), 10), ' ')
		s.line = append(append(s.line, r.Phone...), ' ')
		s.line = append(append(s.line, r.Status...), ' ')
		s.line = append(appendQuotedID(s.line, r.ContactID), '\n')
	}
	s.sum.Write(s.line)
}

// appendQuotedID appends what strconv.Quote makes of an id. Nearly all need nothing but the
// quotes.
func appendQuotedID(line []byte, id string) []byte {
	if feedback.Plain(id) {
		return append(append(append(line, '"'), id...), '"')
	}
	return strconv.AppendQuote(line, id)
}

func (s *receiptSum) String() string { return hex.EncodeToString(s.sum.Sum(nil)) }

// receipt keeps what the marker is to tell of contacts.csv, and returns how many rows are in
// the CSV file only. Where the user's file was not at hand the next report is to try again.
// Error: ErrContactsDiffer.
func (ts *tables) receipt(st *stage) (onlyCSV int, err error) {
	switch {
	case ts.stays != nil && (ts.stays.Sum != ts.sum.String() || ts.stays.Rows != ts.sum.rows):
		return 0, ErrContactsDiffer
	case ts.stays != nil:
		st.receipt = ts.stays
		return ts.stays.OnlyCSV, nil
	case ts.contacts == nil:
		return 0, nil
	case !ts.user.detached:
		files := []File{ts.contacts.csv.file.file(), ts.contacts.file.file()}
		st.receipt = &receipt{Form: receiptForm, Rows: ts.sum.rows, Sum: ts.sum.String(), OnlyCSV: ts.contacts.left, Files: files}
	}
	return ts.contacts.left, nil
}
