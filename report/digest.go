package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/timeline"
	"sent-import/report/human"
)

// firstLines is how many lines of the file a Group names: enough to look at,
// and memory stays bounded.
const firstLines = 5

// Digest is what a report keeps of its rows. Its size does not depend on their number.
type Digest struct {
	Counts  outcome.Counts
	OnlyCSV OnlyCSV
	Groups  []Group // what needs somebody comes first, see urgency; then the most frequent reason; none is empty
	Hands   []Hand  // the first thousand rows that need a hand, in file order

	numbers numbers
	settled timeline.Timeline // rows by when a run has settled them
}

// OnlyCSV is how many rows are in retry.csv, invalid.csv and contacts.csv only, since a
// sheet of a workbook has no room for them: beyond 1,048,576 rows, over 16,384 columns, or
// with a cell of more than 32,767 characters.
type OnlyCSV struct{ Retry, Invalid, Contacts int }

// Group is all rows with one reason.
type Group struct {
	Status outcome.Status
	Reason outcome.Reason
	Count  int
	Hint   string // what to do: the hint beside these rows in invalid.csv if it is the same for all, else that of the reason
	Lines  []int  // the lines of the first five in the file, ascending
}

// Fill returns s with everything that follows from the rows and the files:
// schema, counts, reasons, complete and files. It also brings the rest into the
// form in which summary.json has it: times in UTC to the second, durations to
// the millisecond, a list of notes that is never null.
func (d Digest) Fill(s Summary, f Files) Summary {
	s.Schema = Schema
	if d.OnlyCSV.Invalid > 0 {
		s.Next = cmp.Or(s.NextCSV, s.Next)
	}
	s.Counts = d.Counts
	s.Reasons = make(map[outcome.Reason]int, len(d.Groups))
	for _, g := range d.Groups {
		s.Reasons[g.Reason] = g.Count
	}
	s.Complete = d.Counts.Complete()
	s.Files = append([]File{}, f.Written...)
	s.Notes = append([]string{}, s.Notes...)
	s.StartedAt, s.FinishedAt = whole(s.StartedAt), whole(s.FinishedAt)
	s.ThisRun.StartedAt, s.ThisRun.FinishedAt = whole(s.ThisRun.StartedAt), whole(s.ThisRun.FinishedAt)
	s.DurationSeconds = milli(s.DurationSeconds)
	if s.Undo != nil {
		u := *s.Undo
		u.StartedAt, u.FinishedAt = whole(u.StartedAt), whole(u.FinishedAt)
		s.Undo = &u
	}
	s.ThisRun.DurationSeconds = milli(s.ThisRun.DurationSeconds)
	return s
}

// tally counts rows, and refuses those that would make the report lie.
type tally struct {
	counts   outcome.Counts
	groups   map[outcome.Reason]*Group // bounded by outcome.Reasons
	hands    []Hand
	numbers  numbers
	settled  timeline.Timeline // rows by when a run has settled them
	second   int64             // Unix time of the last row that a run has settled
	inSecond int               // rows of that second that are not in settled yet
	last     *Group            // that of the last row: the next one is often of the same
	usual    string            // Hint of its reason
}

func newTally() *tally { return &tally{groups: map[outcome.Reason]*Group{}} }

// add counts one row. Rows are numbered 1, 2, 3 …; the numbers are checked because
// one missing row and another that occurs twice would add up.
func (t *tally) add(r *outcome.Row) error {
	if r.Number != t.counts.Rows+1 {
		return fmt.Errorf("the report would not add up: row %d comes where row %d belongs; nothing was written, run the same command again",
			r.Number, t.counts.Rows+1)
	}
	g, err := t.group(r)
	if err != nil {
		return err
	}
	if g.Hint != shownHint(r, t.usual) {
		g.Hint = t.usual
	}
	g.Count++
	if len(g.Lines) < firstLines {
		g.Lines = append(g.Lines, r.Line)
	}
	t.counts.Add(r.Status, 1)
	t.look(r)
	return nil
}

// look takes what report.html shows of a row beside its class and reason.
func (t *tally) look(r *outcome.Row) {
	if needsHand(r) && len(t.hands) < mostHands {
		t.hands = append(t.hands, handOf(r, shownHint(r, t.usual)))
	}
	t.numbers.add(r)
	if !r.SettledAt.IsZero() && settledByRun(r) {
		t.settle(r.SettledAt.Unix())
	}
}

// settle counts a row that was settled in a second: the row before it often was, too.
func (t *tally) settle(second int64) {
	if second != t.second && t.inSecond > 0 {
		t.settled.Add(time.Unix(t.second, 0), timeline.Slot{Settled: t.inSecond})
		t.inSecond = 0
	}
	t.second = second
	t.inSecond++
}

// settledByRun reports whether an answer of the API has settled the row, and not the plan.
func settledByRun(r *outcome.Row) bool {
	switch r.Status {
	case outcome.Pending:
		return false
	case outcome.Invalid:
		return r.Reason == outcome.RejectedByAPI
	}
	return r.Reason != outcome.InFile
}

// group is the group of the row.
func (t *tally) group(r *outcome.Row) (*Group, error) {
	if t.last != nil && t.last.Reason == r.Reason && t.last.Status == r.Status {
		return t.last, nil
	}
	if r.Status == "" || r.Reason.Status() != r.Status {
		return nil, fmt.Errorf("line %d is %q for the reason %q, which this version does not know: use the version that wrote the ledger",
			r.Line, r.Status, r.Reason)
	}
	t.usual = Hint(r.Reason)
	if t.last = t.groups[r.Reason]; t.last == nil {
		t.last = &Group{Status: r.Status, Reason: r.Reason, Hint: shownHint(r, t.usual)}
		t.groups[r.Reason] = t.last
	}
	return t.last, nil
}

// check compares what was counted with the plan.
func (d Digest) check(planned int) error {
	if d.Counts.Rows != planned {
		return fmt.Errorf("the report would not add up: %s rows were planned and %s came; nothing was written, run the same command again",
			human.Number(planned), human.Number(d.Counts.Rows))
	}
	if !d.Counts.Adds() {
		panic("report: classes do not add up to the rows")
	}
	return nil
}

func (t *tally) digest() Digest {
	if t.inSecond > 0 {
		t.settled.Add(time.Unix(t.second, 0), timeline.Slot{Settled: t.inSecond})
		t.inSecond = 0
	}
	d := Digest{Counts: t.counts, Hands: t.hands, numbers: numbers{counts: t.numbers.counts, all: t.numbers.all}, settled: t.settled, Groups: make([]Group, 0, len(t.groups))}
	for _, g := range t.groups {
		d.Groups = append(d.Groups, *g)
	}
	slices.SortFunc(d.Groups, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(a.urgency(), b.urgency()),
			cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Reason, b.Reason))
	})
	return d
}

// urgency orders groups by what the reader has to do: fix rows, run again, nothing.
func (g Group) urgency() int {
	status := g.Status
	if g.Reason == outcome.OptedOut {
		status = outcome.Duplicate // nothing is to be done about it
	}
	return slices.Index([]outcome.Status{outcome.Invalid, outcome.Failed, outcome.Pending, outcome.Duplicate, outcome.Created}, status)
}

// where names the first lines of a group: "line 5", "lines 2, 5, 9 and 204 more".
func (g Group) where() string { return g.whereFirst(len(g.Lines)) }

// whereWithin names as many of the first lines as fit into width characters,
// and one in any case.
func (g Group) whereWithin(width int) string {
	for n := len(g.Lines); n > 1; n-- {
		if text := g.whereFirst(n); len(text) <= width {
			return text
		}
	}
	return g.whereFirst(min(1, len(g.Lines)))
}

func (g Group) whereFirst(n int) string {
	names := make([]string, n)
	for i, line := range g.Lines[:n] {
		names[i] = strconv.Itoa(line)
	}
	text := human.Word(g.Count, "line ", "lines ") + strings.Join(names, ", ")
	if more := g.Count - n; more > 0 {
		text += " and " + human.Number(more) + " more"
	}
	return text
}
