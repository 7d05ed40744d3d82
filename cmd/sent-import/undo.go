package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// undoCmd is sent-import undo.
type undoCmd struct {
	Job         string        `arg:"" help:"The job's id, or the beginning of it; sent-import jobs lists them."`
	Changed     string        `help:"Contacts that somebody has changed since the import: keep them, or delete them too. To keep them, each contact is asked for first." enum:"keep,delete" default:"keep" variable:"-"`
	Yes         bool          `help:"Delete without asking." variable:"-"`
	Key         keyFlags      `embed:""`
	Rate        string        `help:"Requests: auto follows the account's limit; or 200/m, 10/s, unlimited." default:"auto"`
	Reserve     string        `help:"Part of the limit to leave to others, such as your messages: a share such as 20%, or requests a minute; or a timetable, such as '08:00,50% 20:00,0': from each local time on, that reserve, where 100% pauses. Default: none." placeholder:"N|P%|TIMETABLE"`
	Timeout     time.Duration `help:"Time for one attempt." default:"60s"`
	Outage      time.Duration `help:"Time without any answer after which to stop." default:"15m"`
	MaxDuration time.Duration `help:"Time that the undo may take, such as 6h; what is left then is left for the next one." placeholder:"TIME"`
	Drain       time.Duration `help:"Time for which requests in flight are waited for after an interrupt, a hang-up or a termination. Default: 25s; 0s waits for none." default:"25s" placeholder:"TIME"`
	Output      outputFlags   `embed:""`
	Ledger      stateFlag     `embed:""`
}

func (c *undoCmd) Help() string {
	return `Deletes exactly the contacts that the job has created, by their ids, and no others: a way back after the wrong file. Says first how many of which account, and what it costs, and asks. Contacts that somebody has changed since, or that a newer job has created again, are kept. Rows whose answer was lost are looked up first.

Interrupt or kill it at any moment; the same command goes on. What became of each contact is in undo.csv, beside the job's report. Until all are done, the file can't be imported; after that, running it again imports it anew.

Exit codes: 0 no contact of the job is left; 3 some were kept or could not be deleted; 1 declined, or could not begin; 2 nobody can be asked and --yes is not given; 4 and 5 as of run.

Examples:
  sent-import undo 3f9a
  sent-import undo 3f9a --yes --changed delete`
}

// Run is called by the command line's parser.
func (c *undoCmd) Run(a *app) (err error) {
	if !c.Yes && !(isTerminal(a.stdin) && isTerminal(a.stderr)) {
		return &importer.UsageError{Message: "undo asks before it deletes anything, and there is no terminal to ask on: give --yes to delete without asking"}
	}
	o, err := c.options(a)
	if err != nil {
		return err
	}
	var r *reporter
	defer func() {
		if r != nil {
			err = errors.Join(err, r.close())
		}
	}()
	place := func(job importer.JobInfo) (err error) {
		if r == nil {
			r, err = a.reporterOf(job, c.Output.Report, c.Ledger.State)
		}
		return err
	}
	a.drain.nanoseconds.Store(int64(c.Drain))
	result, err := a.show(c.Output, func(s *screen, o importer.Options) (*importer.Result, error) {
		return importer.Undo(a.ctx, c.Job, o, importer.UndoOptions{Changed: c.Changed, Confirm: func(p importer.UndoPlan) error {
			if err := place(p.Job); err != nil {
				return err
			}
			return c.confirm(a, s, p)
		}})
	}, o)
	a.drain.nanoseconds.Store(0)
	if err != nil {
		return err
	}
	if err := place(result.Job); err != nil {
		return errors.Join(err, result.Close())
	}
	return a.finish(result, finish{flags: c.Output, to: r, undo: true, next: c.again(a.args, result.Job.ID), options: a.optionsInForce()})
}

func (c *undoCmd) options(a *app) (o importer.Options, err error) {
	if c.Timeout <= 0 || c.Outage <= 0 || c.MaxDuration < 0 || c.Drain < 0 {
		return o, &importer.UsageError{Message: "--timeout, --outage, --max-duration and --drain take a time such as 60s, 15m or 6h"}
	}
	o = importer.Options{
		Rate: c.Rate, Reserve: c.Reserve, Timeout: c.Timeout, Outage: c.Outage, MaxDuration: c.MaxDuration,
		Drain: cmp.Or(c.Drain, importer.NoDrain), Version: version(),
	}
	if o.State, err = c.Ledger.dir(a); err == nil {
		o.Key, err = c.Key.key(a)
	}
	return o, err
}

// confirm shows what is going to be deleted, and asks, unless --yes is given.
func (c *undoCmd) confirm(a *app, s *screen, p importer.UndoPlan) error {
	a.lines.about(p.Job.ID, p.Run)
	_ = a.lines.write("plan", c.jsonPlan(p)) // a line that is lost is told, and by the exit code: the undo goes on
	text := c.planText(p, time.Now())
	if c.Yes {
		s.say(text)
		return nil
	}
	defer s.hold()()
	tell(a.stderr, text)
	fmt.Fprint(a.stderr, question(p))
	answer, err := ask(a.ctx, a.stdin)
	if err != nil {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return &exitError{exitFailed, "declined: nothing was deleted"}
	}
	return nil
}

func question(p importer.UndoPlan) string {
	if p.Contacts == 0 {
		return fmt.Sprintf("Look up %s, and delete what the import has created of them? [y/N] ", human.Count(p.InDoubt, "row", "rows"))
	}
	return fmt.Sprintf("Delete %s? [y/N] ", human.Count(p.Contacts, "contact", "contacts"))
}

// ask reads a line, unless ctx ends.
func ask(ctx context.Context, from io.Reader) (string, error) {
	return unlessDone(ctx, func() (string, error) {
		text, err := bufio.NewReader(from).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil // no answer is a no
		}
		return text, err
	})
}

// jsonUndoPlan is the plan of an undo as JSON.
type jsonUndoPlan struct {
	Account         string           `json:"account"` // "" where the API does not tell
	Contacts        int              `json:"contacts"`
	InDoubt         int              `json:"in_doubt"`
	Changed         string           `json:"changed"`
	Requests        int              `json:"requests"`
	PerMinute       *float64         `json:"per_minute"` // null: no limit
	DurationSeconds float64          `json:"duration_seconds"`
	DuplicatesIn    []jsonUndoSharer `json:"duplicates_in"`
	RememberedUntil time.Time        `json:"remembered_until,omitzero"`
}

// jsonUndoSharer is a job that has some of the contacts as duplicates.
type jsonUndoSharer struct {
	Job  string `json:"job"`
	File string `json:"file"`
	Rows int    `json:"rows"`
}

func (c *undoCmd) jsonPlan(p importer.UndoPlan) jsonUndoPlan {
	j := jsonUndoPlan{
		Account: p.Account.ID, Contacts: p.Contacts, InDoubt: p.InDoubt, Changed: c.Changed,
		Requests: p.Requests, DurationSeconds: p.Duration.Seconds(), DuplicatesIn: []jsonUndoSharer{}, RememberedUntil: p.Remembered.UTC(),
	}
	if p.Remembered.IsZero() {
		j.RememberedUntil = time.Time{}
	}
	if !math.IsInf(p.PerMinute, 1) {
		j.PerMinute = &p.PerMinute
	}
	for _, h := range p.Sharers {
		j.DuplicatesIn = append(j.DuplicatesIn, jsonUndoSharer{h.Job, h.File, h.Rows})
	}
	return j
}

// planText says what is going to be deleted, where, and what that costs.
func (c *undoCmd) planText(p importer.UndoPlan, now time.Time) string {
	lines := []string{
		fmt.Sprintf("%s: job %s of %s has created %s %s.", printable.Path(p.Job.InputName), p.Job.ID, p.Job.Created.Local().Format(time.DateTime),
			human.Count(p.Contacts, "contact", "contacts"), whichAccount(p)),
		c.costText(p),
	}
	if n := p.Before.Contacts; n > 0 {
		lines = append(lines, fmt.Sprintf("An earlier undo of it came as far as %s: %s deleted.", human.Count(n, "contact", "contacts"), human.Number(p.Before.Deleted)))
	}
	if p.InDoubt > 0 {
		lines = append(lines, fmt.Sprintf("%s in doubt, as an answer was lost: they are looked up first, which can take a minute and a half, and what the import has created of them is deleted as well.",
			human.Count(p.InDoubt, "row is", "rows are")))
	}
	for i, h := range p.Sharers {
		if i == mostSharers {
			lines = append(lines, fmt.Sprintf("and %s more.", human.Count(len(p.Sharers)-i, "import", "imports")))
			break
		}
		lines = append(lines, fmt.Sprintf("%s (job %s) has %s of them as duplicates: they will be gone for that list, too.",
			printable.Path(h.File), h.Job, human.Number(h.Rows)))
	}
	if !p.Remembered.IsZero() {
		lines = append(lines, fmt.Sprintf("Keep the state directory until %s: until then the API remembers the requests of this import, and would repeat its answers, without creating anything, if the directory were lost and the file imported again.",
			strings.TrimPrefix(strings.TrimPrefix(clock(now, p.Remembered.Sub(now)), "at "), "on ")))
	}
	return strings.Join(lines, "\n")
}

// mostSharers is how many other imports are named.
const mostSharers = 5

// whichAccount says where the contacts are.
func whichAccount(p importer.UndoPlan) string {
	where := "in the account of this key"
	if name := named(p.Account.Name, p.Account.ID); name != "" {
		where = "in account " + name
	}
	if name := named(p.Profile.Name, p.Profile.ID); name != "" {
		where += ", profile " + name
	}
	return where + " at " + p.Job.BaseURL + " that are going to be deleted"
}

// named is a name with its id, or the one of them that is known.
func named(name, id string) string {
	if name == "" || id == "" {
		return printable.Text(name + id)
	}
	return printable.Text(name + " (" + id + ")")
}

// costText says what the undo costs.
func (c *undoCmd) costText(p importer.UndoPlan) string {
	text := "That takes " + human.Count(p.Requests, "request", "requests")
	if !math.IsInf(p.PerMinute, 1) && p.PerMinute > 0 {
		text += fmt.Sprintf(", %s at %s/min", human.Estimated(p.Duration), rate(p.PerMinute))
	}
	if c.Changed == "keep" {
		return text + ": each contact is asked for first, and kept if somebody has changed it since the import. --changed delete deletes these as well, with half as many requests."
	}
	return text + ". Contacts that somebody has changed since the import are deleted as well."
}

// again is the command that continues the undo: the one that was given, with the whole id
// of the job, which fits no other one later.
func (c *undoCmd) again(args []string, job string) string {
	args = slices.Clone(args)
	if i := slices.Index(args, c.Job); i >= 0 {
		args[i] = job
	}
	return commandLine(args)
}

// undoCommand is the command that continues the undo of the job: the one of this command,
// or where that is no undo, one with the usual settings.
func (f finish) undoCommand(job string) string {
	if f.undo {
		return f.next
	}
	words := []string{"undo", job}
	if f.to.state != "" {
		words = append(words, "--state", noFlag(fromHere(f.to.state)))
	}
	return commandLine(words)
}

// undoCode is the exit code of the report of a job that is undone.
func undoCode(u *importer.UndoState) int {
	switch {
	case u.Finished.IsZero():
		return exitStopped
	case u.Counts.Kept() > 0:
		return exitRowsLeft
	}
	return exitOK
}
