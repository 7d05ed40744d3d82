package plan

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/source"
)

// remember has the ledger know of an earlier job in which the person opted out.
func (p *pass) remember(t *testing.T, number string) {
	t.Helper()
	job, err := p.o.Ledger.CreateJob(ledger.Job{ID: "earlier", Generation: 1})
	if err != nil {
		t.Fatal(err)
	}
	err = <-p.o.Ledger.AddRows(job, []outcome.Row{{Number: 1, Line: 2, Phone: number, Outcome: outcome.Outcome{
		Status: outcome.Invalid, Reason: outcome.OptedOut, SettledAt: p.o.Now}}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOptOutsOfAnEarlierImport: what the rows of a file that was a report become, if the
// ledger knows that a person opted out.
func TestOptOutsOfAnEarlierImport(t *testing.T) {
	a, b := numberOf(1), numberOf(2)
	ours := source.Columns{Rejects: true}
	for name, c := range map[string]struct {
		mode    string
		columns source.Columns
		rows    []said
		want    string
	}{
		"every row":                        {OptOutSkip, ours, []said{{a, in}, {b, in}, {a, in}, {a, unclear}}, "opted_out, not_attempted, opted_out, opted_out"},
		"the file says it, too":            {OptOutSkip, ours, []said{{a, in}, {a, out}}, "opted_out, opted_out"},
		"and of another, later":            {OptOutSkip, ours, []said{{b, in}, {a, in}, {b, out}}, "opted_out, opted_out, opted_out"},
		"mark":                             {OptOutMark, ours, []said{{a, unclear}, {b, in}, {a, in}}, "not_attempted!, not_attempted, in_file 2"},
		"mark, and the file says it, too":  {OptOutMark, ours, []said{{a, in}, {a, out}}, "not_attempted!, in_file 2"},
		"mark, and another's, later":       {OptOutMark, ours, []said{{b, in}, {a, in}, {b, out}, {a, in}}, "not_attempted!, not_attempted!, in_file 2, in_file 3"},
		"ignore":                           {OptOutIgnore, ours, []said{{a, in}, {a, in}}, "not_attempted, in_file 2"},
		"the file was no report":           {OptOutSkip, source.Columns{}, []said{{a, in}, {a, unclear}}, "not_attempted, opt_out_unclear"},
		"mark, and the file was no report": {OptOutMark, source.Columns{}, []said{{a, in}, {a, in}}, "not_attempted, in_file 2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlan(t, c.mode)
			p.remember(t, a)
			if err := p.recallOptOuts(t.Context(), c.columns); err != nil {
				t.Fatal(err)
			}
			p, rows := decide(t, p, c.rows)
			if got := strings.Join(p.short(t, rows), ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestRecallEndsWithTheRun: an interrupt ends the look into the ledger.
func TestRecallEndsWithTheRun(t *testing.T) {
	p := newPlan(t, OptOutSkip)
	p.remember(t, numberOf(1))
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	if err := p.recallOptOuts(ctx, source.Columns{Rejects: true}); !errors.Is(err, interrupted) {
		t.Errorf("got %v, want the interrupt", err)
	}
}
