package report

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed filter.js
var pageScript string

// page is report.html. html/template escapes every value for its place: names
// of files and notes are the user's. It is made at its first use: not every command
// writes one.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New(HTMLName).Funcs(template.FuncMap{
		"number":  human.Number,
		"count":   human.Count,
		"percent": human.Percent,
		"bytes":   human.Bytes,
		"moment":  moment,
		"where":   Group.where,
		"path":    printable.Path,
		"plain":   plain,
		"spans":   spans,
		"parts":   func(id, name string, parts []barOf, all int) partsView { return partsView{id, name, parts, all} },
		"iso":     func(t time.Time) string { return t.Format(time.RFC3339) },
	}).Parse(pageText))
})

// view is what page shows.
type view struct {
	Policy         string // what the page may load and run
	Style          template.CSS
	Script         template.JS // "": none is needed
	Summary        Summary
	Verdict        verdict
	Steps          []step // what to do next
	Done           string // that there is none
	Undo           []undoResult
	Shares         shares
	Classes        []class
	Groups         []Group
	Hands          []handView
	Reasons        []outcome.Reason // of Hands
	AllHands       int              // rows that need a hand, those that are not shown among them
	Open           bool             // Hands are shown without being asked for
	Regions, Types []barOf
	Numbers        int    // of Regions and of Types
	Whose          string // which numbers
	Notes          []string
	Chart          *chartView // nil: there is none
	JobFacts       []fact
	Files          []fileView
	Facts          []fact // of requests and time
	Shown          bool   // the user's cells are shown
}

// partsView is a table of parts of All numbers.
type partsView struct {
	ID, Name string
	Parts    []barOf
	All      int
}

// fact is a line of a list of names and values.
type fact struct{ Name, Text string }

// fileView is a file with what it is good for.
type fileView struct {
	Name, For, Rows string
}

// WriteHTML writes report.html: one page which loads nothing and holds no phone number
// and no cell of the user's, unless s.Page says that cells are shown. Its one script, which
// it has only where there are rows to filter, is no part of what it needs. Its links lead to the files of the report, which are in the
// same directory.
func WriteHTML(w io.Writer, s Summary, d Digest) error {
	s = d.Fill(s, Files{})
	v := view{
		Policy:   "default-src 'none'; style-src " + sourceHash(pageStyle) + "; base-uri 'none'; form-action 'none'",
		Style:    template.CSS(pageStyle),
		Summary:  s,
		Verdict:  judge(s),
		Steps:    steps(s, d.OnlyCSV),
		Done:     done(s),
		Shares:   sharesOf(s.Counts),
		Classes:  classes(s.Counts),
		Groups:   groupsOf(s, d),
		Files:    fileViews(s, d),
		Facts:    requestFacts(s),
		Chart:    chartOf(s.Page, s.Requests.Total(), &d.settled),
		Regions:  d.numbers.regionParts(),
		Types:    d.numbers.typeParts(),
		Numbers:  d.numbers.all,
		Whose:    whose(s),
		Notes:    s.Notes,
		JobFacts: jobFacts(s),
	}
	if s.Undo != nil { // no row of it needs a hand any more, and the verdict is what its note says
		v.Undo = s.Undo.results()
		v.Notes = slices.DeleteFunc(v.Notes, func(note string) bool { return note == s.Undo.Sentence() })
	} else {
		v.addHands(s, d)
	}
	return page().Execute(w, v)
}

// groupsOf are the groups of rows. In a rehearsal nothing is created.
func groupsOf(s Summary, d Digest) []Group {
	all := slices.Clone(d.Groups)
	for i := range all {
		if s.Sandbox && all[i].Reason == outcome.ReasonCreated {
			all[i].Hint = "The API has checked the number, and would have created the contact."
		}
	}
	return all
}

// whose says which numbers the page counts.
func whose(s Summary) string {
	switch {
	case s.Undo != nil:
		return "that the import had"
	case s.Sandbox:
		return "of the rehearsal"
	case untouched(s):
		return "to be imported"
	}
	return "that are in the account or on their way"
}

// addHands adds the rows that need a hand, and the script that filters them.
func (v *view) addHands(s Summary, d Digest) {
	v.Hands, v.Reasons = handViews(d.Hands, s.Input.Header, s.Page.Cells), reasonsOf(d.Hands)
	v.AllHands = s.toRepair() + s.Counts.Failed
	v.Open, v.Shown = len(d.Hands) <= openHands, s.Page.Cells == ShowCells
	if len(d.Hands) > 1 {
		v.Script = template.JS(pageScript)
		v.Policy += "; script-src " + sourceHash(pageScript)
	}
}

// sourceHash names, in a page's policy, the one text that it may use there
// (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// requestFacts are the requests by what they were for, and the time of the runs.
func requestFacts(s Summary) (facts []fact) {
	add := func(name, text string) { facts = append(facts, fact{name, text}) }
	counted := func(name string, n int) {
		if n > 0 {
			add(name, human.Number(n))
		}
	}
	creations, r := human.Number(s.Requests.Create), s.Requests
	if r.Retries > 0 {
		creations += ", " + human.Count(r.Retries, "of them a retry", "of them retries")
	}
	add("Creations", creations)
	counted("Look-ups", r.Lookup+r.Get)
	counted("Pages listed", r.List)
	counted("Account checks", r.Me)
	counted("Marks", r.Mark)
	counted("Deletions", r.Delete)
	add("Rate-limited", human.Count(r.RateLimited, "answer", "answers"))
	if !s.StartedAt.IsZero() {
		add("Started", moment(s.StartedAt))
	}
	if !s.FinishedAt.IsZero() {
		add("Finished", moment(s.FinishedAt))
	}
	add("Running for", runningFor(s))
	if s.Page.Timeline == nil {
		return facts
	}
	if l := &s.Page.Timeline.Latencies; l.Count() > 0 {
		add("Half of the answers within", tookText(l.Percentile(50)))
		for _, p := range []int{90, 99} {
			add(fmt.Sprintf("%d %% of them within", p), tookText(l.Percentile(p)))
		}
		add("Slowest answer", tookText(l.Longest))
	}
	return facts
}

// tookText is how long an answer took, in milliseconds below a second.
func tookText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
	}
	return human.Measured(d)
}

// jobFacts are what the job is of, and what has written the page.
func jobFacts(s Summary) (facts []fact) {
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, fact{name, plain(text)})
		}
	}
	add("Account", s.Page.Account)
	if s.BaseURL != "" {
		profile := cmp.Or(s.Page.ProfileName, s.Profile, "none: the account itself")
		if s.Page.ProfileName != "" {
			profile += " (" + s.Profile + ")"
		}
		add("Profile", profile)
		add("API", s.BaseURL)
	}
	add("Job", s.Job)
	add("Phone column", s.Page.PhoneColumn)
	add("Exit code", strconv.Itoa(s.ExitCode))
	add("Program", cmp.Or(s.Page.Program, s.Version))
	add("Numbering plans", s.Page.Plans)
	return facts
}

// runningFor is how long the runs took, and this one if there were others before it.
func runningFor(s Summary) string {
	text := human.Measured(seconds(s.DurationSeconds))
	if s.ThisRun.DurationSeconds > 0 && s.ThisRun.Requests != s.Requests {
		text += ", of which this run " + human.Measured(seconds(s.ThisRun.DurationSeconds))
	}
	return text
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
	if s.Input.Contacts {
		views = append(views, contactViews(s.contacts(), d.OnlyCSV.Contacts)...)
	}
	if s.Undo != nil {
		views = append(views, fileView{UndoName, "Every contact that the import created, with what its undo made of it.", human.Count(s.Undo.Counts.Contacts, "row", "rows")})
	}
	return views
}

// contactViews describe the receipt, with that many rows, of which some are in the CSV file
// only.
func contactViews(rows, onlyCSV int) []fileView {
	text := "No row has a contact."
	if rows > 0 {
		text = "Your own columns with the id, the number and the status of each contact, to go back into your CRM."
	}
	return []fileView{
		{ContactsName, text + roomText(onlyCSV, ContactsBookName), human.Count(rows, "row", "rows")},
		{ContactsBookName, "The same rows for people: a spreadsheet that opens the text changes phone numbers.", human.Count(rows-onlyCSV, "row", "rows")},
	}
}

// roomText says how many rows are in the CSV file only; "" for none.
func roomText(onlyCSV int, book string) string {
	if onlyCSV == 0 {
		return ""
	}
	return fmt.Sprintf(" For %s of them there is no room in %s.", human.Number(onlyCSV), book)
}
