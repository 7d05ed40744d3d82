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

const (
	textWidth  = 80 // columns of the terminal that the text is made for
	textLines  = 25 // of that terminal; the reasons get what the rest leaves
	minReasons = 3  // lines that the reasons get in any case
	noteLines  = 4  // for all notes; summary.json has them whole
)

// WriteText writes the summary for people: the verdict, the classes, the
// reasons with the first lines where they occur, requests and time, notes,
// where the files are, and the command to run next (next, or s.Next where that
// is ""; none where both are). It is about 25 lines at most (29 in the worst case), 80 columns wide unless a
// path, a command or an unbreakable word is longer, and holds no phone number
// and no cell. s and f are what Write was given and gave; an f without Dir
// leaves the files out.
func WriteText(w io.Writer, s Summary, d Digest, f Files, next string) error {
	s = d.Fill(s, f)
	next = cmp.Or(next, s.Next)
	var above, below strings.Builder
	textVerdict(&above, s)
	textClasses(&above, s.Counts)
	textRequests(&below, s)
	textNotes(&below, s.Notes)
	textFiles(&below, s, d, f)
	if next != "" {
		fmt.Fprintf(&below, "next:    %s\n", plain(next))
	}
	others := strings.Count(above.String()+below.String(), "\n") + 1 // an empty line before the reasons
	textReasons(&above, d, max(minReasons, textLines-others))
	_, err := io.WriteString(w, above.String()+below.String())
	return err
}

// textVerdict writes the verdict in one line, and in at most two more each who opted
// out, and the reason of a stop.
func textVerdict(b *strings.Builder, s Summary) {
	v := judge(s)
	subject := printable.Path(s.Input.Name)
	if subject != "" {
		subject += ": "
	}
	if s.Sandbox {
		subject = "[sandbox] " + subject
	}
	fmt.Fprintf(b, "%s%s\n", subject, v.Headline)
	if out := s.optedOut(); out != "" {
		textWrapped(b, "  ", out, 2)
	}
	if s.Stopped != nil {
		textWrapped(b, "  ", s.Stopped.Message, 2)
	}
	b.WriteByte('\n')
}

func textClasses(b *strings.Builder, c outcome.Counts) {
	width := len(human.Number(c.Rows))
	for _, k := range classes(c) {
		line := fmt.Sprintf("  %-9s  %*s  %8s", k.Status, width, human.Number(k.Count), human.Percent(k.Count, c.Rows))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	fmt.Fprintf(b, "  %-9s  %*s\n", "rows", width, human.Number(c.Rows))
}

// textReasons lists the reasons in at most that many lines, without the reason
// created, which says no more than its class.
func textReasons(b *strings.Builder, d Digest, most int) {
	groups := slices.DeleteFunc(slices.Clone(d.Groups), func(g Group) bool { return g.Reason == outcome.ReasonCreated })
	if len(groups) == 0 {
		return
	}
	b.WriteByte('\n')
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
		where := g.whereWithin(textWidth - len("  ")*3 - name - count)
		fmt.Fprintf(b, "  %-*s  %*s  %s\n", name, g.Reason, count, human.Number(g.Count), where)
	}
	if hidden > 0 {
		fmt.Fprintf(b, "  and %d more reasons in %s\n", hidden, HTMLName)
	}
}

// textRequests writes the requests and the time of all runs, and those of this run if
// there were others.
func textRequests(b *strings.Builder, s Summary) {
	b.WriteByte('\n')
	if s.Requests.Total() == 0 {
		fmt.Fprintf(b, "  no request was sent; %s\n", human.Measured(seconds(s.DurationSeconds)))
		return
	}
	fmt.Fprintf(b, "  %s in %s\n", cost(s.Requests), human.Measured(seconds(s.DurationSeconds)))
	if s.ThisRun.Requests != s.Requests && s.ThisRun.Requests.Total() > 0 {
		fmt.Fprintf(b, "  of these, this run: %s in %s\n", human.Count(s.ThisRun.Requests.Total(), "request", "requests"), human.Measured(seconds(s.ThisRun.DurationSeconds)))
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

// textNotes writes notes while two lines are left for each. The last note gets all
// lines that are left, for a command at its end.
func textNotes(b *strings.Builder, notes []string) {
	used := 0
	for i, note := range notes {
		if used+2 > noteLines {
			fmt.Fprintf(b, "  note: %d more in %s\n", len(notes)-i, SummaryName)
			return
		}
		most := 2
		if i == len(notes)-1 {
			most = noteLines - used
		}
		used += textWrapped(b, "  note: ", note, most)
	}
}

// textWrapped writes text after a prefix in at most that many lines, with an ellipsis
// if the text is longer, and returns the number of lines.
func textWrapped(b *strings.Builder, prefix, text string, most int) int {
	lines := human.Wrap(plain(text), textWidth-len(prefix))
	if len(lines) > most {
		lines = lines[:most]
		last := lines[most-1]
		if utf8.RuneCountInString(last)+2 > textWidth-len(prefix) {
			last = last[:max(0, strings.LastIndexByte(last, ' '))]
		}
		lines[most-1] = last + " …"
	}
	for _, line := range lines {
		fmt.Fprintf(b, "%s%s\n", prefix, line)
		prefix = strings.Repeat(" ", len(prefix))
	}
	return len(lines)
}

// textFiles names the files that somebody may want to open.
func textFiles(b *strings.Builder, s Summary, d Digest, f Files) {
	if f.Dir == "" {
		return
	}
	b.WriteByte('\n')
	fmt.Fprintf(b, "report:  %s\n", printable.Path(f.HTML))
	if n := s.toRepair(); n > 0 {
		fmt.Fprintf(b, "invalid: %s\n", backText(f.InvalidBook, f.Invalid, human.Count(n, "row", "rows")+" to repair", d.OnlyCSV.Invalid))
	}
	if left := s.Counts.Failed + s.Counts.Pending; left > 0 {
		fmt.Fprintf(b, "left:    %s\n", backText(f.RetryBook, f.Retry, human.Count(left, "row", "rows"), d.OnlyCSV.Retry))
	}
	if n := s.contacts(); n > 0 && f.Contacts != "" {
		fmt.Fprintf(b, "receipt: %s\n", receiptText(f, human.Count(n, "contact", "contacts"), d.OnlyCSV.Contacts))
	}
	if f.Undo != "" {
		fmt.Fprintf(b, "undo:    %s\n", printable.Path(f.Undo))
	}
	for _, k := range f.Kept {
		fmt.Fprintf(b, "kept:    %s\n", k)
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
