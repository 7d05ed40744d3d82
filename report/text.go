package report

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// Window is what a text has to fit. The zero value is for no terminal: as for one with 80
// columns and 24 lines, but for long lines, which are not broken.
type Window struct{ Columns, Lines int }

func (w Window) withDefaults() Window { return Window{cmp.Or(w.Columns, 80), cmp.Or(w.Lines, 24)} }

// textPage is a text that is written to fit a window.
type textPage struct {
	b       strings.Builder
	columns int
	breaks  int // columns of a terminal, whose lines are broken; 0: whole lines are better, for a program that reads them
	fit     density
}

func newTextPage(in Window, fit density) *textPage {
	return &textPage{columns: in.withDefaults().Columns, breaks: in.Columns, fit: fit}
}

// density is how much a text leaves out.
type density struct {
	gaps  string // an empty line between the parts, or ""
	notes int    // lines for all notes; summary.json has them whole
	least int    // lines that the reasons get in any case; report.html has them all
	why   int    // lines for why it was stopped, and for who opted out, each
}

// densities are tried until a text fits.
var densities = [...]density{{"\n", 4, 3, 2}, {"\n", 2, 2, 2}, {"", 2, 1, 2}, {"", 1, 1, 1}}

// WriteText is WriteTextIn a window of the usual size.
func WriteText(w io.Writer, s Summary, d Digest, f Files, next string) error {
	return WriteTextIn(w, Window{}, s, d, f, next)
}

// WriteTextIn writes the summary for people: the verdict, the classes, the
// reasons with the first lines where they occur, requests and time, notes,
// where the files are, and the command to run next (next, or s.Next where that
// is ""; none where both are). It fits the window, unless that is smaller than 40 columns
// and 24 lines; but a path or another word that is longer than a line stays whole. It holds
// no phone number and no cell. s and f are what Write was given and gave; an f without Dir
// leaves the files out.
func WriteTextIn(w io.Writer, in Window, s Summary, d Digest, f Files, next string) error {
	s = d.Fill(s, f)
	s.Next = cmp.Or(next, s.Next)
	text := ""
	for _, fit := range densities {
		text = textOf(in, fit, s, d, f)
		if strings.Count(text, "\n") <= in.withDefaults().Lines {
			break
		}
	}
	_, err := io.WriteString(w, text)
	return err
}

// textOf is the summary in a density.
func textOf(in Window, fit density, s Summary, d Digest, f Files) string {
	above, below := newTextPage(in, fit), newTextPage(in, fit)
	above.verdict(s)
	above.classes(s.Counts)
	below.requests(s)
	below.writeNotes(s.Notes)
	below.files(s, d, f)
	below.next(s.Next)
	others := strings.Count(above.b.String()+below.b.String()+fit.gaps, "\n")
	above.reasons(d, max(fit.least, in.withDefaults().Lines-others))
	return above.b.String() + below.b.String()
}

// verdict writes the verdict in one line, and in at most two more each who opted
// out, and the reason of a stop.
func (p *textPage) verdict(s Summary) {
	v := judge(s)
	subject := printable.Path(s.Input.Name)
	if subject != "" {
		subject += ": "
	}
	if s.Sandbox {
		subject = "[sandbox] " + subject
	}
	p.line(subject + v.Headline)
	if out := s.optedOut(); out != "" {
		p.wrapped("  ", out, p.fit.why)
	}
	if s.Stopped != nil {
		p.wrapped("  ", s.Stopped.Message, p.fit.why)
	}
	p.b.WriteString(p.fit.gaps)
}

func (p *textPage) classes(c outcome.Counts) {
	width := len(human.Number(c.Rows))
	for _, k := range classes(c) {
		line := fmt.Sprintf("  %-9s  %*s  %8s", k.Status, width, human.Number(k.Count), human.Percent(k.Count, c.Rows))
		p.line(strings.TrimRight(line, " "))
	}
	p.line(fmt.Sprintf("  %-9s  %*s", "rows", width, human.Number(c.Rows)))
}

// reasons lists the reasons in at most that many lines, without the reason
// created, which says no more than its class.
func (p *textPage) reasons(d Digest, most int) {
	groups := slices.DeleteFunc(slices.Clone(d.Groups), func(g Group) bool { return g.Reason == outcome.ReasonCreated })
	if len(groups) == 0 {
		return
	}
	p.b.WriteString(p.fit.gaps)
	hidden := 0
	if len(groups) > most {
		hidden = len(groups) - most + 1
		groups = groups[:len(groups)-hidden]
	}
	name, count := 0, 0
	for _, g := range groups {
		name = max(name, len(g.Reason))
		count = max(count, len(human.Number(g.Count)))
	}
	for _, g := range groups {
		line := fmt.Sprintf("  %-*s  %*s", name, g.Reason, count, human.Number(g.Count))
		if where := "  " + g.whereWithin(p.columns-len("  ")-len(line)); len(line+where) <= p.columns {
			line += where
		}
		p.line(line)
	}
	switch {
	case hidden > 0 && len(groups) == 0:
		p.line(fmt.Sprintf("  %s in %s", human.Count(hidden, "reason", "reasons"), HTMLName))
	case hidden > 0:
		p.line(fmt.Sprintf("  and %d more reasons in %s", hidden, HTMLName))
	}
}

// requests writes the requests and the time of all runs, and those of this run if
// there were others.
func (p *textPage) requests(s Summary) {
	p.b.WriteString(p.fit.gaps)
	if s.Requests.Total() == 0 {
		p.line("  no request was sent; " + human.Measured(seconds(s.DurationSeconds)))
		return
	}
	p.line(fmt.Sprintf("  %s in %s", cost(s.Requests), human.Measured(seconds(s.DurationSeconds))))
	if s.ThisRun.Requests != s.Requests && s.ThisRun.Requests.Total() > 0 {
		p.line(fmt.Sprintf("  of these, this run: %s in %s", human.Count(s.ThisRun.Requests.Total(), "request", "requests"), human.Measured(seconds(s.ThisRun.DurationSeconds))))
	}
}

// cost writes the requests in words: "12,345 requests (3 look-ups, 2 marks, 5 retries)".
func cost(r Requests) string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{r.Lookup + r.Get, "look-up", "look-ups"}, {r.Mark, "mark", "marks"}, {r.List, "page listed", "pages listed"}, {r.Retries, "retry", "retries"}, {r.RateLimited, "rate-limited", "rate-limited"}} {
		if p.n > 0 {
			parts = append(parts, human.Count(p.n, p.one, p.many))
		}
	}
	text := human.Count(r.Total(), "request", "requests")
	if len(parts) == 0 {
		return text
	}
	return text + " (" + strings.Join(parts, ", ") + ")"
}

// writeNotes writes notes while two lines are left for each. The last note gets all
// lines that are left, for a command at its end.
func (p *textPage) writeNotes(notes []string) {
	used := 0
	for i, note := range notes {
		if used+2 > p.fit.notes {
			p.line(fmt.Sprintf("  note: %d more in %s", len(notes)-i, SummaryName))
			return
		}
		most := 2
		if i == len(notes)-1 {
			most = p.fit.notes - used
		}
		used += p.wrapped("  note: ", note, most)
	}
}

// wrapped writes text after a prefix in at most that many lines, with an ellipsis
// if the text is longer, and returns the number of lines.
func (p *textPage) wrapped(prefix, text string, most int) int {
	lines := human.Wrap(plain(text), p.columns-len(prefix))
	if len(lines) > most {
		lines = lines[:most]
		last := lines[most-1]
		if utf8.RuneCountInString(last)+2 > p.columns-len(prefix) {
			last = last[:max(0, strings.LastIndexByte(last, ' '))]
		}
		lines[most-1] = last + " …"
	}
	for _, line := range lines {
		p.b.WriteString(prefix + line + "\n")
		prefix = strings.Repeat(" ", len(prefix))
	}
	return len(lines)
}

// files names the files that somebody may want to open.
func (p *textPage) files(s Summary, d Digest, f Files) {
	if f.Dir == "" {
		return
	}
	p.b.WriteString(p.fit.gaps)
	p.line("report:  " + printable.Path(f.HTML))
	if n := s.toRepair(); n > 0 {
		p.line("invalid: " + backText(f.InvalidBook, f.Invalid, human.Count(n, "row", "rows")+" to repair", d.OnlyCSV.Invalid))
	}
	if left := s.Counts.Failed + s.Counts.Pending; left > 0 {
		p.line("left:    " + backText(f.RetryBook, f.Retry, human.Count(left, "row", "rows"), d.OnlyCSV.Retry))
	}
	if n := s.contacts(); n > 0 && f.Contacts != "" {
		p.line("receipt: " + receiptText(f, human.Count(n, "contact", "contacts"), d.OnlyCSV.Contacts))
	}
	if f.Undo != "" {
		p.line("undo:    " + printable.Path(f.Undo))
	}
	for _, k := range f.Kept {
		p.line("kept:    " + k.String())
	}
}

// next writes the command to run next; nothing for "".
func (p *textPage) next(command string) {
	if command == "" {
		return
	}
	p.b.WriteString(human.Labelled("next:    ", plain(command), p.breaks))
}

// line writes a line, in several where it is wider than the window.
func (p *textPage) line(text string) {
	if p.breaks == 0 || utf8.RuneCountInString(text) <= p.breaks {
		p.b.WriteString(text + "\n")
		return
	}
	body := strings.TrimLeft(text, " ")
	indent := text[:len(text)-len(body)]
	const aligned = "\x00\x00" // two spaces that are for alignment stay together
	for i, line := range human.Wrap(strings.ReplaceAll(body, "  ", aligned), p.breaks-len(indent)-2) {
		if line = strings.ReplaceAll(line, aligned, "  "); i > 0 {
			line = "  " + line
		}
		p.b.WriteString(indent + line + "\n")
	}
}

// backText names the two files of a table that goes back, the one to open first: the
// workbook, unless some rows are in the CSV file only.
func backText(book, csv, rows string, onlyCSV int) string {
	if onlyCSV > 0 {
		return fmt.Sprintf("%s (%s); %s no room in %s", printable.Path(csv), rows, human.Count(onlyCSV, "has", "have"), filepath.Base(book))
	}
	return fmt.Sprintf("%s (%s), or %s", printable.Path(book), rows, filepath.Base(csv))
}

// receiptText names the receipt: first the file that a CRM takes.
func receiptText(f Files, contacts string, onlyCSV int) string {
	if onlyCSV > 0 {
		return backText(f.ContactBook, f.Contacts, contacts, onlyCSV)
	}
	return fmt.Sprintf("%s (%s), or %s", printable.Path(f.Contacts), contacts, filepath.Base(f.ContactBook))
}

// class is one status and its number of rows.
type class struct {
	Status outcome.Status
	Count  int
}

// classes are the statuses with their counts, in the order of reports.
func classes(c outcome.Counts) []class {
	return []class{
		{outcome.Created, c.Created}, {outcome.Duplicate, c.Duplicate}, {outcome.Invalid, c.Invalid},
		{outcome.Failed, c.Failed}, {outcome.Pending, c.Pending},
	}
}
