package report

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"sent-import/importer/outcome"
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
	"hint":     func(r outcome.Reason) string { return Hint(r) },
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
		Files:     fileViews(s),
		Left:      s.Counts.Failed + s.Counts.Pending,
		ToRepair:  s.toRepair(),
		Untouched: untouched(s),
	})
}

// fileViews describes the files beside the page; one without rows says why it
// has none.
func fileViews(s Summary) []fileView {
	c := s.Counts
	left := c.Failed + c.Pending
	invalid, retry := "No row is invalid.", "No row is failed or pending."
	switch {
	case s.toRepair() > 0:
		invalid = "The rows that need you, with a reason and a hint beside each. Repair them and import this file."
	case c.Invalid > 0:
		invalid = "No row is to be repaired: people who opted out are left out."
	}
	if left > 0 {
		retry = "The rows that are failed or pending, as they stand in your file. Running the same command again takes care of them."
	}
	return []fileView{
		{InvalidName, invalid, human.Count(s.toRepair(), "row", "rows")},
		{RetryName, retry, human.Count(left, "row", "rows")},
		{ReportName, "Every row of the file, in its order, with what became of it.", human.Count(c.Rows, "row", "rows")},
		{SummaryName, "The figures of this page, for scripts.", ""},
	}
}
