package plan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/progress"
	"sent-import/importer/source"
	"sent-import/importer/testenv"
)

const (
	in      = source.OptedIn
	out     = source.OptedOut
	unclear = source.OptOutUnclear
)

// said is a row of a list: its phone cell, and what its opt-out column says. The first is
// in line 2.
type said struct {
	phone string
	what  source.OptOut
}

// numberOf is a valid number; i is 0 to 9,999.
func numberOf(i int) string { return fmt.Sprintf("+1415555%04d", i) }

// newPlan is a planner of a job in a ledger of its own.
func newPlan(t *testing.T, mode string) *planner {
	t.Helper()
	l, err := ledger.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	job, err := l.CreateJob(ledger.Job{ID: "job", Generation: 1})
	if err != nil {
		t.Fatal(err)
	}
	return newPlanner(Options{
		Reading: Reading{OptOut: mode}.Normalised(), Ledger: l, Job: job, Now: time.Unix(1, 0), Progress: new(progress.Progress),
	})
}

// take has the planner collect the rows, and puts all of them into the ledger.
func (p *planner) take(t *testing.T, rows []said) {
	t.Helper()
	for i, r := range rows {
		row := source.Row{Number: i + 1, Line: i + 2, Phone: r.phone, OptOut: r.what, Elsewhere: -1}
		if r.phone == "malformed" {
			row.Malformed = "broken"
		}
		read, _ := classify(row, cellReader{numbers: make([]phone.Numbers, 1)})
		planned := withOptOut(read, row.OptOut, p.o.Reading.OptOut)
		if err := p.collect([]outcome.Row{planned}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(p.write(), p.settled()); err != nil {
		t.Fatal(err)
	}
}

// result is what the ledger says of each row: "reason", with the line of the first row
// behind a duplicate, and "!" where the contact is to be marked.
func (p *planner) result(t *testing.T) (rows []outcome.Row, short []string) {
	t.Helper()
	found := make(outcome.ByReason)
	for row, err := range p.o.Ledger.Rows(p.o.Job) {
		if err != nil {
			t.Fatal(err)
		}
		r := row.Row
		found[r.Reason]++
		if r.SettledAt.IsZero() != (r.Status == outcome.Pending) {
			t.Errorf("line %d is %s, settled at %v", r.Line, r.Status, r.SettledAt)
		}
		text := string(r.Reason)
		if r.DuplicateOf > 0 {
			text += fmt.Sprint(" ", r.DuplicateOf)
		}
		if r.Mark {
			text += "!"
		}
		rows, short = append(rows, r), append(short, text)
	}
	maps.DeleteFunc(p.reasons, func(_ outcome.Reason, n int) bool { return n == 0 })
	if !maps.Equal(found, p.reasons) {
		t.Errorf("counted %v, and the ledger has %v", p.reasons, found)
	}
	return rows, short
}

// TestOptOutByNumber: who opted out in one row has opted out in all rows with the number,
// whatever else they say.
func TestOptOutByNumber(t *testing.T) {
	a, b := numberOf(1), numberOf(2)
	for name, c := range map[string]struct {
		mode string
		rows []said
		want string
	}{
		"this row":                        {OptOutSkip, []said{{a, out}, {b, in}}, "opted_out, not_attempted"},
		"an earlier row":                  {OptOutSkip, []said{{a, out}, {b, in}, {a, in}, {a, in}}, "opted_out, not_attempted, opted_out, opted_out"},
		"a later row":                     {OptOutSkip, []said{{a, in}, {b, in}, {a, in}, {a, out}, {b, in}, {a, in}}, "opted_out, not_attempted, opted_out, opted_out, in_file 3, opted_out"},
		"two rows":                        {OptOutSkip, []said{{a, out}, {a, out}}, "opted_out, opted_out"},
		"no valid number":                 {OptOutSkip, []said{{"123", out}, {"", out}, {"123", in}}, "opted_out, opted_out, phone_too_short"},
		"a malformed row stays":           {OptOutSkip, []said{{"malformed", out}, {"malformed", unclear}}, "row_malformed, row_malformed"},
		"unclear":                         {OptOutSkip, []said{{a, unclear}, {"123", unclear}, {a, in}}, "opt_out_unclear, opt_out_unclear, not_attempted"},
		"unclear, and out before":         {OptOutSkip, []said{{a, out}, {a, unclear}}, "opted_out, opted_out"},
		"unclear, and out later":          {OptOutSkip, []said{{a, unclear}, {b, unclear}, {a, out}}, "opted_out, opt_out_unclear, opted_out"},
		"another spelling":                {OptOutSkip, []said{{"+1 (415) 555-0001", in}, {a, out}}, "opted_out, opted_out"},
		"default":                         {"", []said{{a, out}}, "opted_out"},
		"ignore":                          {OptOutIgnore, []said{{a, out}, {b, unclear}, {a, in}}, "not_attempted, not_attempted, in_file 2"},
		"mark":                            {OptOutMark, []said{{a, out}, {b, in}}, "not_attempted!, not_attempted"},
		"mark, an earlier row":            {OptOutMark, []said{{a, out}, {b, in}, {a, in}, {a, out}}, "not_attempted!, not_attempted, in_file 2, in_file 2"},
		"mark, a later row":               {OptOutMark, []said{{a, in}, {a, in}, {a, out}}, "not_attempted!, in_file 2, in_file 2"},
		"mark, no valid number":           {OptOutMark, []said{{"123", out}, {"", out}}, "phone_too_short, phone_missing"},
		"mark, malformed":                 {OptOutMark, []said{{"malformed", out}}, "row_malformed"},
		"mark, unclear":                   {OptOutMark, []said{{a, unclear}, {a, in}}, "opt_out_unclear, not_attempted"},
		"mark, unclear, and out before":   {OptOutMark, []said{{a, out}, {a, unclear}}, "not_attempted!, in_file 2"},
		"mark, unclear, and out later":    {OptOutMark, []said{{a, unclear}, {a, in}, {a, out}, {a, in}}, "not_attempted!, in_file 2, in_file 2, in_file 2"},
		"mark, unclear, then out at once": {OptOutMark, []said{{a, unclear}, {b, in}, {a, out}}, "not_attempted!, not_attempted, in_file 2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlan(t, c.mode)
			p.take(t, c.rows)
			if err := p.applyOptOuts(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, got := p.result(t)
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestOptedOutSaysWhere: a row of which another row says that the person opted out names
// that row.
func TestOptedOutSaysWhere(t *testing.T) {
	a := numberOf(1)
	p := newPlan(t, OptOutSkip)
	p.take(t, []said{{a, in}, {numberOf(2), in}, {a, unclear}, {a, out}, {a, in}, {a, out}, {"123", out}})
	if err := p.applyOptOuts(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, _ := p.result(t)
	here, there := "opted out in this row", "opted out in line 5"
	for i, want := range []string{there, "", there, here, there, here, here} {
		if got := rows[i].Message; got != want {
			t.Errorf("line %d: got the message %q, want %q", rows[i].Line, got, want)
		}
	}
}

// TestOptOutsAcrossCommits: the rows that are decided anew are in other commits than the
// one that says why, and are themselves more than one commit.
func TestOptOutsAcrossCommits(t *testing.T) {
	people := testenv.Size(5_000, 2_500) // each has two rows: more than one commit
	var rows []said
	for i := range 2 * people {
		what := in
		if i >= people && i%5 != 0 {
			what = out
		}
		rows = append(rows, said{numberOf(i % people), what})
	}
	for mode, want := range map[string][2]outcome.ByReason{
		OptOutSkip: {{outcome.NotAttempted: people, outcome.InFile: people / 5, outcome.OptedOut: people * 4 / 5},
			{outcome.NotAttempted: people / 5, outcome.InFile: people / 5, outcome.OptedOut: 2 * people * 4 / 5}},
		OptOutMark: {{outcome.NotAttempted: people, outcome.InFile: people}, {outcome.NotAttempted: people, outcome.InFile: people}},
	} {
		t.Run(mode, func(t *testing.T) {
			p := newPlan(t, mode)
			p.take(t, rows)
			if !maps.Equal(p.reasons, want[0]) {
				t.Fatalf("before: got %v, want %v", p.reasons, want[0])
			}
			if err := p.applyOptOuts(t.Context()); err != nil {
				t.Fatal(err)
			}
			found, _ := p.result(t)
			marks := 0
			for _, r := range found {
				if r.Mark {
					marks++
				}
			}
			if wanted := (want[1][outcome.InFile] - people/5); !maps.Equal(p.reasons, want[1]) || marks != wanted {
				t.Errorf("got %v and %d marks, want %v and %d", p.reasons, marks, want[1], wanted)
			}
		})
	}
}

// TestOptOutsAreReadOnceMoreOnlyWhereNeeded: a list whose rows say it themselves costs no
// second look.
func TestOptOutsAreReadOnceMoreOnlyWhereNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		rows []said
		want bool
	}{
		"no opt-out":     {[]said{{numberOf(1), in}, {numberOf(1), in}, {numberOf(2), unclear}}, false},
		"first rows say": {[]said{{numberOf(1), out}, {numberOf(2), in}, {numberOf(1), in}}, false},
		"a later row":    {[]said{{numberOf(1), in}, {numberOf(1), out}}, true},
	} {
		p := newPlan(t, OptOutSkip)
		p.take(t, c.rows)
		if p.outs.late != c.want {
			t.Errorf("%s: got %t, want %t", name, p.outs.late, c.want)
		}
	}
}

// TestOptOutsAfterAKill: a plan that ends while rows are decided anew leaves a job that is
// not planned, and the next plan finds all of them.
func TestOptOutsAfterAKill(t *testing.T) {
	p := newPlan(t, OptOutSkip)
	var rows []said
	for i := range commitRows + 10 {
		rows = append(rows, said{numberOf(i), in})
	}
	for i := range commitRows + 10 {
		rows = append(rows, said{numberOf(i), out})
	}
	p.take(t, rows)
	ctx, cancel := context.WithCancelCause(t.Context())
	killed := errors.New("killed")
	cancel(killed)
	if err := p.applyOptOuts(ctx); !errors.Is(err, killed) {
		t.Fatalf("got %v, want the plan ended", err)
	}
	job, err := p.o.Ledger.Job("job")
	if err != nil || job.Planned {
		t.Fatalf("got %+v, %v, want a job that is not planned", job, err)
	}
	o := p.o
	if o.Job, err = o.Ledger.CreateJob(ledger.Job{ID: "job", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	again := newPlanner(o)
	again.take(t, rows)
	if err := again.applyOptOuts(t.Context()); err != nil {
		t.Fatal(err)
	}
	again.result(t)
	if n := again.reasons[outcome.OptedOut]; n != len(rows) {
		t.Errorf("got %d rows that opted out, want all %d", n, len(rows))
	}
}
