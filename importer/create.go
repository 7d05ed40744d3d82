package importer

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/serverclock"
)

// spare is how many rows may be between two requests while the slots are all
// in use. It lets other rows through while some wait to be tried again, which
// is how a row's own trouble is told from an outage: so many rows that follow
// each other and that the server can't stand are no outage.
const spare = 12

// creator creates the contacts of a job's open rows.
//
//	ledger → claim → admit (outage? slot? rate? lease?) → request → course → settle → ledger
type creator struct {
	*caller
	run     *ledger.Run
	runs    map[int]ledger.RunInfo      // the job's earlier runs
	offsets map[int]serverclock.Offsets // that they have known
	ids     idSet
	tally   tally

	began    time.Time // with its monotonic part, to notice that our clock was set
	contacts serverclock.ContactClock
	deferred deferred

	listing      *listing  // of the account's contacts; nil if it is not read
	listingBegan time.Time // by this run or an earlier one
	listable     int       // rows that it may settle
	led          int       // the row that was created before the others, see lead; 0: none

	answered     chan struct{} // closed by the first answer of the API to a row
	answeredOnce sync.Once
	unfinished   atomic.Bool  // a row was left behind by a stop
	inDoubt      atomic.Int64 // rows that were sent, and left behind without an answer

	asking sync.Mutex // held by the row that finds out whether the API answers anything

	serviceMu   sync.Mutex
	serviceDown time.Time // since when the idempotency cache has been down
	withoutKeys bool      // it has been down for so long that requests go without keys
}

// create is the part of a run that costs requests.
func (s *session) create(ctx context.Context, counts outcome.Counts) (*Result, error) {
	c := &creator{caller: newCaller(ctx, s), began: time.Now(), answered: make(chan struct{})}
	defer c.end()
	c.o.Progress.Start(progress.Asking, 0)
	counts, err := c.introduce(counts)
	if err != nil && c.stops(err) {
		s.announce(counts)
		return c.stopAtStart(err)
	}
	if err != nil {
		return nil, err
	}
	if counts.Complete() && s.nameless == 0 { // the account has the job already, under another key
		s.announce(counts)
		return s.result(nil, nil)
	}
	s.list, err = c.survey()
	s.announce(counts)
	if err != nil && c.stops(err) {
		return c.stopAtStart(err)
	}
	if err != nil {
		return nil, err
	}
	this, stop, err := c.work(counts)
	if err != nil {
		return s.resultOf(err)
	}
	return s.result(this, stop)
}

// introduce finds out what has to be known before the first creation: whose key
// it is, once for each key, and how far the server's clock is from ours, unless
// an earlier run has left that behind. A refused key costs one request. It
// returns the counts of the job, which may turn out to be another one.
func (c *creator) introduce(counts outcome.Counts) (outcome.Counts, error) {
	if c.account.known {
		known, err := c.lastOffsets()
		if err != nil || len(known) > 0 {
			c.clock.Restore(known)
			return counts, err
		}
		_, _, err = c.findAccount() // without an answer the clock is learnt from the first creation
		return counts, err
	}
	id, told, err := c.findAccount()
	if err != nil || !told {
		return counts, err
	}
	if err := c.adopt(id); err != nil {
		return counts, err
	}
	if err := errors.Join(c.claimReport(), c.countNameless()); err != nil {
		return counts, err
	}
	return c.session.counts()
}

// lastOffsets is the server's clock against ours as the job's last run that knew
// it left it; nil if none did.
func (c *creator) lastOffsets() (known serverclock.Offsets, err error) {
	runs, err := c.ledger.Runs(c.job)
	for _, r := range runs {
		if len(r.Offsets) > 0 {
			known = r.Offsets
		}
	}
	return known, err
}

// stopAtStart ends the run before any row was touched. What it has spent is
// counted all the same.
func (c *creator) stopAtStart(why error) (*Result, error) {
	if err := c.startRun(); err != nil {
		return nil, err
	}
	ended := now()
	if err := c.run.Save(ended); err != nil {
		return nil, err
	}
	return c.result(&ThisRun{Requests: c.requests.sum(), Started: c.started, Finished: ended}, c.stopFor(why))
}

// startRun begins the run in the ledger.
func (c *creator) startRun() (err error) {
	c.run, err = c.ledger.StartRun(c.job, c.started, func() ledger.RunState {
		return ledger.RunState{Requests: c.requests.sum(), Offsets: c.clock.Offsets(), Datings: c.contacts.Kept()}
	})
	if err != nil {
		return err
	}
	c.lease = c.run.Lease
	return nil
}

// work settles the open rows, as far as it comes.
func (c *creator) work(counts outcome.Counts) (*ThisRun, *Stop, error) {
	if err := c.begin(counts); err != nil {
		return nil, nil, err
	}
	started := now()
	err := c.lead()
	if err == nil {
		err = c.readList()
	}
	if err == nil {
		c.o.Progress.Start(progress.Creating, 0)
		err = c.dispatch()
	}
	if err == nil {
		err = c.resolve()
	}
	ended := now()
	if err := errors.Join(err, c.run.Save(ended)); err != nil {
		return nil, nil, err
	}
	var stop *Stop
	if c.unfinished.Load() {
		stop = c.stopFor(context.Cause(c.ctx))
	}
	return &ThisRun{Settled: c.tally.counts(), Requests: c.requests.sum(), Started: started, Finished: ended}, stop, nil
}

// begin reads what the work needs from the ledger, and starts the run there.
func (c *creator) begin(counts outcome.Counts) error {
	runs, err := c.ledger.Runs(c.job)
	if err != nil {
		return err
	}
	c.runs = make(map[int]ledger.RunInfo)
	c.offsets = make(map[int]serverclock.Offsets)
	for _, r := range runs {
		c.runs[r.Number], c.offsets[r.Number] = r, r.Offsets
	}
	if err := c.ids.load(c.ledger.ContactIDs(c.job)); err != nil {
		return err
	}
	if err := c.beginDating(runs); err != nil {
		return err
	}
	c.o.Progress.Expect(counts.Pending+counts.Failed, c.nameless)
	return c.startRun()
}

// beginDating takes what earlier runs, of any job, have seen of how contacts are
// dated.
func (c *creator) beginDating(runs []ledger.RunInfo) error {
	last, err := c.ledger.Datings(c.baseURL())
	seen := serverclock.Datings(nil).Earlier(last)
	for _, r := range runs {
		seen = seen.Earlier(r.Datings)
	}
	c.contacts.Restore(seen)
	return err
}

// maxAlone is how often the first row may be refused for its rate before the
// others go all the same: if that is the row's own trouble, it would hold them
// up for ever.
const maxAlone = 3

// errStopped ends the claimer when the run stops.
var errStopped = errors.New("stopped")

// dispatch hands the claimed rows, in order, to the pool. The first row goes
// alone: if the key is refused, one request has been spent and not a pool of
// them, and ten refusals in a row would lock the key.
func (c *creator) dispatch() error {
	batches := make(chan []ledger.Task) // closed by the claimer
	claims := new(errgroup.Group)
	claims.Go(func() error {
		defer close(batches)
		return c.claim(batches)
	})
	pool := c.newPool()
	var broken error
	first := true
	for batch := range batches {
		for _, task := range batch {
			broken = errors.Join(broken, c.start(pool, task))
			if first {
				first = false
				c.waitForAnswer()
			}
		}
	}
	c.health.end()
	c.o.Progress.Start(progress.Ending, 0)
	broken = errors.Join(broken, pool.wait())
	if broken == nil {
		broken = c.review(atTheEnd)
	}
	if err := claims.Wait(); err != nil && !errors.Is(err, errStopped) {
		broken = errors.Join(broken, err)
	}
	return broken
}

func (c *creator) waitForAnswer() {
	select {
	case <-c.answered:
	case <-c.ctx.Done():
	}
}

// start waits for a place in the pool and for the row's turn, and lets it go.
// The turn is waited for here, one row after the other, so that rows start in
// the order of the file.
func (c *creator) start(p *pool, task ledger.Task) (refused error) {
	p.enter()
	t, err := c.admit(c.ctx)
	if err != nil {
		refused = c.refuse(err)
	}
	p.take(turn{task: task, ticket: t, admitted: err == nil})
	return refused
}

// refuse takes in why a row got no turn: the run stops, or the ledger is
// broken, which is returned.
func (c *creator) refuse(err error) error {
	if c.ctx.Err() == nil && !errors.Is(err, errOutage) {
		return c.fatal(err)
	}
	c.halt(c.stopFor(err))
	return nil
}

// The claimer claims as many rows at once as go out in about this time, so
// that a kill leaves few rows in doubt at a slow rate, and a fast one doesn't
// wait for the disk.
const (
	claimAtMost  = 400 * time.Millisecond
	claimAtLeast = 100 * time.Millisecond
	maxClaim     = 512
)

// claim claims the open rows ahead of the dispatcher: those in doubt first.
func (c *creator) claim(batches chan<- []ledger.Task) error {
	for task, err := range c.ledger.InDoubt(c.job) {
		if err != nil {
			return c.fatal(err)
		}
		if task.Number == c.led {
			continue
		}
		if c.ctx.Err() != nil {
			return c.cut()
		}
		if task, err = c.reclaim(task); err != nil {
			return c.fatal(err)
		}
		batches <- []ledger.Task{task}
	}
	size := 1
	var batch []ledger.Task
	hand := func() error {
		if len(batch) == 0 {
			return nil
		}
		if c.ctx.Err() != nil {
			return c.cut()
		}
		if err := c.run.Claim(batch, now()); err != nil {
			return c.fatal(err)
		}
		began := time.Now()
		batches <- batch
		size = nextClaim(size, time.Since(began))
		batch = make([]ledger.Task, 0, size)
		return nil
	}
	for task, err := range c.ledger.Untouched(c.job) {
		if err != nil {
			return c.fatal(err)
		}
		if task.Number == c.led {
			continue
		}
		if batch = append(batch, task); len(batch) >= size {
			if err := hand(); err != nil {
				return err
			}
		}
	}
	return hand()
}

// cut ends the claimer because the run stops.
func (c *creator) cut() error {
	c.unfinished.Store(true)
	return errStopped
}

// nextClaim is how many rows to claim next, when the last ones were taken
// after a time.
func nextClaim(size int, took time.Duration) int {
	switch {
	case took < claimAtLeast:
		return min(2*size, maxClaim)
	case took > claimAtMost:
		return max(size/2, 1)
	}
	return size
}

// fatal stops the run for an error after which it can't go on.
func (c *creator) fatal(err error) error {
	c.halt(errStopped)
	return err
}

// reclaim claims a row in doubt. The time in which a run that died can have
// sent a request for it becomes one of the row's spans.
func (c *creator) reclaim(t ledger.Task) (ledger.Task, error) {
	if t.ClaimedRun != 0 {
		t.Spans = append(t.Spans, serverclock.ClaimSpan(t.ClaimedRun, t.ClaimedAt, c.runs[t.ClaimedRun].LeaseUntil, c.o.grace()))
	}
	return t, c.run.Reclaim(t, t.Spans, now())
}

// follow takes one row from its first request to its outcome. Its error is a
// reason why the run can't go on.
func (c *creator) follow(t turn) error {
	task := t.task
	r := &course{
		attemptsAllowed: c.o.Attempts, grace: c.o.grace(), rnd: rand.Float64, patience: retryPatience(c.o.Outage),
		task: task, keyNumber: task.KeyNumber, run: c.run.Number, spans: task.Spans,
		attempts: task.Before.Attempts, reason: outcome.Network,
	}
	if !t.admitted {
		return c.leave(r)
	}
	r.held = &t.ticket
	_, r.epoch = c.health.state()
	next, err := step{do: post}, error(nil)
	for err == nil {
		switch next.do {
		case post:
			next, err = c.post(r, next)
		case lookup:
			next, err = c.lookup(r, next)
		case settle:
			c.settle(r, next.outcome)
			return nil
		case later:
			return nil
		case halt:
			err = next.err
		}
	}
	return c.leaveFor(r, err)
}

// leaveFor leaves the row for an error: one that stops the run, or one of the
// ledger's, after which it can't go on.
func (c *creator) leaveFor(r *course, err error) error {
	if c.stops(err) {
		c.halt(c.stopFor(err))
		return c.leave(r)
	}
	return c.fatal(err)
}

// leave puts the row back because the run stops.
func (c *creator) leave(r *course) error {
	c.unfinished.Store(true)
	c.putBack(r)
	return nil
}

// putBack leaves the row as it was, or in doubt if a request may have been
// executed.
func (c *creator) putBack(r *course) {
	o := r.task.Before
	o.Attempts = r.attempts
	if r.inDoubt() && r.posts > 0 {
		o = outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, Attempts: r.attempts}
		c.inDoubt.Add(1)
	}
	c.run.Settle(r.task, o, r.spans, now())
}

// settle writes the outcome down.
func (c *creator) settle(r *course, o outcome.Outcome) {
	o.SettledAt = now()
	spans := r.spans
	if !keeps(o.Status) {
		spans = nil
	}
	if c.o.Sandbox {
		o.ContactID = "" // made up by the sandbox
	}
	c.run.Settle(r.task, o, spans, o.SettledAt)
	if c.resolves() && o.Reason == outcome.AlreadyExists && o.ContactID == "" {
		c.o.Progress.ExpectLookup()
	}
	c.o.Progress.Settled(o.Status)
	counts := c.tally.add(o.Status)
	if c.o.MaxFailed.Exceeded(counts.Failed, counts.Rows, enoughForMaxFailed) {
		c.halt(stopMaxFailed(counts.Failed, counts.Rows, c.o.MaxFailed))
	}
}

// tally counts the rows that this run has settled.
type tally struct {
	mu sync.Mutex
	c  outcome.Counts
}

func (t *tally) add(s outcome.Status) outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.c.Add(s, 1)
	return t.c
}

func (t *tally) counts() outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.c
}

// stops reports whether the error is one that stops the run, and not one after
// which it can't go on.
func (c *creator) stops(err error) bool {
	var s *Stop
	var refused *verdictError
	return c.ctx.Err() != nil || errors.Is(err, errOutage) || errors.As(err, &s) || errors.As(err, &refused)
}

// stopFor says why the run stopped, from the cause of its context's end.
func (c *creator) stopFor(err error) *Stop {
	var known *Stop
	var refused *verdictError
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errOutage):
		return c.stopOutage()
	case errors.As(err, &refused):
		return stopRefused(refused.verdict, c.tally.counts().Rows)
	}
	return stopInterrupted(c.ctx, int(c.inDoubt.Load()))
}
