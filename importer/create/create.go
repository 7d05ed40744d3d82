// Package create takes the open rows of a planned job to their outcomes, one contact for
// each through the API.
//
//	ledger → claim → admit (outage? place? rate? lease?) → request → retry.Row → settle → ledger
//
// One goroutine claims rows ahead of time, those in doubt first. One gives them out in the
// order of the file, each when the gateway admits it, to workers that take one row at a time to its outcome.
// Package retry decides what to do after a reply; this package adds what only the
// run knows: contacts of other rows, of other jobs, and what creations show of the clock
// that dates contacts.
//
// # Whose contact it is
//
// A contact that is found after a lost request is ours if its dates lie in the time in
// which that request can have been carried out; package serverclock judges that.
//
//   - A row whose contact's date is no evidence yet is put back, in doubt, and judged as
//     soon as enough creations of other rows show how contacts are dated. What is left at
//     the end of the run and still in doubt is failed/outcome_unknown, and the next run's.
//   - Where the dates say ours and another job of the ledger has the contact among those it
//     created, it is a duplicate. The jobs that ran since the earliest moment of a window
//     are asked, and an hour before.
//
// # Contacts that are marked as opted out
//
// A row that wants its contact marked is settled once the contact has opted out. As soon
// as the contact is there, that is written down, with the contact's id and with the reason
// that the row will have; then the mark is sent. So a run that dies in between leaves a
// row of which only the mark is left, whose contact no date has to judge any more: a mark
// changes the contact's updated_at. Where another row in doubt finds a contact that this
// ledger has marked, it is judged by the updated_at before. A contact that was deleted
// before it was marked is created again.
//
// # Contacts that exist
//
// The API refuses a contact that exists, which costs a request; its list shows a hundred
// for one. So the list is read first, where that pays (see [ListChoice]), and rows whose
// numbers are in it are settled as duplicates. What makes that sound:
//
//   - Only a row for which no request can have been carried out without our knowing is
//     settled by the list: one that was never claimed, or whose requests were all answered,
//     and that did not fail with outcome_unknown. A row in doubt is left to its key and the
//     date of its contact, whatever the list shows.
//   - Nothing is concluded from a contact that the list does not show. Its row is posted,
//     and the API has the last word. So pages that shift, a list that ends too soon, a page
//     without an answer, and a listing that is continued hours later can cost requests, and
//     nothing else.
//   - The settles are on the disk before the first row is claimed.
package create

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"sent-import/importer/contactlist"
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/retry"
	"sent-import/importer/serverclock"
)

// Options say what is created, and how.
type Options struct {
	Ledger   *ledger.Ledger
	Job      ledger.Job
	Gateway  *gateway.Gateway
	Progress *progress.Progress
	Say      func(string) // something a person should know at once
	Note     func(string) // the same, and the report's reader too
	// Settled is told the numbers of rows whose outcomes, or contact ids, are on their way
	// to the disk, and gets the result of that. nil: nobody wants to know.
	Settled func(written <-chan error, rows ...int)
	// Told returns when the rows of which Settled has been told so far have been read, so that
	// what becomes of them later is something new; nil where Settled is.
	Told func()

	Counts       outcome.Counts // of the job's rows, before the run settles any
	Unrun        bool           // no run of the job has settled a row yet
	MissingIDs   int            // settled duplicates that are to be looked up for their contact's id
	Marks        int            // open rows whose contacts are to be created or found, and marked as opted out then
	AccountKnown bool           // the API has told whose key it is
	Started      time.Time      // the run

	Existing    Existing
	Resolve     bool // look up the contact ids of duplicates
	Attempts    int  // creations of a row in a run whose answer may be lost
	OnlyAsk     bool // create nothing: see SettleDoubts
	Concurrency int  // requests in flight; 0: what rate and latency need
	Grace       time.Duration
	Outage      time.Duration
	MaxFailed   outcome.Limit
}

// Outcome is what a run has done.
type Outcome struct {
	Settled  outcome.Counts // rows by the class that this run found for them
	Started  time.Time
	Finished time.Time
	Stopped  error // why the run has stopped early; nil: it came to its end
	InDoubt  int   // rows that were sent and left behind without an answer
}

// Creator creates the contacts of a job's open rows.
type Creator struct {
	o        Options
	g        *gateway.Gateway
	run      *ledger.Run
	earlier  map[int]ledger.RunInfo      // the job's earlier runs
	offsets  map[int]serverclock.Offsets // that they have known
	began    time.Time                   // with its monotonic part, to notice that our clock was set
	contacts serverclock.ContactClock
	ids      idSet
	settled  settledRows
	deferred deferred
	keys     keyService
	marker   marker
	list     *listing // of the account's contacts; nil if it is not read
	led      int      // the row that was created before the others, see lead; 0: none
	first    opening
	asking   singleflight.Group // a question that finds out whether the API answers anything

	overSaid   sync.Once    // see sayOver
	unfinished atomic.Bool  // a row was left behind by a stop
	inDoubt    atomic.Int64 // rows that were sent, and left behind without an answer
}

// New returns a Creator that has done nothing yet.
func New(o Options) *Creator {
	return &Creator{o: o, g: o.Gateway, began: time.Now(), first: newOpening()}
}

// errStopped ends the claimer when the run stops.
var errStopped = errors.New("stopped")

// MaxFailedError says that more rows have failed than may.
type MaxFailedError struct {
	Failed, Settled int // in this run
	Limit           outcome.Limit
}

func (e *MaxFailedError) Error() string {
	return fmt.Sprintf("%d of %d rows failed in this run", e.Failed, e.Settled)
}

// Abandon records a run that ends before any row was touched: what it has spent counts
// all the same.
func (c *Creator) Abandon(why error) (Outcome, error) {
	if err := c.startRun(); err != nil {
		return Outcome{}, err
	}
	ended := now()
	return Outcome{Started: c.o.Started, Finished: ended, Stopped: why}, c.run.Save(ended)
}

// startRun begins the run in the ledger.
func (c *Creator) startRun() (err error) {
	c.run, err = c.o.Ledger.StartRun(c.o.Job, c.o.Started, func() ledger.RunState {
		return ledger.RunState{Requests: c.g.Requests(), Offsets: c.g.Clock().Offsets(), Datings: c.contacts.Kept(), Timeline: c.g.Timeline().TextIfDue(now())}
	})
	if err == nil {
		c.g.UseLease(c.run.Lease)
		c.marker = marker{g: c.g, run: c.run, first: c.first, progress: c.o.Progress}
	}
	return err
}

// Run settles the open rows, as far as it comes, after plan has said what is done about
// the list of contacts. Its error is one after which the run can't go on.
func (c *Creator) Run(plan ListPlan) (Outcome, error) {
	if err := c.begin(); err != nil {
		return Outcome{}, err
	}
	started := now()
	err := c.lead(&plan)
	if err == nil {
		err = c.readList(plan.Choice)
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
		return Outcome{}, err
	}
	o := Outcome{Settled: c.settled.counts(), Started: started, Finished: ended, InDoubt: int(c.inDoubt.Load())}
	if c.unfinished.Load() {
		o.Stopped = context.Cause(c.g.Context())
	}
	return o, nil
}

// begin reads what the run needs from the ledger, and starts the run there.
func (c *Creator) begin() error {
	runs, err := c.o.Ledger.Runs(c.o.Job)
	if err != nil {
		return err
	}
	c.earlier, c.offsets = make(map[int]ledger.RunInfo), make(map[int]serverclock.Offsets)
	for _, r := range runs {
		c.earlier[r.Number], c.offsets[r.Number] = r, r.Offsets
	}
	if err := c.ids.load(c.o.Ledger.ContactIDs(c.o.Job)); err != nil {
		return err
	}
	if err := c.beginDating(runs); err != nil {
		return err
	}
	c.o.Progress.Expect(c.o.Counts.Pending+c.o.Counts.Failed, c.o.MissingIDs)
	c.o.Progress.ExpectMarks(c.o.Marks)
	return c.startRun()
}

// beginDating restores what earlier runs, of any job, have seen of how contacts are
// dated.
func (c *Creator) beginDating(runs []ledger.RunInfo) error {
	last, err := c.o.Ledger.Datings(c.o.Job.BaseURL)
	seen := serverclock.Datings(nil).Earlier(last)
	for _, r := range runs {
		seen = seen.Earlier(r.Datings)
	}
	c.contacts.Restore(seen)
	return err
}

// dispatch lets the claimed rows go, in order. The first row goes alone: if the key is
// refused, one request has been spent and not many at once, and ten refusals in a row
// would lock the key.
func (c *Creator) dispatch() error {
	batches := make(chan []ledger.Task) // closed by the claimer
	claims := new(errgroup.Group)
	claims.Go(func() error {
		defer close(batches)
		return c.claim(batches)
	})
	rows := c.newWorkers()
	var broken error
	first := true
	for batch := range batches {
		for _, task := range batch {
			rows.enter()
			t, err := c.admit(task)
			broken = errors.Join(broken, err)
			rows.take(t)
			if first {
				first = false
				c.first.wait(c.g.Context())
			}
		}
	}
	c.g.EveryRowBegan()
	c.o.Progress.Start(progress.Ending, 0)
	broken = errors.Join(broken, rows.wait())
	if broken == nil {
		broken = c.review(atTheEnd)
	}
	if err := claims.Wait(); err != nil && !errors.Is(err, errStopped) {
		broken = errors.Join(broken, err)
	}
	return broken
}

// turn is a row that may go.
type turn struct {
	task   ledger.Task
	permit *gateway.Permit // for its first request; nil: the row is to be left as it was
}

// admit waits for the row's turn. That is done here, one row after the other, so that rows
// start in the order of the file. Its error is one after which the run can't go on.
func (c *Creator) admit(task ledger.Task) (t turn, broken error) {
	t.task = task
	permit, err := c.g.Admit()
	if err != nil {
		return t, c.refuse(err)
	}
	t.permit = &permit
	return t, nil
}

// refuse handles the reason why a row got no turn: the run stops, or the ledger is broken,
// which is returned.
func (c *Creator) refuse(err error) error {
	if !c.stops(err) {
		return c.fatal(err)
	}
	c.g.Stop(err)
	return nil
}

// stops reports whether the error is one that stops the run, and not one after which it
// can't go on.
func (c *Creator) stops(err error) bool { return c.g.Context().Err() != nil || gateway.Stops(err) }

// fatal stops the run for an error after which it can't go on.
func (c *Creator) fatal(err error) error {
	c.g.Stop(errStopped)
	return err
}

// rowOptions are those of package retry.
func (c *Creator) rowOptions() retry.Options {
	return retry.Options{Attempts: c.o.Attempts, Grace: c.o.Grace, Outage: c.o.Outage, Rand: rand.Float64}
}

// listOptions are those of a list that begins with a page.
func (c *Creator) listOptions(from, size int) contactlist.Options {
	return contactlist.Options{Gateway: c.g, From: from, Size: size, AccountKnown: c.o.AccountKnown}
}
