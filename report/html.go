package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"sent-import/importer/printable"
	"sent-import/report/human"
)

//go:embed page.html
var pageText string

// page is report.html. html/template escapes every value for its place: names
// of files and notes are the user's.
var page = template.Must(template.New(HTMLName).Funcs(template.FuncMap{
	"number":   human.Number,
	"count":    human.Count,
	"percent":  human.Percent,
	"bytes":    human.Bytes,
	"measured": func(s float64) string { return human.Measured(seconds(s)) },
	"moment":   moment,
	"where":    Group.where,
	"path":     printable.Path,
	"plain":    plain,
	"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
}).Parse(pageText))

// view is what page shows.
type view struct {
	Summary   Summary
	Verdict   verdict
	Classes   []class
	Groups    []Group
	OnlyCSV   OnlyCSV
	Files     []fileView
	Left      int  // rows failed or pending
	ToRepair  int  // rows in invalid.csv
	Untouched bool // the rows were only planned
}

// fileView is a file with what it is good for.
type fileView struct {
	Name, For, Rows string
}

// WriteHTML writes report.html: one page without scripts, which loads nothing and
// holds no phone number and no cell of the user's. Its links lead to the files of the
// report, which are in the same directory.
func WriteHTML(w io.Writer, s Summary, d Digest) error {
	s = d.Fill(s, Files{})
	return page.Execute(w, view{
		Summary:   s,
		Verdict:   judge(s),
		Classes:   classes(s.Counts),
		Groups:    d.Groups,
		OnlyCSV:   d.OnlyCSV,
		Files:     fileViews(s, d),
		Left:      s.Counts.Failed + s.Counts.Pending,
		ToRepair:  s.toRepair(),
		Untouched: untouched(s),
	})
}

// fileViews describes the files beside the page; one without rows says why it
// has none.
func fileViews(s Summary, d Digest) []fileView {
	c := s.Counts
	left := c.Failed + c.Pending
	invalid, retry := "No row is invalid.", "No row is failed or pending."
	const text = "The same rows as text, for programs. A spreadsheet that opens this file changes phone numbers."
	switch {
	case s.toRepair() > 0:
		invalid = "The rows that need you, with a reason and a hint beside each. Repair them and import this file."
	case c.Invalid > 0:
		invalid = "No row is to be repaired: people who opted out are left out."
	}
	if left > 0 {
		retry = "The rows that are failed or pending, as they stand in your file. Running the same command again takes care of them."
	}
	views := []fileView{
		{InvalidBookName, invalid, human.Count(s.toRepair()-d.OnlyCSV.Invalid, "row", "rows")},
		{InvalidName, text + roomText(d.OnlyCSV.Invalid, InvalidBookName), human.Count(s.toRepair(), "row", "rows")},
		{RetryBookName, retry, human.Count(left-d.OnlyCSV.Retry, "row", "rows")},
		{RetryName, text + roomText(d.OnlyCSV.Retry, RetryBookName), human.Count(left, "row", "rows")},
		{ReportName, "Every row of the file, in its order, with what became of it.", human.Count(c.Rows, "row", "rows")},
		{SummaryName, "The figures of this page, for scripts.", ""},
	}
	if s.Undo != nil {
		views = append(views, fileView{UndoName, "Every contact that the import created, with what its undo made of it.", human.Count(s.Undo.Counts.Contacts, "row", "rows")})
	}
	return views
}

// roomText says how many rows are in the CSV file only; "" for none.
func roomText(onlyCSV int, book string) string {
	if onlyCSV == 0 {
		return ""
	}
	return fmt.Sprintf(" For %s of them there is no room in %s.", human.Number(onlyCSV), book)
}
