package plan

import (
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

// newPlan is a first pass over the file of a job in a ledger of its own.
func newPlan(t *testing.T, mode string) *pass {
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
	return newPass(Options{
		Reading: Reading{OptOut: mode}.Normalised(), Ledger: l, Job: job, Now: time.Unix(1, 0), Progress: new(progress.Progress),
	}, foreknown{}, withoutRecords)
}

// take has the pass collect the rows, and returns what comes out.
func (p *pass) take(t *testing.T, rows []said) (came []outcome.Row) {
	t.Helper()
	p.emit = func(r *outcome.Row) error { came = append(came, *r); return nil }
	for i, r := range rows {
		row := source.Row{Number: i + 1, Line: i + 2, Phone: r.phone, OptOut: r.what, Elsewhere: -1}
		if r.phone == "malformed" {
			row.Malformed = "broken"
		}
		b := newBatch()
		b.add(row)
		b.work(&cellReader{numbers: make([]phone.Numbers, 1)}, p.o.Reading.OptOut)
		if err := p.collect(b); err != nil {
			t.Fatal(err)
		}
	}
	return came
}

// decide has as many passes collect the rows as it takes.
func decide(t *testing.T, p *pass, said []said) (last *pass, rows []outcome.Row) {
	t.Helper()
	rows = p.take(t, said)
	if !p.outs.late {
		return p, rows
	}
	p = newPass(p.o, foreknown{outs: p.outs.lines}, withoutRecords)
	if rows = p.take(t, said); p.outs.late {
		t.Error("two passes are not enough")
	}
	return p, rows
}

// short is what became of each row: "reason", with the line of the first row behind a
// duplicate, and "!" where the contact is to be marked.
func (p *pass) short(t *testing.T, rows []outcome.Row) (short []string) {
	t.Helper()
	found, marks := make(outcome.ByReason), 0
	for _, r := range rows {
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
			marks++
		}
		short = append(short, text)
	}
	if !maps.Equal(found, p.reasons) || marks != p.marks {
		t.Errorf("counted %v and %d marks, and the rows have %v and %d", p.reasons, p.marks, found, marks)
	}
	return short
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
			p, rows := decide(t, newPlan(t, c.mode), c.rows)
			if got := strings.Join(p.short(t, rows), ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestOptedOutSaysWhere: a row of which another row says that the person opted out names
// that row.
func TestOptedOutSaysWhere(t *testing.T) {
	a := numberOf(1)
	_, rows := decide(t, newPlan(t, OptOutSkip), []said{{a, in}, {numberOf(2), in}, {a, unclear}, {a, out}, {a, in}, {a, out}, {"123", out}})
	here, there := "opted out in this row", "opted out in line 5"
	for i, want := range []string{there, "", there, here, there, here, here} {
		if got := rows[i].Message; got != want {
			t.Errorf("line %d: got the message %q, want %q", rows[i].Line, got, want)
		}
	}
}

// TestOptOutsAreReadOnceMoreOnlyWhereNeeded: a list whose rows say it themselves costs a
// check no second pass.
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
