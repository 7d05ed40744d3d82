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
	waitAccount  = 15 * time.Second // until the API says whose key it is
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
		if err := j.checkAccount(ctx, p, o.Key); err != nil {
			stop(err)
			return
		}
		j.pulse.planned(p)
	}
	result, err := importer.Run(ctx, o)
	var wrong *wrongAccountError
	var later *worker.Wait
	switch refused := errors.As(context.Cause(ctx), &wrong) || errors.As(context.Cause(ctx), &later); {
	case err != nil && !refused:
		return j.failed(err)
	case !refused:
		ending, err := j.ending(ctx, result)
		return ending, errors.Join(err, result.Close())
	case err == nil:
		err = result.Close()
	default:
		err = nil // nothing was begun
	}
	if wrong != nil {
		return stopped(wrong.Error()), err
	}
	return pool.Ending{}, errors.Join(later, err)
}

// prepare makes everything ready for a run. An ending with a state says that there is none.
func (j *job) prepare(ctx context.Context) (o importer.Options, ending pool.Ending, err error) {
	i := j.slice.Import
	if j.settings, err = parseSettings(i.Options); err == nil {
		o, err = j.settings.Options()
	}
	if err != nil {
		return o, stopped(err.Error()), nil
	}
	o.Input, o.State, o.BaseURL, o.Profile, o.Sandbox = j.input, j.dir, i.BaseURL, i.Profile, i.Sandbox
	o.MaxDuration, o.Begun, o.Drain = j.slice.Time, j.slice.Began, j.engine.o.Drain
	o.Version, o.Transport, o.Progress = j.engine.o.Version, j.engine.o.Transport, &j.pulse.progress
	o.Ledger, o.Owner = j.ledger, ownerOf(i.KeyRef)
	if o.Key, ending, err = j.key(ctx); err != nil || ending.State != "" {
		return o, ending, err
	}
	if err := j.takePace(); err != nil { // before anything else may end this: the ending has the pace
		return o, ending, err
	}
	ending, err = j.fetch(ctx)
	return o, ending, err
}

// ledger opens the ledger of the run.
func (j *job) ledger(dir string) (*ledger.Ledger, error) {
	fence := postgres.Fence{Pool: j.slice.Lease.Pool, Epoch: j.slice.Lease.Epoch, Valid: j.slice.Alive}
	return ledger.Of(j.engine.o.Ledger.Store(fence, dir)), nil
}

// key finds the import's key. One that is not there may be on its way; one that could never
// be sent needs somebody.
func (j *job) key(ctx context.Context) (key string, ending pool.Ending, err error) {
	i := j.slice.Import
	if key, err = j.engine.o.Key(ctx, i.KeyRef); err != nil {
		return "", ending, &worker.Wait{Err: err, After: waitKey}
	}
	if j.pace, err = importer.PaceFile(j.dir, key, i.BaseURL); err != nil {
		return "", stopped(fmt.Sprintf("with the key %s nothing can be sent: %v; then enqueue the file again", i.KeyRef, err)), nil
	}
	return key, ending, nil
}

// fetch fetches the input from the store.
func (j *job) fetch(ctx context.Context) (ending pool.Ending, err error) {
	var here *store.LocalError
	switch err := j.engine.o.Store.FetchInput(ctx, j.slice.Import.InputSHA256, j.input); {
	case errors.As(err, &here):
		return ending, &worker.Wait{Err: fmt.Errorf("its input can't be written to the worker's scratch directory: %w", err), After: waitDisk}
	case errors.Is(err, store.ErrMissing):
		return stopped("its input is not in the store: enqueue the file again"), nil
	case errors.Is(err, store.ErrChanged):
		return stopped(fmt.Sprintf("%v: enqueue the file again, and find out who has written to the store", err)), nil
	case err != nil:
		return ending, &worker.Wait{Err: fmt.Errorf("its input can't be fetched from the store: %w", err), After: waitStore}
	}
	return ending, nil
}

// takePace goes on with the pace of the pool's last holder.
func (j *job) takePace() error {
	var h pace.Handover
	if len(j.slice.Lease.Pace) == 0 || json.Unmarshal(j.slice.Lease.Pace, &h) != nil {
		return nil // there was none
	}
	if err := h.TakeOver(j.pace); err != nil {
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
	var input *importer.InputError
	var profile *importer.ProfileError
	var stop *importer.Stop
	switch {
	case errors.As(err, &usage):
		e := stopped(usage.Message)
		e.ExitCode = exitUsage
		return e, nil
	case errors.As(err, &stop):
		e := j.endingOf(stop)
		e.Reason = Words(e.Reason)
		return e, nil
	case errors.Is(err, ledger.ErrLeaseLost), errors.Is(err, worker.ErrLate), errors.Is(err, ledger.ErrUnreachable), errors.Is(err, ledger.ErrDiskFull):
		return pool.Ending{}, &worker.Wait{Err: err, After: waitDatabase}
	case errors.Is(err, importer.ErrAccountUntold):
		return pool.Ending{}, &worker.Wait{Err: err, After: waitAccount}
	case errors.Is(err, importer.ErrInputChanged), errors.As(err, &input), errors.As(err, &profile) && !profile.Unanswered:
		return stopped(err.Error()), nil
	}
	return pool.Ending{}, err
}

// stopped is the ending of an import that needs somebody.
func stopped(why string) pool.Ending {
	return pool.Ending{State: pool.Stopped, Reason: why, ExitCode: exitFailed}
}
