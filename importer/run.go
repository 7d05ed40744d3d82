package importer

import (
	"context"
	"errors"
	"fmt"

	"sent-import/importer/create"
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/plan"
	"sent-import/importer/progress"
	"sent-import/importer/serverclock"
)

// ErrDamaged says that the ledger, or what it says of a job, can't be read. Nothing was
// overwritten. Options.Fresh sets it aside.
var ErrDamaged = ledger.ErrDamaged

// Run imports the file: it plans it, or finds it planned, creates what is
// left, and returns what became of every row, over all runs of the job.
//
// When ctx ends, the run stops starting requests, gives those in flight
// o.Drain to settle and returns a Result like any stopped run does. A request that
// was not answered by then may have been carried out: its row is pending, and the
// next run settles it first. The Result must be closed.
//
// Errors: [*UsageError]; [*InputError]; [*ProfileError]; [ErrLocked]; everything else is a reason why the run
// could not begin or go on, such as a file that can't be read or a full disk.
// What was settled before is kept in any case.
func Run(ctx context.Context, o Options) (*Result, error) {
	s := newSession(o)
	result, err := s.run(ctx)
	if err != nil {
		return nil, errors.Join(s.advise(err), s.close())
	}
	return result, nil
}

func (s *session) run(ctx context.Context) (*Result, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	if err := s.findJob(ctx); err != nil {
		return nil, err
	}
	if s.account.known { // else the job may turn out to be another one
		if err := s.claimReport(); err != nil {
			return nil, err
		}
	}
	left, err := s.left()
	if err != nil {
		return nil, err
	}
	if err := s.tellOfReading(ctx, left.reasons.Counts()); err != nil {
		return nil, err
	}
	if why := s.tooManyInvalid(left.reasons); why != nil {
		left.missingIDs, left.marks = 0, 0 // none is looked up or marked
		if err := s.announce(left, ListPlan{}, left.lastRun); err != nil {
			return nil, err
		}
		return s.result(nil, stopOf(why, stopped{}))
	}
	if left.done() {
		return s.nothingLeft(left)
	}
	return s.create(ctx)
}

// nothingLeft is the result of a run that has nothing to do.
func (s *session) nothingLeft(left workload) (*Result, error) {
	if err := s.announce(left, ListPlan{}, left.lastRun); err != nil {
		return nil, err
	}
	return s.result(nil, nil)
}

// enter prepares everything that doesn't depend on the job.
func (s *session) enter(ctx context.Context) error {
	if err := s.open(); err != nil {
		return everywhere(err)
	}
	if err := s.findInput(ctx, s.ledger.Dir(), ""); err != nil {
		return err
	}
	return everywhere(s.enterProfile(ctx))
}

// open prepares everything that depends neither on the file nor on the job.
func (s *session) open() error {
	if err := s.o.validate(); err != nil {
		return err
	}
	if err := s.openLedger(); err != nil {
		return err
	}
	if notice := s.ledger.Notice(); notice != "" {
		s.notes.tell(notice + ".")
	}
	sweepState(s.ledger)
	if err := s.connect(); err != nil {
		return err
	}
	return s.lookUpKey()
}

// findInput finds the identity of the input. What is kept of standard input is kept in dir,
// which is absolute; movable is the name of the variable that gives another one, "" for
// none.
func (s *session) findInput(ctx context.Context, dir, movable string) (err error) {
	s.input, err = plan.Identify(ctx, plan.Source{
		Path: s.o.Input, Stdin: s.o.Stdin, State: s.o.State, Dir: dir, Movable: movable,
		Progress: s.o.Progress, Say: s.notes.tell,
	})
	return err
}

// workload is what a run has to do.
type workload struct {
	reasons    outcome.ByReason // the rows of the job before the run settles any
	counts     outcome.Counts   // the same by class
	missingIDs int              // duplicates that earlier runs have left without their contact's id, if these are looked up
	lastRun    int              // number of the job's last run; 0: there was none
	marks      int              // open rows whose contacts are to be created or found, and marked as opted out then
}

// requests is how many requests that takes at most, if nothing goes wrong, beside the
// list of contacts.
func (w workload) requests() int { return w.counts.Pending + w.counts.Failed + w.missingIDs + w.marks }

// done reports whether nothing is left to do.
func (w workload) done() bool { return w.counts.Complete() && w.missingIDs == 0 }

func (s *session) left() (w workload, err error) {
	if w.reasons, err = s.reasons(); err != nil {
		return w, err
	}
	w.counts = w.reasons.Counts()
	if w.lastRun, err = s.ledger.LastRun(s.job.entry); err != nil {
		return w, err
	}
	if s.resolves() {
		w.missingIDs, err = s.ledger.CountMissingIDs(s.job.entry)
	}
	if err == nil && s.job.reading.OptOut == plan.OptOutMark && !s.o.Sandbox {
		w.marks, err = s.ledger.CountToMark(s.job.entry)
	}
	return w, err
}

// resolves reports whether the contact ids of duplicates are looked up. A rehearsal has
// none that would be worth it.
func (s *session) resolves() bool { return s.o.ResolveDuplicates && !s.o.Sandbox }

// enoughForMaxInvalid is how many rows must have been seen before a share of them means
// anything.
const enoughForMaxInvalid = 20

// tooManyInvalid returns a maxInvalidError for a file that looks like the wrong one.
// Rows of people who opted out say neither that it is nor that it is not.
func (s *session) tooManyInvalid(reasons outcome.ByReason) error {
	invalid, rows := reasons.ToRepair(), reasons.Counts().Rows-reasons[outcome.OptedOut]
	if !s.o.MaxInvalid.Exceeded(invalid, rows, enoughForMaxInvalid) {
		return nil
	}
	return &maxInvalidError{
		invalid: invalid, rows: rows, limit: s.o.MaxInvalid, columns: s.job.layout.PhoneColumns(s.o.Reading),
		unclear: reasons[outcome.OptOutUnclear], optOut: s.job.layout.OptOutColumns(),
	}
}

// create is the part of a run that costs requests.
func (s *session) create(ctx context.Context) (*Result, error) {
	g := s.gateway(ctx)
	defer g.Close()
	s.o.Progress.Start(progress.Asking, 0)
	why := s.introduce(g)
	if why != nil && !stops(g, why) {
		return nil, why
	}
	left, err := s.left()
	if err != nil {
		return nil, err
	}
	rows := s.feedRows()
	defer rows.close()
	options := s.createOptions(g, left)
	options.Settled, options.Told = rows.settled, rows.told
	c := create.New(options)
	if why == nil && left.done() { // the account has the job already, under another key
		return s.nothingLeft(left)
	}
	var list ListPlan
	if why == nil {
		list, why = c.Survey()
	}
	if err := s.announce(left, list, left.lastRun+1); err != nil {
		return nil, err
	}
	if why == nil {
		why = s.awaitDeletions(g)
	}
	if why != nil && !stops(g, why) {
		return nil, why
	}
	if err := s.continueTimeline(g); err != nil {
		return nil, err
	}
	run := func() (create.Outcome, error) { return c.Run(list) }
	if why != nil {
		run = func() (create.Outcome, error) { return c.Abandon(why) }
	}
	done, err := run()
	if err = errors.Join(err, rows.close()); err != nil {
		return s.resultOf(err, g.LastFailure())
	}
	s.endTimeline(g)
	this := &ThisRun{Settled: done.Settled, Requests: g.Requests(), Started: done.Started, Finished: done.Finished}
	return s.result(this, s.stopIn(g, done))
}

// stopIn is the Stop of a run; nil if it came to its end.
func (s *session) stopIn(g *gateway.Gateway, done create.Outcome) *Stop {
	return stopOf(done.Stopped, stopped{settled: done.Settled.Rows, inDoubt: done.InDoubt, last: g.LastFailure()})
}

func (s *session) createOptions(g *gateway.Gateway, left workload) create.Options {
	return create.Options{
		Ledger: s.ledger, Job: s.job.entry, Gateway: g, Progress: s.o.Progress, Say: s.notes.tell, Note: s.notes.keep,
		Counts: left.counts, Unrun: s.job.planned != nil, MissingIDs: left.missingIDs, Marks: left.marks, AccountKnown: s.account.known, Started: s.started,
		Existing: create.Existing(s.o.Existing), Resolve: s.resolves(), Attempts: s.o.Attempts, Concurrency: s.o.Concurrency,
		Grace: s.o.grace(), Outage: s.o.Outage, MaxFailed: s.o.MaxFailed,
	}
}

// introduce finds out what has to be known before the first creation: whose key it is,
// once for each key, and how far the server's clock is from ours, unless an earlier run has
// left that behind. A refused key costs one request. The session's job may be another one
// after that.
func (s *session) introduce(g *gateway.Gateway) error {
	known := s.account.known
	if known {
		offsets, err := s.lastOffsets()
		if err != nil {
			return err
		}
		if len(offsets) > 0 {
			g.Clock().Restore(offsets)
		}
		if len(offsets) > 0 && s.account.details.suffice(s.o.Profile) && s.o.ExpectAccount == "" {
			return nil
		}
	}
	told, err := s.ask(g) // without an answer the clock is learnt from the first creation
	if err == nil {
		err = s.expectAccount(g)
	}
	switch {
	case err == nil && !told && !known && s.account.details.silent && s.o.Owner != "":
		return fmt.Errorf("%w%s", ErrAccountUntold, gateway.Because(g.LastFailure()))
	case err != nil || !told:
		return err
	case known:
		return s.rememberAccount()
	}
	if err := s.adopt(s.account.id); err != nil {
		return err
	}
	return s.claimReport()
}

// lastOffsets is the server's clock against ours as the job's last run that knew it left
// it; nil if none did.
func (s *session) lastOffsets() (known serverclock.Offsets, err error) {
	runs, err := s.ledger.Runs(s.job.entry)
	for _, r := range runs {
		if len(r.Offsets) > 0 {
			known = r.Offsets
		}
	}
	return known, err
}

// announce tells what is coming, and the rows that the plan has settled. run is the number
// of the job's run that comes, or of its last one.
func (s *session) announce(left workload, list ListPlan, run int) error {
	p := Plan{
		Job: s.job.info(), Run: run, Resumed: s.job.resumed, Counts: left.counts, List: list,
		OptedOut: left.reasons[outcome.OptedOut], OptOutUnclear: left.reasons[outcome.OptOutUnclear], OptOutColumns: s.job.layout.OptOutColumns(),
		Resolve: s.resolves(), MissingIDs: left.missingIDs, Marks: left.marks, Requests: left.requests(),
		Account: s.account.info(), Profile: s.account.profileInfo(s.job.entry.Profile),
		PerMinute: s.limiter.PerMinute(), Region: s.job.layout.Region, Notices: s.job.layout.Notices,
	}
	if list.Choice == ListRead {
		p.Requests += list.Pages
	}
	if most := s.o.MaxRequests.Left(); most >= 0 && most < p.Requests {
		p.Allowed = most
	}
	p.Duration = s.timeFor(p.Requests)
	p.Reserve, p.Limit = s.limiter.Reserved()
	if c, ok := s.limiter.Scheduled(); ok {
		p.Timetable = &c
	}
	s.o.Plan(p)
	return s.tellPlanned()
}
