package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/handles"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/plan"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// session is a call of this package from its start to its result.
type session struct {
	o         Options
	started   time.Time
	ledger    *ledger.Ledger
	locks     []*ledger.Lock
	client    *sent.Client
	conns     int // connections to the API at most
	limiter   *pace.Limiter
	requests  *gateway.Gateway // nil until the first is made
	account   account
	input     *plan.Input
	canonical plan.Reading // the options' reading of the input in its one spelling
	job       job
	checked   *plan.Checked // nil: it is no check
	place     ReportPlace   // the zero value where there is none
	claimed   string        // id of the job that place was claimed for
	notes     *notes
	cleanup   func() error // nil: nothing to do
}

// account is whose contacts they are.
type account struct {
	fingerprint string // of the key
	standIn     string // what stands for it in the job's identity while its id is not known
	id          string // "" where it is not known, or the API does not tell
	known       bool   // the API has been asked for this key, now or earlier
	details     details
}

// details are what the API has said of a key's account. Their JSON is kept in the ledger.
type details struct {
	Account  sent.Account `json:"account"`
	Complete bool         `json:"complete"` // false: it was asked within profiles alone, and named no account
	asked    bool         // in this session
	silent   bool         // it was asked in this session, and gave no answer
	told     bool         // the API has said it, in this session or earlier
}

// owner is what stands for the account in the job's identity. A job that was
// planned before the API was asked has the key's fingerprint there, or Options.Owner.
func (a account) owner() string { return cmp.Or(a.id, a.standIn) }

// job is the job of a session.
type job struct {
	entry   ledger.Job
	reading plan.Reading
	layout  plan.Layout
	resumed bool             // it was known before this session
	planned outcome.ByReason // of a plan that this session has made, until a run settles a row; nil: ask the ledger
}

// newSession begins a session. It must be closed.
func newSession(o Options) *session {
	o, started := o.withDefaults(), time.Now()
	if o.Begun.IsZero() {
		o.Begun = started
	}
	return &session{o: o, started: started, notes: &notes{say: o.Notice}, input: new(plan.Input)}
}

// notes are what a reader of the report should know. They are said at once as well.
type notes struct {
	mu   sync.Mutex // keeps notices apart, too
	say  func(string)
	kept []string
}

// tell says something at once.
func (n *notes) tell(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.say(text)
}

// keep says something at once, and keeps it for the report.
func (n *notes) keep(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept = append(n.kept, text)
	n.say(text)
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
		BaseURL: s.o.BaseURL, Key: s.o.Key, Profile: s.profileID(), Sandbox: s.o.Sandbox, Version: s.o.Version,
		Timeout: s.o.Timeout, MaxConns: s.conns, Transport: s.o.Transport,
	})
	switch {
	case err == nil || errors.Is(err, sent.ErrKey):
	case s.job.entry.ID != "": // from the ledger, not from the command line
		return plan.Damaged(s.job.entry, "where it was sent to")
	default:
		return &UsageError{Message: err.Error()}
	}
	if err != nil {
		return err
	}
	last, err := s.ledger.LastRequest()
	p.Rested = s.started.Sub(last) > restTime
	p.Shared = paceFile(s.o.State, s.o.Key, s.client)
	p.Notice, p.Closed, p.Paused = s.notes.keep, s.sayClosed, s.o.Progress.PauseUntil
	s.usePace(p)
	return err
}

// usePace makes the session's limiter. With a timetable, it says what is ahead.
func (s *session) usePace(p pace.Options) {
	s.limiter = pace.New(p)
	if !p.Timetable.IsZero() {
		s.o.Progress.Follow(progress.Ahead{TimeFor: s.limiter.TimeFor, Settling: s.limiter.Settling, ClosedUntil: s.limiter.ClosedUntil})
	}
}

// sayClosed says that the timetable leaves nothing to this run for a while.
func (s *session) sayClosed(until time.Time) {
	text := fmt.Sprintf("The timetable of the reserve leaves the whole limit to others until %s: nothing is sent until then.", until.Format("Mon 15:04"))
	if s.o.MaxDuration > 0 {
		text += " That counts as time that the run takes."
	}
	s.notes.tell(text)
}

// timeFor is how long so many requests take, if nothing goes wrong.
func (s *session) timeFor(requests int) time.Duration {
	if _, scheduled := s.limiter.Scheduled(); scheduled {
		return s.limiter.TimeFor(requests, 0)
	}
	return progress.TimeFor(requests, s.limiter.PerMinute())
}

// restTime is how long no run of the ledger must have sent anything for a burst
// at the start: the minute that the API counts in, and some.
const restTime = 65 * time.Second

// connections is how many connections the process has file handles for.
func (s *session) connections() (int, error) {
	n, err := handles.Connections(handles.Limit(), gateway.MaxConcurrency)
	if err == nil && s.o.Concurrency > n {
		s.notes.keep(fmt.Sprintf("A concurrency of %d needs more open files than this process may have (limit %d): %d requests go at a time. %s.",
			s.o.Concurrency, handles.Limit(), n, handles.Fix()))
	}
	return n, err
}

// openLedger opens the ledger of the state directory, or the one that the options name.
func (s *session) openLedger() (err error) {
	if s.o.Ledger != nil {
		s.ledger, err = s.o.Ledger(s.o.State)
		return err
	}
	s.ledger, err = ledger.Open(s.o.State)
	if !errors.Is(err, ledger.ErrDamaged) || !s.o.Fresh {
		return err
	}
	aside, err := ledger.SetAside(s.o.State, s.started)
	if err != nil {
		return err
	}
	s.notes.keep(fmt.Sprintf("The ledger was damaged. It was set aside as %s, and a new one was begun: contacts that earlier runs created will be reported as duplicates.", printable.Path(aside)))
	s.ledger, err = ledger.Open(s.o.State)
	return err
}

// baseURL is where requests go; "" in a check, which sends none.
func (s *session) baseURL() string {
	if s.client == nil {
		return ""
	}
	return s.client.BaseURL()
}

// gateway is the session's one way to the API. Its requests stop when ctx ends.
func (s *session) gateway(ctx context.Context) *gateway.Gateway {
	if s.requests == nil {
		s.requests = gateway.New(ctx, s.gatewayOptions(s.o.Drain))
	}
	return s.requests
}

// close releases what the session holds.
func (s *session) close() error {
	var errs []error
	if s.requests != nil {
		s.requests.Close()
	}
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
	errs = append(errs, s.input.Close())
	if s.cleanup != nil {
		errs = append(errs, s.cleanup())
	}
	return errors.Join(errs...)
}

// profileID is the id of the profile that requests are made in; "" where it is not known
// yet, or there is none. What a job in the ledger has is no name.
func (s *session) profileID() string {
	if s.job.entry.ID == "" && !sent.IsProfileID(s.o.Profile) {
		return ""
	}
	return s.o.Profile
}

// gatewayOptions are those of the session's way to the API.
func (s *session) gatewayOptions(drain time.Duration) gateway.Options {
	o := gateway.Options{
		Client: s.client, Limiter: s.limiter, Concurrency: s.o.Concurrency, Connections: s.conns,
		Outage: s.o.Outage, Drain: drain, Budget: s.o.MaxRequests, Progress: s.o.Progress, Say: s.notes.tell, Note: s.notes.keep,
	}
	if s.o.MaxDuration > 0 {
		o.Deadline, o.Overtime = s.o.Begun.Add(s.o.MaxDuration), &overtimeError{s.o.MaxDuration}
	}
	return o
}

// advise adds to an error what to do about it, where that is known.
func (s *session) advise(err error) error {
	if errors.Is(err, ledger.ErrDiskFull) {
		return fmt.Errorf("%w, and run the same command again: what was settled is kept, and what was in flight is settled first", err)
	}
	if errors.Is(err, ledger.ErrBusy) {
		return fmt.Errorf("%w. Is another import on %s suspended (Ctrl-Z), or has another program the file open? Let it go on or end it, and run the same command again: what was settled is kept, and what was in flight is settled first", err, printable.Path(s.o.State))
	}
	return err
}
