package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	emit    func(*outcome.Row) error
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
		return sourceError(ctx, err)
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

// run reads the file to its end, and closes it. Every row goes to emit, which must not
// keep it; its first error ends the pass. Error: ErrInputChanged if the bytes are not those of the job.
func (p *pass) run(ctx context.Context, emit func(*outcome.Row) error) error {
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

// pipe runs the pool between the reader and the collector, which is the caller.
func (p *pass) pipe(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	reader, pool := new(errgroup.Group), new(errgroup.Group)
	defer reader.Wait() //nolint:errcheck // it is asked for below
	defer cancel()
	pool.SetLimit(runtime.GOMAXPROCS(0))
	ordered := make(chan *batch, 2*runtime.GOMAXPROCS(0)) // closed by the reader below
	free := make(chan *batch, cap(ordered)+2)             // the collector and the reader have one each
	for range cap(free) {
		free <- newBatch()
	}
	reader.Go(func() error {
		defer close(ordered)
		defer pool.Wait() //nolint:errcheck // its functions return nil
		return p.read(ctx, pool, ordered, free)
	})
	for b := range ordered {
		<-b.done
		p.help.see(b.planned, b.glances)
		p.sure = p.sure || p.help.isSure()
		if err := p.collect(b); err != nil {
			return err
		}
		b.reset()
		free <- b
	}
	return reader.Wait()
}

// read cuts the rows into batches and has the pool work on them.
func (p *pass) read(ctx context.Context, pool *errgroup.Group, ordered chan<- *batch, free <-chan *batch) error {
	b := <-free
	send := func() error {
		full := b
		select {
		case ordered <- full:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		pool.Go(func() error {
			full.work(&p.cells, p.o.Reading.OptOut)
			full.done <- struct{}{}
			return nil
		})
		select {
		case b = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		return nil
	}
	for row, err := range p.src.Rows() {
		if err != nil {
			return sourceError(ctx, err)
		}
		if p.records == withoutRecords {
			row.Record = nil // the report reads it again
		}
		if b.add(row); b.full() {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// collect takes the rows in file order: it finds the numbers that an earlier
// row has, and those that opted out, and hands the rows on.
func (p *pass) collect(b *batch) error {
	p.first.fetch(b.numbers)
	for i := range b.planned {
		r := &b.planned[i]
		if err := p.countable(r); err != nil {
			return err
		}
		p.heedOptOut(r, b.numbers[i])
		if r.Status == outcome.Pending {
			p.findFirst(r, b.numbers[i])
		}
	}
	p.count(b.planned)
	for i := range b.planned {
		if err := p.hand(&b.planned[i]); err != nil {
			return err
		}
	}
	p.o.Progress.Planned(p.rows)
	return nil
}

// count counts the reasons. Rows with the same one often follow one another.
func (p *pass) count(rows []outcome.Row) {
	for len(rows) > 0 {
		reason, same := rows[0].Reason, 1
		for same < len(rows) && rows[same].Reason == reason {
			same++
		}
		p.reasons[reason] += same
		rows = rows[same:]
	}
}

// hand completes a row and hands it on.
func (p *pass) hand(r *outcome.Row) error {
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
	return p.emit(r)
}

// countable refuses a row beyond the lines that duplicates can name. A row has
// at least one line to itself, so there are no more rows than that either.
func (p *pass) countable(r *outcome.Row) error {
	last := cmp.Or(p.o.MaxLine, math.MaxUint32)
	if uint64(r.Line) <= uint64(last) {
		return nil
	}
	return &InputError{fmt.Errorf("%s has more than %d lines, which is more than one import can tell apart; nothing was sent; split it into several files",
		printable.Path(p.o.Job.Input.Name), last)}
}

// findFirst makes the row a duplicate if an earlier one has its number.
func (p *pass) findFirst(r *outcome.Row, number uint64) {
	if line, seen := p.first.putNew(number, uint32(r.Line)); seen {
		r.Status, r.Reason, r.DuplicateOf, r.Mark = outcome.Duplicate, outcome.InFile, int(line), false
	}
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
