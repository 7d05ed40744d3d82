package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/pace"
)

// Options are what imports are run with.
type Options struct {
	Ledger  *postgres.DB
	Pools   *pool.DB
	Store   *store.Store
	Scratch string // directory of what is on this machine only while it is needed; it is there
	// Key returns the API key of a reference.
	Key       func(ctx context.Context, ref string) (string, error)
	Version   string // of the program
	Transport http.RoundTripper
	Drain     time.Duration // that requests in flight are waited for when a slice is ended; 0: importer.DefaultDrain
}

// Engine runs imports. Its methods may be called from several goroutines.
type Engine struct{ o Options }

// New returns an engine.
func New(o Options) *Engine { return &Engine{o} }

// How long an import waits for what time mends.
const (
	waitStore    = 30 * time.Second
	waitKey      = time.Minute
	waitDatabase = 5 * time.Second
	waitDisk     = time.Minute
	waitAPI      = 5 * time.Minute // after the outage that ended a run
)

// job is an import while it is worked on.
type job struct {
	engine *Engine
	slice  worker.Slice
	dir    string // of its pool, on this machine
	input  string // path of its input there
	pace   string // path of the file of its pace; "" before its key is known
	pulse  pulse

	settings Settings
}

// Run works on an import: see worker.Engine. The ending has the pace in any case.
func (e *Engine) Run(ctx context.Context, s worker.Slice) (ending pool.Ending, err error) {
	// A slice of an older epoch may still wait for the answers of its last requests.
	dir := filepath.Join(e.o.Scratch, fmt.Sprintf("%.16x-%d", sha256.Sum256([]byte(s.Lease.Pool)), s.Lease.Epoch))
	j := &job{engine: e, slice: s, dir: dir, input: filepath.Join(dir, "input", filepath.Base(s.Import.InputName))}
	if err := os.MkdirAll(filepath.Dir(j.input), 0o700); err != nil {
		return ending, &worker.Wait{Err: err, After: waitDisk}
	}
	defer func() {
		ending.Pace = j.beat().Pace
		if failed := os.RemoveAll(dir); err == nil && failed != nil {
			err = &worker.Wait{Err: failed, After: waitDisk}
		}
	}()
	options, ending, err := j.prepare(ctx)
	if err != nil || ending.State != "" {
		return ending, err
	}
	s.Watch(j.beat)
	return j.run(ctx, options)
}

// run has the importer run the import.
func (j *job) run(ctx context.Context, o importer.Options) (pool.Ending, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	o.Plan = func(p importer.Plan) {
		j.pulse.planned(p)
		if err := j.engine.o.Pools.ClaimAccount(ctx, j.slice.Lease, p.Account.ID); err != nil {
			stop(err)
		}
	}
	result, err := importer.Run(ctx, o)
	var other *pool.AccountError
	switch claimed := errors.As(context.Cause(ctx), &other); {
	case err != nil && !claimed:
		return j.failed(err)
	case err != nil:
		return stopped(other.Error()), nil
	case claimed:
		return stopped(other.Error()), result.Close()
	}
	ending, err := j.ending(ctx, result)
	return ending, errors.Join(err, result.Close())
}

// prepare makes everything ready for a run. An ending with a state says that there is none.
func (j *job) prepare(ctx context.Context) (o importer.Options, ending pool.Ending, err error) {
	i, e := j.slice.Import, j.engine
	if j.settings, err = parseSettings(i.Options); err == nil {
		o, err = j.settings.Options()
	}
	if err != nil {
		return o, stopped(err.Error()), nil
	}
	o.Input, o.State, o.BaseURL, o.Profile, o.Sandbox = j.input, j.dir, i.BaseURL, i.Profile, i.Sandbox
	o.MaxDuration, o.Begun, o.Drain = j.slice.Time, j.slice.Began, e.o.Drain
	o.Version, o.Transport, o.Progress = e.o.Version, e.o.Transport, &j.pulse.progress
	o.Ledger = func(dir string) (*ledger.Ledger, error) {
		return ledger.Of(e.o.Ledger.Store(postgres.Fence{Pool: j.slice.Lease.Pool, Epoch: j.slice.Lease.Epoch, Valid: j.slice.Alive}, dir)), nil
	}
	if o.Key, err = e.o.Key(ctx, i.KeyRef); err != nil {
		return o, ending, &worker.Wait{Err: err, After: waitKey}
	}
	switch err := e.o.Store.FetchInput(ctx, i.InputSHA256, j.input); {
	case errors.Is(err, store.ErrMissing):
		return o, stopped("its input is not in the store: enqueue the file again"), nil
	case errors.Is(err, store.ErrChanged):
		return o, stopped(fmt.Sprintf("%v: enqueue the file again, and find out who has written to the store", err)), nil
	case err != nil:
		return o, ending, &worker.Wait{Err: fmt.Errorf("its input can't be fetched from the store: %w", err), After: waitStore}
	}
	return o, ending, j.takePace(o.Key)
}

// takePace goes on with the pace of the pool's last holder.
func (j *job) takePace(key string) (err error) {
	path, err := importer.PaceFile(j.dir, key, j.slice.Import.BaseURL)
	if err != nil {
		return nil // the run says what is wrong with the key
	}
	j.pace = path
	var h pace.Handover
	if len(j.slice.Lease.Pace) == 0 || json.Unmarshal(j.slice.Lease.Pace, &h) != nil {
		return nil // there was none
	}
	if err := h.TakeOver(path); err != nil {
		return &worker.Wait{Err: err, After: waitDisk}
	}
	return nil
}

// beat is the pulse of the import.
func (j *job) beat() pool.Pulse {
	p := j.pulse.now()
	if j.pace != "" {
		if h, err := pace.HandOver(j.pace); err == nil {
			p.Pace, _ = json.Marshal(h) // it always can be
		}
	}
	return p
}

// failed is how an import ends whose run could not begin or go on.
func (j *job) failed(err error) (pool.Ending, error) {
	var usage *importer.UsageError
	var stop *importer.Stop
	switch {
	case errors.As(err, &usage):
		e := stopped(usage.Message)
		e.ExitCode = exitUsage
		return e, nil
	case errors.As(err, &stop):
		return j.endingOf(stop), nil
	case errors.Is(err, ledger.ErrLeaseLost), errors.Is(err, worker.ErrLate), errors.Is(err, ledger.ErrUnreachable), errors.Is(err, ledger.ErrDiskFull):
		return pool.Ending{}, &worker.Wait{Err: err, After: waitDatabase}
	case errors.Is(err, importer.ErrInputChanged):
		return stopped(err.Error()), nil
	}
	return pool.Ending{}, err
}

// stopped is the ending of an import that needs somebody.
func stopped(why string) pool.Ending {
	return pool.Ending{State: pool.Stopped, Reason: why, ExitCode: exitFailed}
}
