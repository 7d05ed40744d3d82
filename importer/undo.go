package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sent-import/importer/create"
	"sent-import/importer/gateway"
	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/progress"
	"sent-import/importer/undo"
)

// UndoOptions say how an import is undone.
type UndoOptions struct {
	// Changed is what becomes of contacts that somebody has changed since the import:
	// "keep" (also ""), or "delete", which asks for none of them and so costs half as many
	// requests.
	Changed string
	// Confirm is called before anything is deleted; an error of it ends the undo, which
	// returns it. nil: nobody is asked.
	Confirm func(UndoPlan) error
}

// UndoPlan is what is known before anything is deleted.
type UndoPlan struct {
	Job      JobInfo
	Run      int          // number of the job's run that the undo is
	Account  AccountInfo  // whose contacts they are, as far as the API tells
	Profile  ProfileInfo  // the same; its name is "" where that is not known
	Contacts int          // to be deleted
	InDoubt  int          // rows that are looked up first, as the import may have created their contacts
	Before   UndoCounts   // what earlier undos of the job have done
	Sharers  []UndoSharer // jobs that have some of the contacts as duplicates
	Requests int          // at most, if nothing goes wrong and no row in doubt has a contact
	// PerMinute is the rate, in requests a minute; +Inf without a limit. Duration is how
	// long the requests take at that rate.
	PerMinute float64
	Duration  time.Duration
	// Remembered is until when the API remembers the idempotency keys of the import, if
	// that is not over; zero: it is. If the ledger is lost until then, the same file again
	// would be answered with what the API remembers: contacts reported as created that are
	// not there.
	Remembered time.Time
}

// UndoSharer is another job that has contacts of an undone one as duplicates.
type UndoSharer struct {
	Job, File string // its id, and the name of its file
	Rows      int
}

// keyMemory is how long the API remembers idempotency keys.
const keyMemory = 24 * time.Hour

// Undo deletes the contacts that a job has created, exactly those, by their ids, and
// returns the job with what became of each (Result.Undo, Result.UndoRows). Rows in doubt
// are looked up first, and never created. A contact that somebody has changed since is
// kept, unless the options say otherwise; one that a newer job has created again always
// is. It can be killed and stopped like [Run], and goes on when it is called again. Until
// it is complete, Run refuses the job's file; after that, Run begins the next generation
// of the job. The options' Key, State, pace, Timeout, Outage, MaxDuration and Drain
// count; the rest is the job's.
//
// Errors: [ErrNoJob], [ErrWrongKey], [ErrLocked], the error of Confirm, and Run's.
func Undo(ctx context.Context, id string, o Options, u UndoOptions) (*Result, error) {
	if u.Changed == "" {
		u.Changed = string(undo.Keep)
	}
	if p := undo.Policy(u.Changed); p != undo.Keep && p != undo.Delete {
		return nil, &UsageError{Option: "changed", Message: "changed takes keep or delete"}
	}
	known, err := reportOf(o, id)
	if err != nil {
		return nil, err
	}
	s := known.session
	result, err := s.undo(ctx, o.withDefaults(), u)
	if err != nil {
		return nil, errors.Join(s.advise(err), s.close())
	}
	return result, nil
}

// undo is Undo on a session of a known job.
func (s *session) undo(ctx context.Context, o Options, u UndoOptions) (*Result, error) {
	if s.job.entry.Sandbox {
		return nil, &UsageError{Message: "a rehearsal in the sandbox has created nothing that could be undone"}
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	err := s.lock(ledger.BaseID(s.job.entry.ID))
	if err != nil {
		return nil, err
	}
	if s.job, err = known(s.ledger.Job(s.job.entry.ID)); err != nil { // as it is since nobody else has it
		return nil, err
	}
	if err := s.reach(o); err != nil {
		return nil, err
	}
	plan, err := s.planUndo(undo.Policy(u.Changed))
	if err != nil {
		return nil, err
	}
	if plan.Contacts+plan.InDoubt == 0 {
		return s.nothingToUndo()
	}
	return s.undoWith(ctx, plan, u)
}

// planUndo finds out what there is to do.
func (s *session) planUndo(changed undo.Policy) (p UndoPlan, err error) {
	p = UndoPlan{Job: s.job.info(), PerMinute: s.limiter.PerMinute()}
	if p.Job.ReportDir, err = s.ledger.ReportDir(s.job.entry); err != nil {
		return p, err
	}
	for row, err := range s.ledger.UndoRows(s.job.entry) {
		if err != nil {
			return p, err
		}
		if row.Made {
			p.Before.Add(row.Row.Result)
		}
		switch {
		case !row.Made:
			p.InDoubt++
		case undo.IsLeft(row, changed):
			p.Contacts++
		}
	}
	last, err := s.ledger.LastRun(s.job.entry)
	if err != nil {
		return p, err
	}
	p.Run = last + 1
	p.Before.Contacts -= p.Before.Pending
	p.Before.Pending = 0
	p.Requests = p.Contacts*changed.Requests() + p.InDoubt
	p.Duration = s.timeFor(p.Requests)
	sharers, err := s.ledger.Sharers(s.job.entry)
	for _, h := range sharers {
		p.Sharers = append(p.Sharers, UndoSharer{h.ID, h.Name, h.Rows})
	}
	if err == nil {
		p.Remembered, err = s.remembered()
	}
	return p, err
}

// remembered is until when the API remembers the keys of the job; zero if that is over.
func (s *session) remembered() (until time.Time, err error) {
	runs, err := s.ledger.Runs(s.job.entry)
	for _, r := range runs {
		if r.Requests.Create > 0 {
			until = r.FinishedAt.Add(keyMemory)
		}
	}
	if !until.After(s.started) {
		until = time.Time{}
	}
	return until, err
}

// nothingToUndo is the result of a job without a contact to delete. A kill may have come
// between the last contact and the end of an undo.
func (s *session) nothingToUndo() (*Result, error) {
	state, err := s.ledger.Undo(s.job.entry)
	switch {
	case err != nil:
		return nil, err
	case state.StartedAt.IsZero():
		s.notes.keep("The import has created no contact: there is nothing to undo.")
	case state.FinishedAt.IsZero():
		run, err := s.ledger.StartRun(s.job.entry, s.started, func() ledger.RunState { return ledger.RunState{} })
		if err == nil {
			err = run.FinishUndo(time.Now().Round(0))
		}
		if err != nil {
			return nil, err
		}
	}
	return s.result(nil, nil)
}

// undoWith asks whether the key is of the job's account, and the user, and deletes.
func (s *session) undoWith(ctx context.Context, plan UndoPlan, u UndoOptions) (*Result, error) {
	g := gateway.New(ctx, s.gatewayOptions(s.o.Drain))
	defer g.Close()
	options := s.createOptions(g, workload{})
	options.OnlyAsk, options.Resolve = true, false
	c := create.New(options)
	s.o.Progress.Start(progress.Asking, 0)
	if err := s.continueTimeline(g); err != nil {
		return nil, err
	}
	if err := s.confirmOwner(g); err != nil {
		if !stops(g, err) {
			return nil, err
		}
		done, broken := c.Abandon(err)
		if broken != nil {
			return nil, broken
		}
		return s.result(nil, stopOf(done.Stopped, stopped{last: g.LastFailure()}))
	}
	var err error
	if plan.Account, plan.Profile, err = s.owner(); err != nil {
		return nil, err
	}
	plan.Account.ID = s.account.id
	if u.Confirm != nil {
		if err := u.Confirm(plan); err != nil {
			return nil, err
		}
	}
	s.o.Progress.ExpectUndo(plan.Contacts, undo.Policy(u.Changed).Requests())
	why, err := s.deleteAll(g, c, undo.Policy(u.Changed))
	if err != nil {
		return s.resultOf(err, g.LastFailure())
	}
	s.endTimeline(g)
	this := &ThisRun{Requests: g.Requests(), Started: s.started, Finished: time.Now().Round(0)}
	return s.result(this, stopOf(why, stopped{settled: 1, last: g.LastFailure()}))
}

// deleteAll settles the rows in doubt, deletes the contacts, and writes down that nothing is
// left, if so. stopped is why it has ended early.
func (s *session) deleteAll(g *gateway.Gateway, c *create.Creator, changed undo.Policy) (stopped, broken error) {
	known, err := s.lastOffsets()
	if err != nil {
		return nil, err
	}
	g.Clock().Restore(known)
	run, err := c.StartUndo()
	if err != nil {
		return nil, err
	}
	if stopped, broken = c.SettleDoubts(); stopped != nil || broken != nil {
		return stopped, broken
	}
	s.o.Progress.Start(progress.Undoing, 0)
	options := undo.Options{
		Ledger: s.ledger, Job: s.job.entry, Run: run, Gateway: g, Progress: s.o.Progress, Changed: changed,
	}
	if err := s.addClocks(&options); err != nil {
		return nil, err
	}
	if stopped, broken = undo.New(options).Run(); stopped != nil || broken != nil {
		return stopped, broken
	}
	state, err := s.undoState()
	if err != nil || state == nil || state.Counts.Pending > 0 {
		return nil, err
	}
	return nil, run.FinishUndo(time.Now().Round(0))
}

// addClocks adds what the job's runs have known of the clock that dates contacts, and until
// when their marks can have been carried out.
func (s *session) addClocks(o *undo.Options) error {
	state, err := s.ledger.Undo(s.job.entry)
	if err != nil {
		return err
	}
	runs, err := s.ledger.Runs(s.job.entry)
	var ahead, dating time.Duration
	for _, r := range runs {
		if len(r.Offsets) > 0 {
			high := r.Offsets.Hull().High
			if !o.AheadKnown || high > ahead {
				ahead, o.AheadKnown = high, true
			}
		}
		for _, d := range r.Datings {
			dating = max(dating, d.High)
		}
		if end := r.LeaseUntil.Add(s.o.grace()); r.StartedAt.Before(state.StartedAt) && end.After(o.LastMark) {
			o.LastMark = end
		}
	}
	o.Ahead = ahead + dating
	return err
}

// confirmOwner makes sure that the key is of the job's account: for another one every
// contact would be gone already. Where the API does not tell whose key it is, it has to be
// the key that the job was run with.
func (s *session) confirmOwner(g *gateway.Gateway) error {
	if !s.account.known {
		if _, err := s.ask(g); err != nil {
			return err
		}
	}
	entry := s.job.entry
	if entry.Account != "" && s.ownsJob(entry) || s.isKeyOf(entry) {
		return nil
	}
	if entry.Account == "" || s.account.id == "" {
		return fmt.Errorf("%w %s, as far as can be told: the API does not say whose key it is, and the job was run with another key. Use that one", ErrWrongKey, entry.ID)
	}
	return fmt.Errorf("%w %s: use the key that the job was run with, or another one of its account", ErrWrongKey, entry.ID)
}

// isKeyOf reports whether the job's id was made of this key, as the account was not told.
func (s *session) isKeyOf(entry ledger.Job) bool {
	for _, url := range []string{entry.BaseURL, s.client.GivenBaseURL()} {
		id := jobid.Identity{
			FileSHA256: entry.Input.SHA256, Account: s.account.fingerprint, Profile: entry.Profile,
			Sandbox: entry.Sandbox, BaseURL: url, Reading: entry.Meaning,
		}.JobID()
		if id == ledger.BaseID(entry.ID) {
			return true
		}
	}
	return false
}
