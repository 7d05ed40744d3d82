package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/importer/source"
)

// ErrInputChanged says that the file is not, or no longer, the one that the
// job was planned from.
var ErrInputChanged = errors.New("the file has changed since it was planned")

// The sizes of a plan's parts. A batch is enough work that handing it over
// costs nothing; a commit is short enough that other jobs on the ledger get
// their turn.
const (
	batchRows  = 256
	commitRows = 4096
)

// batch is some rows on their way through the pool, in file order.
type batch struct {
	rows    []source.Row
	planned []outcome.Row
	glances []glance      // one for each of planned
	done    chan struct{} // closed by the worker that has filled planned
}

// Options says which file is planned, how, and for which job.
type Options struct {
	Reading  Reading
	Ledger   *ledger.Ledger
	Job      ledger.Job
	Now      time.Time // when the plan is made: the rows that it settles carry it
	MaxLine  uint32    // the last line that a row may begin at; 0: 4,294,967,295
	Progress *progress.Progress
}

// planner reads a file into the ledger.
type planner struct {
	o       Options
	cells   cellReader
	help    *help
	first   map[uint64]uint32 // number → line of its first row
	pending []outcome.Row
	written <-chan error // of the rows handed over last; nil before
	rows    int          // so far
	reasons outcome.ByReason
	outs    optOuts
}

// File writes every row of the job's file to the ledger and marks the job planned. It
// reads the file to its end and returns ErrInputChanged if the bytes are not those of
// the job.
func File(ctx context.Context, o Options) (ledger.Job, outcome.ByReason, error) {
	o.Progress.Start(progress.Planning, o.Job.Input.Bytes)
	f, err := os.Open(o.Job.Input.Path)
	if err != nil {
		return o.Job, nil, err
	}
	defer f.Close()
	p := newPlanner(o)
	job, err := p.plan(ctx, f)
	return job, p.reasons, err
}

func newPlanner(o Options) *planner {
	return &planner{
		o: o, help: newHelp(), first: make(map[uint64]uint32), reasons: make(outcome.ByReason),
		outs: optOuts{lines: make(map[uint64]uint32)},
	}
}

func (p *planner) plan(ctx context.Context, f *os.File) (ledger.Job, error) {
	digest := sha256.New()
	counted := p.o.Progress.Reader(io.TeeReader(&contextReader{ctx, f}, digest))
	in := &Input{File: p.o.Job.Input, TempDir: spoolDir(p.o.Ledger.Dir())}
	o := p.o.Reading.sourceOptions()
	o.TempDir = in.TempDir
	src, err := source.Open(counted, f, in.File.Bytes, o)
	if err != nil {
		return p.o.Job, sourceError(err)
	}
	defer src.Close()
	if err := refuseData(src, p.o.Reading); err != nil {
		return p.o.Job, err
	}
	if err := refuseMark(src.Columns(), p.o.Reading); err != nil {
		return p.o.Job, err
	}
	if p.cells, err = readerOf(ctx, in, p.o.Reading); err != nil {
		return p.o.Job, err
	}
	if err := p.recallOptOuts(ctx, src.Columns()); err != nil {
		return p.o.Job, err
	}
	if err := p.pipe(ctx, src); err != nil {
		return p.o.Job, err
	}
	if err := p.verify(digest, counted); err != nil {
		return p.o.Job, err
	}
	return p.finish(ctx, src)
}

func sourceError(err error) error {
	var usage *source.UsageError
	if errors.As(err, &usage) {
		return &UsageError{Message: usage.Error()}
	}
	return err
}

// pipe runs the pool between the reader and the collector.
func (p *planner) pipe(ctx context.Context, src *source.Reader) error {
	group, ctx := errgroup.WithContext(ctx)
	pool := new(errgroup.Group)
	pool.SetLimit(runtime.GOMAXPROCS(0))
	ordered := make(chan *batch, 2*runtime.GOMAXPROCS(0)) // closed by the reader below
	group.Go(func() error {
		defer close(ordered)
		defer pool.Wait() //nolint:errcheck // its functions return nil
		return p.read(ctx, src, pool, ordered)
	})
	group.Go(func() error {
		for b := range ordered {
			<-b.done
			p.help.see(b.planned, b.glances)
			if err := p.collect(b.planned); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// read cuts the rows into batches and has the pool work on them.
func (p *planner) read(ctx context.Context, src *source.Reader, pool *errgroup.Group, ordered chan<- *batch) error {
	b := newBatch()
	send := func() error {
		full := b
		b = newBatch()
		select {
		case ordered <- full:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		pool.Go(func() error {
			defer close(full.done)
			for _, row := range full.rows {
				r, g := classify(row, p.cells)
				full.planned, full.glances = append(full.planned, withOptOut(r, row.OptOut, p.o.Reading.OptOut)), append(full.glances, g)
			}
			return nil
		})
		return nil
	}
	for row, err := range src.Rows() {
		if err != nil {
			return sourceError(err)
		}
		row.Record = nil // the report reads it again, and it can be as long as a megabyte
		b.rows = append(b.rows, row)
		if len(b.rows) == batchRows {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

func newBatch() *batch {
	return &batch{
		rows:    make([]source.Row, 0, batchRows),
		planned: make([]outcome.Row, 0, batchRows),
		glances: make([]glance, 0, batchRows),
		done:    make(chan struct{}), // closed by the worker
	}
}

// classify decides what can be decided of a row by looking at it alone.
func classify(row source.Row, cells cellReader) (outcome.Row, glance) {
	r := outcome.Row{Number: row.Number, Line: row.Line, Input: row.Phone}
	if row.Malformed != "" {
		r.Status, r.Reason, r.Message = outcome.Invalid, outcome.RowMalformed, row.Malformed
		return r, glance{}
	}
	n := cells.read(row)
	if n.Reason != "" {
		r.Status, r.Reason, r.Message = outcome.Invalid, n.Reason, n.Hint
		return r, cells.glanceAt(row, n)
	}
	r.Phone, r.Status, r.Reason = n.E164, outcome.Pending, outcome.NotAttempted
	return r, cells.glanceAt(row, n)
}

// collect takes the rows in file order: it finds the numbers that an earlier
// row has, and those that opted out, and hands the rows to the ledger.
func (p *planner) collect(rows []outcome.Row) error {
	for _, r := range rows {
		if err := p.countable(r); err != nil {
			return err
		}
		p.heedOptOut(&r)
		if r.Status == outcome.Pending {
			p.findFirst(&r)
		}
		if r.Status != outcome.Pending {
			r.SettledAt = p.o.Now
		}
		p.rows++
		p.reasons[r.Reason]++
		p.pending = append(p.pending, r)
	}
	p.o.Progress.Planned(p.rows)
	if len(p.pending) >= commitRows {
		return p.write()
	}
	return nil
}

// countable refuses a row beyond the lines that duplicates can name. A row has
// at least one line to itself, so there are no more rows than that either.
func (p *planner) countable(r outcome.Row) error {
	last := cmp.Or(p.o.MaxLine, math.MaxUint32)
	if uint64(r.Line) <= uint64(last) {
		return nil
	}
	return fmt.Errorf("%s has more than %d lines, which is more than one import can tell apart; nothing was sent; split it into several files",
		printable.Path(p.o.Job.Input.Name), last)
}

// findFirst makes the row a duplicate if an earlier one has its number. An
// E.164 number has at most 15 digits, so it fits a uint64, and the map costs
// about 30 bytes a number.
func (p *planner) findFirst(r *outcome.Row) {
	n := digitsOf(*r)
	if line, seen := p.first[n]; seen {
		r.Status, r.Reason, r.DuplicateOf, r.Mark = outcome.Duplicate, outcome.InFile, int(line), false
		return
	}
	p.first[n] = uint32(r.Line)
}

// digitsOf is the number of a row that has one.
func digitsOf(r outcome.Row) uint64 {
	n, ok := outcome.ParseE164(r.Phone)
	if !ok {
		panic("plan: package phone has given a number that is not in E.164")
	}
	return n
}

// write hands the collected rows to the ledger, once the ones before are on
// the disk.
func (p *planner) write() error {
	if err := p.settled(); err != nil {
		return err
	}
	p.written = p.o.Ledger.AddRows(p.o.Job, p.pending)
	p.pending = make([]outcome.Row, 0, commitRows+batchRows)
	return nil
}

func (p *planner) settled() error {
	if p.written == nil {
		return nil
	}
	err := <-p.written
	p.written = nil
	return err
}

// verify reads what is left of the file and compares it with the job's.
func (p *planner) verify(digest hash.Hash, rest io.Reader) error {
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return fmt.Errorf("read %s: %w", printable.Path(p.o.Job.Input.Name), err)
	}
	if p.o.Job.Input.SHA256 != "" && hex.EncodeToString(digest.Sum(nil)) != p.o.Job.Input.SHA256 {
		return fmt.Errorf("%s: %w while it was being read; nothing was sent; run the same command again when it is complete",
			printable.Path(p.o.Job.Input.Name), ErrInputChanged)
	}
	return nil
}

func (p *planner) finish(ctx context.Context, src *source.Reader) (ledger.Job, error) {
	if err := p.write(); err != nil {
		return p.o.Job, err
	}
	if err := p.settled(); err != nil {
		return p.o.Job, err
	}
	if err := p.applyOptOuts(ctx); err != nil {
		return p.o.Job, err
	}
	text, err := json.Marshal(p.layout(src))
	if err != nil {
		return p.o.Job, err
	}
	return p.o.Ledger.FinishPlan(p.o.Job, p.rows, string(text))
}
