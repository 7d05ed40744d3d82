// Package report turns the rows of a job into the files and the text that
// people and scripts read. It knows neither HTTP nor SQL nor how a number is
// parsed: it is given rows, in file order, and counts and writes them.
//
//	rows → report.csv, retry.csv, invalid.csv, contacts.csv → report.html → summary.json
//
// # What it promises
//
// One pass, and memory that does not grow with the file: a row is written and
// forgotten. What is kept is the [Digest]: a count and the first five lines for
// each reason. The files of rows are written side by side, by goroutines that get
// the rows in parcels of 256; an error names the file that it is about.
//
// The numbers cannot disagree with the rows. The counts and reasons of
// summary.json, of report.html and of the text are counted from the rows while
// report.csv is being written. Write refuses to write anything when the rows
// are not those of the plan: one missing, one twice, one with a reason that is
// not its status's.
//
// All or none. Every file is written under a temporary name in the same
// directory and synced; only when all of them are there are they renamed,
// summary.json last, and then the directory is synced. An error before the
// renames, or an interrupt, leaves the earlier report as it was and no temporary
// file. The promise ends between two renames: a machine that stops there leaves
// new files beside an old summary.json. That can be seen: summary.json names the
// size and the SHA-256 of each of the other files. Temporary files of a process
// that was killed are removed by a later Write, which tells them by their locks.
//
// One directory, one file's report. [Open] takes a directory for one command
// at a time, by a lock that ends with the process. A hidden file in it, the
// marker, says since before the first request whose report it is going to hold
// ([Place.Claim]), and which bytes each of our files had when it was written.
// An older version's directory is known by its summary.json. The report of a job may be
// written again while a run of it goes on: the marker has the [Version] of the one that is
// there, and an older one does not replace it ([ErrNewer]).
//
// Nothing of the user's is lost. A file in the place of one of ours whose
// SHA-256 is not in the marker was changed by somebody, or never was ours: it is
// renamed to invalid.edited-1.csv (-2 …) before ours goes there ([Files.Kept]).
// The marker knows the old and the new files while they are renamed, so a kill
// between two renames makes none of ours look changed. What is saved in the
// moment between the look and the rename is not seen.
//
// Phone numbers stay in report.csv, retry.csv, invalid.csv, contacts.csv, the
// workbooks and the marker (the rows that need a hand), which only their owner may read (0600, in a directory of 0700 where Write
// makes it).
// summary.json, report.html and the text hold counts, reasons and line numbers:
// no number, and no cell. report.html has the first thousand rows that need a hand
// with a mask for the phone cell, or with their cells if [Page.Cells] says so.
//
// The same rows and the same Summary give the same bytes. So the files of rows need not be
// written again where the rows are the same, and the marker says that the files are: see
// [Place.Refresh].
//
// # The files of rows
//
// All are UTF-8 with \n line ends; a line break within a cell stays as it is in the
// user's file. All are written on every call: a retry.csv of an earlier run must not be
// left behind, so one without rows holds its header alone.
//
// report.csv has a line for every row, comma separated, with the columns of
// [Columns].
//
// retry.csv has the rows that are failed or pending, invalid.csv those that are
// invalid, without those who opted out, since nobody is to repair these. Both have the
// user's own columns and the user's own delimiter, to be fed back. invalid.csv has three
// columns more: sent_import_line, sent_import_reason and sent_import_hint. Where the
// user's file has them already, because it is an invalid.csv itself, they are replaced
// in invalid.csv and left out of retry.csv: they would say what was wrong last time.
// Then:
//
//   - A row shorter than the header is filled with empty cells in invalid.csv,
//     so that the three columns line up, as long as all of that stays under four
//     times the bytes of the user's file; beyond that the row stands alone,
//     without the three columns. The cells by which a row is longer than the
//     header come after the three: nothing is lost.
//   - A malformed row must not turn into a good one by being written neatly. If
//     it fits the header now, but for blank cells, or stands alone, a cell behind
//     it, "delete this cell when the row is repaired", has the importer refuse it
//     until somebody has looked at it.
//   - A file without a header gets none. The three cells stand at the end of
//     the row, behind as many cells as the first row of the file has, and are
//     recognised by what they hold: a number, then the name of a reason of an
//     invalid row. Such a file is fed back as the first one was, without a
//     header and with the phone column by its number, which has not moved.
//   - Where the user's file is not at hand ([Input] has neither Header nor
//     Comma, and the rows have no Record) the files have one column of the
//     user's: the phone cells, under the phone column's name.
//
// contacts.csv is the receipt, to go back into the CRM: the rows that are created or
// duplicate/already_exists, with the user's own columns and three more,
// sent_import_contact_id, sent_import_phone and sent_import_status. They stand as those of
// invalid.csv do, with a bound of its own for the padding; a row beyond it has the user's
// cells alone. In a file without a header they are recognised by an E.164 number and a
// status. Only a report with [Input].Contacts has the file: that of a check, of a
// rehearsal or of a job that is undone has none. It takes as long as the rest of a report, so
// one that is there stays if it is of the same rows: [Input].ContactsStay.
//
// undo.csv, which only the report of a job that is undone has, has a line for each contact
// that the job created, with the columns of [UndoColumns].
//
// A report without contacts.csv or undo.csv removes one that an earlier report has left,
// if it is as that wrote it; else it is kept under another name, as other files are, unless
// it is the user's list: see [Place.InTheWay].
//
// # Spreadsheets
//
// A cell that a spreadsheet would run is written with a ' in front, and with one
// behind each ; , | tab or line break in it where a spreadsheet that parts cells
// there would run what follows: see [feedback.Guard], and [feedback.Unguard] for
// the way back. In report.csv a cell with one of these characters is quoted, whatever
// the file's own delimiter is. In retry.csv, invalid.csv and contacts.csv every cell is,
// since some spreadsheets part cells at more than one of these characters, and they begin
// with a byte order mark if the user's file does or if they hold a character outside of ASCII:
// Excel would read them in an old code page otherwise.
package report

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
)

// Names of the files of a report.
const (
	ReportName       = "report.csv"
	RetryName        = "retry.csv"
	RetryBookName    = "retry.xlsx"
	InvalidName      = "invalid.csv"
	InvalidBookName  = "invalid.xlsx"
	ContactsName     = "contacts.csv"  // only of an import that is not undone
	ContactsBookName = "contacts.xlsx" // likewise
	HTMLName         = "report.html"
	SummaryName      = "summary.json"
	UndoName         = "undo.csv" // only of a job that is undone
)

// reportNames are the names of all files that a report can have.
func reportNames() []string {
	return []string{
		ReportName, RetryName, RetryBookName, InvalidName, InvalidBookName, ContactsName, ContactsBookName,
		HTMLName, SummaryName, UndoName,
	}
}

// Input is the user's file, as far as a report needs it.
type Input struct {
	Name        string   `json:"name"`   // the file's name as people know it, without its folder
	Bytes       int64    `json:"bytes"`  // size of the file as it was read, compressed if it is
	SHA256      string   `json:"sha256"` // of those bytes, in hex
	Rows        int      `json:"rows"`   // rows of the plan; Write checks that it gets as many
	Header      []string `json:"-"`      // the user's own header; nil: the file has none, or is not at hand
	Mark        bool     `json:"-"`      // the user's file begins with a byte order mark
	Comma       rune     `json:"-"`      // the user's delimiter for the files with the user's columns; 0: a comma, or the file is not at hand
	Path        string   `json:"-"`      // where it is, so that no report is written over it; "": not known
	PhoneColumn string   `json:"-"`      // name of the column that the numbers came from, or its number from 1; "": phone
	Contacts    bool     `json:"-"`      // the report has contacts.csv and contacts.xlsx
	// ContactsStay says that those of the report before stay, and that rows with a contact
	// carry no cells. If they are of other rows, the error is ErrContactsDiffer; if they are
	// not there as they were written, see [Place.HasContacts], the directory holds a mixture.
	ContactsStay bool `json:"-"`
	// Basis stands for all that the files of rows follow from, beside this Input: the rows,
	// and the version of the program. Two reports of one basis have the same files of rows.
	// "": that can't be said.
	Basis string `json:"-"`
	// Version is how new the rows are. Where Meanwhile is set, a run may write its report at
	// the same time: one with a later version stays, and the error is ErrNewer.
	Version   Version `json:"-"`
	Meanwhile bool    `json:"-"`
}

// Files are the files of a written report.
type Files struct {
	Dir         string // where they are, as Write was given it
	Report      string // paths: Dir joined with the names above
	Retry       string
	RetryBook   string
	Invalid     string
	InvalidBook string
	Contacts    string // "" where it is not written
	ContactBook string // likewise
	HTML        string
	Summary     string
	Undo        string // "" where the job is not undone
	Written     []File // what summary.json says about the others
	Kept        []Kept // files that were in their places and that somebody had changed
}

// File is one file of a report as it was written.
type File struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`  // data rows, without the header; 0 for a file that has none
	Bytes  int64  `json:"bytes"` // size
	SHA256 string `json:"sha256"`
}

// Write writes the report of a job into the place, all files of the package comment. It reads rows once, in file order,
// to their end or their first error. The counts, the reasons, complete and
// input of s are not read but filled in from the rows and in. [Digest.Fill]
// gives the caller the Summary that was written, if s.Input is in.
//
// When ctx ends before all of the report is on the disk, the error is its cause.
//
// An error means that the earlier report, if there was one, is untouched,
// unless it says that the directory holds a mixture (a rename failed half-way)
// or could not be synced. It is wrapped: errors.Is finds the error of rows, or
// of the file system.
func (p *Place) Write(ctx context.Context, s Summary, in Input, rows iter.Seq2[outcome.Row, error]) (Files, Digest, error) {
	d, err := p.Draft(ctx, in, rows)
	if err != nil {
		return Files{}, Digest{}, err
	}
	defer d.Discard()
	return d.Finish(ctx, s, in)
}

// Draft is a report under temporary names, whose rows are written: what a summary says may
// follow from them. It must be discarded, or its process must end.
type Draft struct {
	place  *Place
	stage  *stage
	digest Digest
}

// Draft writes the rows of a report, as Write does, which makes it and finishes it.
// in.Rows is not read.
func (p *Place) Draft(ctx context.Context, in Input, rows iter.Seq2[outcome.Row, error]) (*Draft, error) {
	d := &Draft{place: p, stage: &stage{dir: p.dir}}
	d.stage.sweep()
	written := false
	defer func() {
		if !written { // also where rows panics
			d.Discard()
		}
	}()
	var err error
	if d.digest, err = writeRows(ctx, d.stage, in, rows); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	written = true
	return d, nil
}

// Discard removes what is not renamed yet: nothing after Finish.
func (d *Draft) Discard() { d.stage.discard() }

// Finish completes the report, as Write does.
func (d *Draft) Finish(ctx context.Context, s Summary, in Input) (Files, Digest, error) {
	f, err := d.complete(ctx, s, in)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		f.Kept, err = d.stage.commit(in)
	}
	if err != nil {
		for _, k := range f.Kept {
			err = fmt.Errorf("%w. What was %s is kept as %s", err, printable.Path(k.From), printable.Path(k.As))
		}
		return Files{}, Digest{}, fmt.Errorf("write report: %w", err)
	}
	d.place.stays = true
	return f, d.digest, nil
}

// complete writes the other files under their temporary names.
func (d *Draft) complete(ctx context.Context, s Summary, in Input) (Files, error) {
	if err := d.digest.check(in.Rows); err != nil {
		return Files{}, err
	}
	s.Input = in
	if d.stage.receipt != nil {
		d.stage.receipt.Job = s.Job
	}
	if in.Basis != "" {
		d.stage.report = &standing{Basis: in.Basis, Digest: keepDigest(d.digest), Files: d.stage.written()} // the files of rows alone so far
	}
	if s.Undo != nil {
		if err := writeUndo(ctx, d.stage, s.Undo.Rows); err != nil {
			return Files{}, err
		}
	}
	return writePages(d.stage, s, d.digest)
}

// writeRows writes the files of rows and counts what it writes.
func writeRows(ctx context.Context, st *stage, in Input, rows iter.Seq2[outcome.Row, error]) (Digest, error) {
	ts, err := openTables(st, in)
	if err != nil {
		return Digest{}, err
	}
	defer ts.close()
	t := newTally()
	for r, err := range rows {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return Digest{}, err
		}
		if err := t.add(&r); err != nil {
			return Digest{}, err
		}
		if err := ts.write(&r); err != nil {
			return Digest{}, err
		}
	}
	err = ts.finish()
	d := t.digest()
	d.OnlyCSV = OnlyCSV{Retry: ts.retry.left, Invalid: ts.invalid.left}
	if err == nil {
		d.OnlyCSV.Contacts, err = ts.receipt(st)
	}
	return d, err
}

// writePages writes the files that are made of counts: report.html, then
// summary.json, which describes all the others.
func writePages(st *stage, s Summary, d Digest) (Files, error) {
	page, err := st.create(HTMLName)
	if err != nil {
		return Files{}, err
	}
	if err := WriteHTML(page.buf, s, d); err != nil {
		return Files{}, err
	}
	if err := page.flush(); err != nil {
		return Files{}, err
	}
	f := st.paths()
	if s.Input.Contacts {
		f.Contacts, f.ContactBook = filepath.Join(st.dir, ContactsName), filepath.Join(st.dir, ContactsBookName)
	}
	if s.Undo != nil {
		f.Undo = filepath.Join(st.dir, UndoName)
	}
	f.Written = st.written()
	last, err := st.create(SummaryName)
	if err != nil {
		return Files{}, err
	}
	return f, writeSummary(last.buf, d.Fill(s, f))
}
