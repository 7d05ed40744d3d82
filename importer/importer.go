package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// ErrLocked says that another run has the job. The error's text says who.
var ErrLocked = errors.New("locked")

// session is one run from its start to its report.
type session struct {
	o       Options
	ledger  *ledger.Ledger
	client  *sent.Client
	conns   int // connections to the API at most
	limiter *pace.Limiter
	input   ledger.Input
	account account
	job     ledger.Job
	meaning meaning         // of the job
	layout  layout          // of the job
	place   ReportPlace     // the zero value where there is none
	claimed string          // the job that place was claimed for
	planned *outcome.Counts // of a plan made in this session, until a row of it is settled; nil: ask the ledger
	resumed bool
	maxLine uint32   // see planner
	list    ListPlan // what is done about contacts that exist
	// nameless is how many settled duplicates are to be looked up for their
	// contact's id; 0 unless that is asked for.
	nameless int
	locks    []*ledger.Lock
	started  time.Time
	mu       sync.Mutex // guards notes, and keeps notices apart
	notes    []string
	met      troubles
	spooled  *os.File     // what is kept of standard input, locked; nil if there is none
	cleanup  func() error // nil: nothing to do
}

// Run imports the file: it plans it, or finds it planned, creates what is
// left, and returns what became of every row, over all runs of the job.
//
// When ctx ends, the run stops starting requests, gives those in flight
// o.Drain to settle and returns a Result like any stopped run does. A request that
// was not answered by then may have been carried out: its row is pending, and the
// next run settles it first. The Result must be closed.
//
// Errors: [*UsageError]; [ErrLocked]; everything else is a reason why the run
// could not begin or go on, such as a file that can't be read or a full disk.
// What was settled before is kept in any case.
func Run(ctx context.Context, o Options) (*Result, error) {
	o = o.withDefaults()
	s := &session{o: o, started: time.Now()}
	result, err := s.run(ctx)
	if err != nil {
		return nil, errors.Join(s.cure(err), s.close())
	}
	return result, nil
}

// cure adds to an error what to do about it, where that is known.
func (s *session) cure(err error) error {
	if errors.Is(err, ledger.ErrDiskFull) {
		return fmt.Errorf("%w, and run the same command again: what was settled is kept, and what was in flight is settled first", err)
	}
	if errors.Is(err, ledger.ErrBusy) {
		return fmt.Errorf("%w. Is another import on %s suspended (Ctrl-Z), or has another program the file open? Let it go on or end it, and run the same command again: what was settled is kept, and what was in flight is settled first", err, printable.Path(s.o.State))
	}
	return err
}

func (s *session) run(ctx context.Context) (*Result, error) {
	if err := s.open(ctx); err != nil {
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
	counts, err := s.counts()
	if err != nil {
		return nil, err
	}
	if stop := s.tooManyInvalid(counts); stop != nil {
		s.announce(counts)
		return s.result(nil, stop)
	}
	if err := s.countNameless(); err != nil {
		return nil, err
	}
	if counts.Complete() && s.nameless == 0 {
		s.announce(counts)
		return s.result(nil, nil)
	}
	return s.create(ctx, counts)
}

// tooManyInvalid returns the Stop of a file that looks like the wrong one.
func (s *session) tooManyInvalid(counts outcome.Counts) *Stop {
	if !s.o.MaxInvalid.Exceeded(counts.Invalid, counts.Rows, enoughForMaxInvalid) {
		return nil
	}
	return &Stop{Cause: StopMaxInvalid, Message: fmt.Sprintf(
		"%d of %d rows are invalid, more than --max-invalid %s: is this the right file, and the right phone column (%s)? Nothing was sent. If they are, run again with a higher --max-invalid",
		counts.Invalid, counts.Rows, s.o.MaxInvalid, s.phoneColumns())}
}

// The rows that must have been seen before a share of them means anything.
const (
	enoughForMaxInvalid = 20
	enoughForMaxFailed  = 50
)

// open prepares everything that doesn't depend on the job.
func (s *session) open(ctx context.Context) error {
	if err := s.o.validate(); err != nil {
		return err
	}
	var err error
	if s.ledger, err = s.openLedger(); err != nil {
		return err
	}
	if notice := s.ledger.Notice(); notice != "" {
		s.o.Notice(notice + ".")
	}
	sweepState(s.ledger)
	if err := s.connect(); err != nil {
		return err
	}
	s.input, err = s.readInput(ctx)
	return err
}

// connect prepares the client and its pace.
func (s *session) connect() error {
	p, err := s.o.pace()
	if err != nil {
		return err
	}
	if s.conns, err = s.connections(); err != nil {
		return err
	}
	s.client, err = sent.New(sent.Options{
		BaseURL: s.o.BaseURL, Key: s.o.Key, Profile: s.o.Profile, Sandbox: s.o.Sandbox, Version: s.o.Version,
		Timeout: s.o.Timeout, MaxConns: s.conns, Transport: s.o.Transport,
	})
	switch {
	case err == nil || errors.Is(err, sent.ErrKey):
	case s.job.ID != "": // from the ledger, not from the command line
		return damaged(s.job, "where it was sent to")
	default:
		return &UsageError{Message: err.Error()}
	}
	if err != nil {
		return err
	}
	last, err := s.ledger.LastRequest()
	p.Rested = s.started.Sub(last) > restTime
	p.Shared = filepath.Join(s.o.State, "pace", jobid.PoolName(s.o.Key, s.client.BaseURL()))
	p.Notice = func(text string) { s.note("%s", text) }
	s.limiter = pace.New(p)
	return err
}

// restTime is how long no run of the ledger must have sent anything for a burst
// at the start: the minute that the API counts in, and some.
const restTime = 65 * time.Second

func (s *session) openLedger() (*ledger.Ledger, error) {
	l, err := ledger.Open(s.o.State)
	if errors.Is(err, ledger.ErrDamaged) && s.o.Fresh {
		aside, err := ledger.SetAside(s.o.State, s.started)
		if err != nil {
			return nil, err
		}
		s.note("The ledger was damaged. It was set aside as %s, and a new one was begun: contacts that earlier runs created will be reported as duplicates.", printable.Path(aside))
		return ledger.Open(s.o.State)
	}
	if errors.Is(err, ledger.ErrDamaged) {
		return nil, fmt.Errorf("%w. Nothing was overwritten. Restore the file from a backup, or run again with --fresh to set it aside and start over: contacts that exist already will then be reported as duplicates", err)
	}
	return l, err
}

// readInput finds the file's identity. Standard input is kept in the state
// directory, since a run may have to read it again.
func (s *session) readInput(ctx context.Context) (ledger.Input, error) {
	if s.o.Input == "-" {
		if err := checkStdin(s.o.Stdin); err != nil {
			return ledger.Input{}, err
		}
		return s.spool(ctx)
	}
	path, err := filepath.Abs(s.o.Input)
	if err != nil {
		return ledger.Input{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return ledger.Input{}, fmt.Errorf("%w; is the path right?", err)
	}
	if err := checkKind(printable.Path(s.o.Input), path, info); err != nil {
		return ledger.Input{}, err
	}
	if readOnce(path, info.Mode()) {
		s.o.Stdin = &lateFile{path: path}
		return s.spool(ctx)
	}
	s.o.Progress.Start(progress.Hashing, info.Size())
	n, sum, err := hashFile(ctx, path, s.o.Progress)
	return ledger.Input{Path: path, Name: filepath.Base(path), Bytes: n, SHA256: sum}, err
}

// findJob finds the job of the file, or plans it.
func (s *session) findJob(ctx context.Context) error {
	if err := s.identify(); err != nil {
		return err
	}
	id, err := s.findID()
	if err != nil {
		return err
	}
	if err := s.lock(id); err != nil {
		return err
	}
	if err := s.placeReport(); err != nil {
		return err
	}
	job, err := s.ledger.Newest(id)
	switch {
	case err == nil && job.Planned && !s.o.Fresh:
		s.resumed = true
		return s.take(s.follow(job))
	case err == nil && job.Planned:
		return s.plan(ctx, id, job.Generation+1)
	case err == nil:
		return s.plan(ctx, id, job.Generation)
	case errors.Is(err, ledger.ErrNoJob):
		return s.plan(ctx, id, 1)
	}
	return err
}

// follow keeps the place of the file up to date: a person may have moved it.
func (s *session) follow(job ledger.Job) (ledger.Job, error) {
	if job.Input.Path == s.input.Path {
		return job, nil
	}
	return s.ledger.MoveInput(job, s.input.Path, s.input.Name)
}

// jobID is the job's id: the one that the ledger has, if an older version made
// it from the base URL as it was given.
func (s *session) jobID() (string, error) {
	now := s.identity()
	old := now
	if s.client != nil {
		old.BaseURL = s.client.GivenBaseURL()
	}
	if old == now {
		return now.JobID(), nil
	}
	_, err := s.ledger.Newest(now.JobID())
	if !errors.Is(err, ledger.ErrNoJob) {
		return now.JobID(), err
	}
	_, err = s.ledger.Newest(old.JobID())
	switch {
	case err == nil:
		return old.JobID(), nil
	case errors.Is(err, ledger.ErrNoJob):
		return now.JobID(), nil
	}
	return "", err
}

func (s *session) identity() jobid.Identity {
	return jobid.Identity{
		FileSHA256: s.input.SHA256,
		Account:    s.account.owner(),
		Profile:    s.o.Profile,
		Sandbox:    s.o.Sandbox,
		BaseURL:    s.baseURL(),
		Reading:    s.o.meaning(),
	}
}

// baseURL is where requests go; "" in a check, which sends none.
func (s *session) baseURL() string {
	if s.client == nil {
		return ""
	}
	return s.client.BaseURL()
}

func (s *session) lock(id string) error {
	lock, err := s.ledger.Lock(id, s.started)
	var held *ledger.LockedError
	if errors.As(err, &held) {
		return fmt.Errorf("%w: %w; wait until it has ended, or stop it with an interrupt: it settles what is in flight", ErrLocked, held)
	}
	if err == nil {
		s.locks = append(s.locks, lock)
	}
	return err
}

// plan reads the file into the ledger as the given generation of the job.
func (s *session) plan(ctx context.Context, id string, generation int) error {
	job, err := s.ledger.CreateJob(ledger.Job{
		ID: ledger.GenerationID(id, generation), Generation: generation, Account: s.account.id,
		BaseURL: s.baseURL(), Profile: s.o.Profile, Sandbox: s.o.Sandbox,
		Input: s.input, Meaning: s.o.meaning(), CreatedAt: s.started,
	})
	if err != nil {
		return err
	}
	s.o.Progress.Start(progress.Planning, s.input.Bytes)
	f, err := os.Open(s.input.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	p := &planner{o: s.o, ledger: s.ledger, job: job, now: s.started, maxLine: s.maxLine}
	if err := s.take(p.plan(ctx, f)); err != nil {
		dropped := s.ledger.Drop(job) // if not now, then when it is met again
		if storage := (*ledger.StorageError)(nil); errors.As(err, &storage) {
			return err // of which dropped could only say the same
		}
		return errors.Join(err, dropped)
	}
	counts := p.counts // apart from the planner, whose numbers are needed no more
	s.planned = &counts
	return nil
}

// counts counts the rows of the job before the run settles any.
func (s *session) counts() (outcome.Counts, error) {
	if s.planned != nil {
		return *s.planned, nil
	}
	reasons, err := s.ledger.ReasonCounts(s.job)
	return sum(reasons), err
}

func sum(reasons map[outcome.Reason]int) outcome.Counts {
	var c outcome.Counts
	for reason, n := range reasons {
		c.Add(reason.Status(), n)
	}
	return c
}

// announce tells what is coming.
func (s *session) announce(counts outcome.Counts) {
	open := counts.Pending + counts.Failed
	plan := Plan{
		Job: s.jobInfo(), Resumed: s.resumed, Counts: counts, List: s.list,
		Resolve: s.resolves(), Nameless: s.nameless, Requests: open + s.nameless,
		PerMinute: s.limiter.PerMinute(), Region: s.layout.Region, Notices: s.layout.Notices,
	}
	if s.list.Choice == ListRead {
		plan.Requests += s.list.Pages
	}
	plan.Duration = progress.TimeFor(plan.Requests, plan.PerMinute)
	s.o.Plan(plan)
}

// note keeps something for the report, and says it at once.
func (s *session) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, text)
	s.o.Notice(text)
}

// close gives back what the session holds.
func (s *session) close() error {
	var errs []error
	for _, lock := range s.locks {
		errs = append(errs, lock.Release())
	}
	s.locks = nil
	if s.ledger != nil {
		errs = append(errs, s.ledger.Close())
		s.ledger = nil
	}
	if s.client != nil {
		s.client.CloseIdle()
	}
	if s.limiter != nil {
		errs = append(errs, s.limiter.Close())
	}
	if s.spooled != nil {
		errs = append(errs, s.spooled.Close())
	}
	if s.cleanup != nil {
		errs = append(errs, s.cleanup())
	}
	return errors.Join(errs...)
}
