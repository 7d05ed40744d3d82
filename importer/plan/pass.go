package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/progress"
	"sent-import/importer/source"
)

// A batch is enough work that handing it over costs nothing, and not so much that the
// records of some of them would fill the memory: one can be as long as a megabyte.
const (
	batchRows  = 256
	batchBytes = 256 << 10
)

// records says whether rows carry the user's cells.
type records bool

const (
	withRecords    records = true // those that go back to the user, and the first one of a file without a header
	withoutRecords records = false
)

// pass reads a file once, from its beginning to its end. Rows come out in file order, with
// what is decided about them: by looking at the row alone, by the rows before it, and by
// what an earlier pass has found in the rows behind it.
type pass struct {
	o       Options
	records records
	known   foreknown
	file    *os.File
	digest  hash.Hash
	all     io.Reader // the file, through the digest
	src     *source.Reader
	cells   cellReader
	help    *help
	sure    bool                      // help.isSure
	texts   map[outcome.Reason]string // of help, after the end
	first   numberLines               // of each number the line of its first row
	outs    optOuts
	rows    int // so far
	marks   int
	reasons outcome.ByReason
	emit    func(outcome.Row) error
}

// foreknown is what rows depend on that only rows behind them show: an earlier pass has
// found it. The zero value is that of a first pass, which assumes that there is nothing.
type foreknown struct {
	outs  *numberLines              // see optOuts; nil: nothing
	hints map[outcome.Reason]string // see Layout.Hints
}

// openPass opens the file, and decides how its cells are read.
func openPass(ctx context.Context, o Options, known foreknown, r records) (*pass, error) {
	o.Progress.Start(progress.Planning, o.Job.Input.Bytes)
	p := newPass(o, known, r)
	f, err := os.Open(o.Job.Input.Path)
	if err != nil {
		return nil, err
	}
	p.file = f
	if err := p.open(ctx, f); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// close gives back what is held. The file was only read.
func (p *pass) close() {
	if p.src != nil {
		_ = p.src.Close()
	}
	_ = p.file.Close()
}

func newPass(o Options, known foreknown, r records) *pass {
	p := &pass{o: o, records: r, known: known, help: newHelp(), reasons: make(outcome.ByReason)}
	if p.outs.lines = known.outs; known.outs == nil {
		p.outs.lines = new(numberLines)
	}
	return p
}

func (p *pass) open(ctx context.Context, f *os.File) (err error) {
	p.digest = sha256.New()
	p.all = p.o.Progress.Reader(io.TeeReader(&contextReader{ctx, f}, p.digest))
	o := p.o.Reading.sourceOptions()
	o.TempDir = p.o.TempDir
	if p.src, err = source.Open(p.all, f, p.o.Job.Input.Bytes, o); err != nil {
		return sourceError(err)
	}
	if err := refuseData(p.src, p.o.Reading); err != nil {
		return err
	}
	if err := refuseMark(p.src.Columns(), p.o.Reading); err != nil {
		return err
	}
	if p.cells, err = readerOf(ctx, &Input{File: p.o.Job.Input, TempDir: p.o.TempDir}, p.o.Reading); err != nil {
		return err
	}
	if p.known.outs != nil {
		return nil
	}
	return p.recallOptOuts(ctx, p.src.Columns())
}

func sourceError(err error) error {
	var usage *source.UsageError
	if errors.As(err, &usage) {
		return &UsageError{Message: usage.Error()}
	}
	return err
}

// run reads the file to its end, and closes it. Every row goes to emit, whose first error
// ends the pass. Error: ErrInputChanged if the bytes are not those of the job.
func (p *pass) run(ctx context.Context, emit func(outcome.Row) error) error {
	defer p.close()
	p.emit = emit
	if err := p.pipe(ctx); err != nil {
		return err
	}
	if err := p.verify(); err != nil {
		return err
	}
	p.texts = p.help.texts(p.cells.options)
	return nil
}

// batch is some rows on their way through the pool, in file order.
type batch struct {
	rows    []source.Row
	bytes   int // of their records
	planned []outcome.Row
	glances []glance      // one for each of planned
	done    chan struct{} // closed by the worker that has filled planned
}

// pipe runs the pool between the reader and the collector, which is the caller.
func (p *pass) pipe(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	reader, pool := new(errgroup.Group), new(errgroup.Group)
	defer reader.Wait() //nolint:errcheck // it is asked for below
	defer cancel()
	pool.SetLimit(runtime.GOMAXPROCS(0))
	ordered := make(chan *batch, 2*runtime.GOMAXPROCS(0)) // closed by the reader below
	reader.Go(func() error {
		defer close(ordered)
		defer pool.Wait() //nolint:errcheck // its functions return nil
		return p.read(ctx, pool, ordered)
	})
	for b := range ordered {
		<-b.done
		p.help.see(b.planned, b.glances)
		p.sure = p.sure || p.help.isSure()
		if err := p.collect(b.planned); err != nil {
			return err
		}
	}
	return reader.Wait()
}

// read cuts the rows into batches and has the pool work on them.
func (p *pass) read(ctx context.Context, pool *errgroup.Group, ordered chan<- *batch) error {
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
			p.work(full)
			return nil
		})
		return nil
	}
	for row, err := range p.src.Rows() {
		if err != nil {
			return sourceError(err)
		}
		if p.records == withoutRecords {
			row.Record = nil // the report reads it again
		}
		b.add(row)
		if len(b.rows) == batchRows || b.bytes >= batchBytes {
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

func (b *batch) add(row source.Row) {
	b.rows = append(b.rows, row)
	for _, cell := range row.Record {
		b.bytes += len(cell)
	}
}

// work decides what the rows of a batch say of themselves.
func (p *pass) work(b *batch) {
	for _, row := range b.rows {
		r, g := classify(row, p.cells)
		r.Record = row.Record
		b.planned, b.glances = append(b.planned, withOptOut(r, row.OptOut, p.o.Reading.OptOut)), append(b.glances, g)
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
// row has, and those that opted out, and hands the rows on.
func (p *pass) collect(rows []outcome.Row) error {
	for i := range rows {
		r := &rows[i]
		if err := p.countable(*r); err != nil {
			return err
		}
		p.heedOptOut(r)
		if r.Status == outcome.Pending {
			p.findFirst(r)
		}
		if r.Status != outcome.Pending {
			r.SettledAt = p.o.Now
		} else if r.Mark {
			p.marks++
		}
		if !r.GoesBack() && !(p.o.Reading.NoHeader && p.rows == 0) {
			r.Record = nil
		}
		if r.Message != "" && p.known.hints != nil {
			r.Message += p.known.hints[r.Reason]
		}
		p.rows++
		p.reasons[r.Reason]++
		if err := p.emit(*r); err != nil {
			return err
		}
	}
	p.o.Progress.Planned(p.rows)
	return nil
}

// countable refuses a row beyond the lines that duplicates can name. A row has
// at least one line to itself, so there are no more rows than that either.
func (p *pass) countable(r outcome.Row) error {
	last := cmp.Or(p.o.MaxLine, math.MaxUint32)
	if uint64(r.Line) <= uint64(last) {
		return nil
	}
	return fmt.Errorf("%s has more than %d lines, which is more than one import can tell apart; nothing was sent; split it into several files",
		printable.Path(p.o.Job.Input.Name), last)
}

// findFirst makes the row a duplicate if an earlier one has its number.
func (p *pass) findFirst(r *outcome.Row) {
	n := digitsOf(*r)
	if line, seen := p.first.get(n); seen {
		r.Status, r.Reason, r.DuplicateOf, r.Mark = outcome.Duplicate, outcome.InFile, int(line), false
		return
	}
	p.first.put(n, uint32(r.Line))
}

// digitsOf is the number of a row that has one. An E.164 number has at most 15 digits, so
// it fits a uint64.
func digitsOf(r outcome.Row) uint64 {
	n, ok := outcome.ParseE164(r.Phone)
	if !ok {
		panic("plan: package phone has given a number that is not in E.164")
	}
	return n
}

// verify reads what is left of the file and compares it with the job's.
func (p *pass) verify() error {
	if _, err := io.Copy(io.Discard, p.all); err != nil {
		return fmt.Errorf("read %s: %w", printable.Path(p.o.Job.Input.Name), err)
	}
	if p.o.Job.Input.SHA256 != "" && hex.EncodeToString(p.digest.Sum(nil)) != p.o.Job.Input.SHA256 {
		return fmt.Errorf("%s: %w while it was being read; nothing was sent; run the same command again when it is complete",
			printable.Path(p.o.Job.Input.Name), ErrInputChanged)
	}
	return nil
}

// totals is what the pass has found, after its end.
func (p *pass) totals() Totals {
	return Totals{Rows: p.rows, Reasons: p.reasons, Marks: p.marks, Layout: p.layout()}
}

// foreknown is what the rows of another pass can rely on, after the end of this one.
func (p *pass) foreknown() foreknown {
	return foreknown{outs: p.outs.lines, hints: p.help.hints(p.texts)}
}

// mayCorrect reports whether rows may say something of the people of rows before them.
func (p *pass) mayCorrect() bool {
	return p.o.Reading.OptOut != OptOutIgnore && len(p.src.Columns().OptOut) > 0
}

// wrong reports whether rows that came out would be others now. It may become true with
// every row, and stays so.
func (p *pass) wrong() bool { return p.outs.late || p.sure && p.known.hints == nil }

// agrees reports, after the end of the pass, whether all rows that came out are right.
func (p *pass) agrees() bool { return !p.wrong() && maps.Equal(p.known.hints, p.help.hints(p.texts)) }
