package worker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/printable"
)

// Engine works on an import until it is done, ctx ends or the slice is over. An error says
// that it could not go on; [Wait] is one that is nobody's fault.
type Engine func(ctx context.Context, s Slice) (pool.Ending, error)

// Slice is what an engine has to work with.
type Slice struct {
	Import pool.Import
	Lease  pool.Lease
	Began  time.Time               // of the slice
	Time   time.Duration           // that the slice may take
	Alive  func() error            // asked before each request: nil, or why none may start
	Watch  func(func() pool.Pulse) // has the heart ask for the import's pulse
}

// Wait is an error that time alone can mend: the import goes on after a while.
type Wait struct {
	Err   error
	After time.Duration
}

func (w *Wait) Error() string { return w.Err.Error() }
func (w *Wait) Unwrap() error { return w.Err }

// Options are those of a worker.
type Options struct {
	Queue  *pgxpool.Pool // River's and the worker's connections
	Beats  *pgxpool.Pool // the hearts'
	ID     string        // of the worker, such as a host's name and a process's number
	Slots  int           // pools at a time, 1 or more
	Slice  time.Duration // that one is worked on before it is another's turn; 0: DefaultSlice
	Engine Engine
	Say    func(string) // something that a person should know; may be called from several goroutines
}

const (
	// DefaultSlice is short enough that an account with one small list does not wait for
	// hours behind those with large ones, and long beside what its beginning costs.
	DefaultSlice = 5 * time.Minute
	// endTime is how long the end of a slice may take: what is in flight is settled by then.
	endTime = 30 * time.Second
	// StopTime is how long a worker waits for its slices when it ends: the drain of
	// requests in flight, and the end of the slice. Whoever asks it to end has to wait as
	// long before it is killed.
	StopTime = 55 * time.Second
)

// errEnding is the cause of the end of slices when the worker is asked to end.
var errEnding = errors.New("the worker ends")

// Stats counts what a worker has done since its start.
type Stats struct {
	Busy      atomic.Int64 // slots that work on a pool now
	Slices    atomic.Int64
	Lost      atomic.Int64 // leases
	Takeovers atomic.Int64 // pools of others that this worker's sweeper has given a new drain
	Swept     atomic.Int64 // Unix time in milliseconds of the sweeper's last look that succeeded
}

// Worker is a process's part of the fleet.
type Worker struct {
	o     Options
	db    *pool.DB
	beats *pool.DB
	stats Stats
	ends  context.Context // when slices are to end

	beatEvery time.Duration // pool.BeatTime
}

// New returns a worker, ready to run.
func New(o Options) (*Worker, error) {
	if o.Slice == 0 {
		o.Slice = DefaultSlice
	}
	db, err := pool.New(o.Queue)
	if err != nil {
		return nil, err
	}
	beats, err := pool.New(o.Beats)
	return &Worker{o: o, db: db, beats: beats, beatEvery: pool.BeatTime}, err
}

// Stats is what the worker has done so far.
func (w *Worker) Stats() *Stats { return &w.stats }

// Run works until ctx ends; then it fetches nothing more, and returns when its pools are
// released.
func (w *Worker) Run(ctx context.Context) error {
	ends, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	w.ends = ends
	client, err := queue.Start(context.WithoutCancel(ctx), w.o.Queue, queue.Options{
		Slots: w.o.Slots, Slice: w.o.Slice, ID: w.o.ID, Work: w.work,
	})
	if err != nil {
		return err
	}
	var sweeper sync.WaitGroup
	sweeper.Go(func() { w.sweep(ctx) })
	<-ctx.Done()
	stopped := make(chan error, 1)
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopTime)
	defer cancel()
	go func() { stopped <- client.Stop(limit) }() // first, so that it fetches nothing more
	end(errEnding)
	sweeper.Wait()
	return <-stopped
}

// sweep looks for pools that nobody works on, until ctx ends. Workers that were started
// together don't look at the same moment. It is also what tells that the database is away.
func (w *Worker) sweep(ctx context.Context) {
	var db sight
	for wait(ctx, pool.SweepTime*3/4+rand.N(pool.SweepTime/4)) == nil {
		all, err := w.db.Sweep(ctx)
		if ctx.Err() != nil {
			return
		}
		if text := db.tell(time.Now(), err); text != "" {
			w.o.Say(text)
		}
		if err == nil {
			w.stats.Swept.Store(time.Now().UnixMilli())
		}
		for _, s := range all {
			w.stats.Takeovers.Add(1)
			w.o.Say(tellSwept(s))
		}
	}
}

// sight is whether the database was seen when it was looked at last.
type sight struct{ away time.Time } // since when it was not; zero: it was

// tell takes in a look, and returns what people should know of it: that the database is away,
// or that it is back; each once.
func (s *sight) tell(now time.Time, err error) string {
	switch {
	case err != nil && s.away.IsZero():
		s.away = now
		return fmt.Sprintf("the database can't be used (%s): after %s without it nothing is sent.", printable.Line(err.Error()), pool.SendTime)
	case err == nil && !s.away.IsZero():
		gone := now.Sub(s.away).Round(time.Second)
		s.away = time.Time{}
		return fmt.Sprintf("the database is back, after %s.", gone)
	}
	return ""
}

func tellSwept(s pool.Swept) string {
	ref := pool.KeyRef(s.Pool)
	switch {
	case s.Stop:
		return fmt.Sprintf("%s: worker %s is lost with import %d, again without getting any further: the import is stopped.", ref, s.Holder, s.Import)
	case s.Holder != "":
		return fmt.Sprintf("%s: worker %s is lost; the next free worker takes over.", ref, s.Holder)
	}
	return fmt.Sprintf("%s: no job was there for its imports; a new one was made.", ref)
}
