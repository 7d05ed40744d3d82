package plan

import (
	"context"
	"errors"
	"iter"

	"sent-import/importer/outcome"
)

// Checked is a file that was read to be looked at, and of which no job is made.
type Checked struct {
	Totals Totals

	o     Options
	known foreknown
}

// Taker takes the rows of a file in file order, to their end or to the first error, which
// it returns, or one that says more. Of layout nothing is there yet that only the end of the file shows: notices
// and advice.
type Taker func(layout Layout, rows iter.Seq2[outcome.Row, error]) error

// errAgain says that rows were given that turn out to be others.
var errAgain = errors.New("plan: the rows are to be read anew")

// errEnough says that no more rows are wanted.
var errEnough = errors.New("plan: no more rows are wanted")

// Check reads the file and gives its rows to take (nil: nobody wants them), in file order;
// those that go back to the user carry their cells. One pass is enough unless rows say
// something about rows before them: that a person opted out, or how many rows an option
// would help. Then rows ends with an error, the rest of the file is only looked at, and
// take is called once more: what it took before does not count. Errors: those of File, and
// that of take.
func Check(ctx context.Context, o Options, take Taker) (*Checked, error) {
	c := &Checked{o: o}
	for {
		err := c.pass(ctx, take)
		if !errors.Is(err, errAgain) {
			return c, err
		}
	}
}

// pass reads the file once. Error: errAgain if it has to be read once more.
func (c *Checked) pass(ctx context.Context, take Taker) error {
	if take == nil {
		take = drain
	}
	p, err := openPass(ctx, c.o, c.known, withRecords)
	if err != nil {
		return err
	}
	var own error // why the pass ended
	err = take(p.layout(), func(yield func(outcome.Row, error) bool) { own = p.give(ctx, yield) })
	if errors.Is(own, errAgain) || err == nil {
		err = own
	}
	if c.known = p.foreknown(); err == nil {
		c.Totals = p.totals()
	}
	return err
}

// drain reads all rows.
func drain(_ Layout, rows iter.Seq2[outcome.Row, error]) error {
	for _, err := range rows {
		if err != nil {
			return err
		}
	}
	return nil
}

// Rows reads the file once more and gives its rows as Check has found them. The last error
// is ErrInputChanged if it is another file now, and the cause of ctx's end if that ends.
func (c *Checked) Rows(ctx context.Context) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		p, err := openPass(ctx, c.o, c.known, withRecords)
		if err != nil {
			yield(outcome.Row{}, err)
			return
		}
		_ = p.give(ctx, yield) // it was given, too
	}
}

// give runs the pass and gives the rows to yield. When they turn out to be wrong, it gives
// errAgain and reads on without giving any. The error that ended the sequence is returned.
func (p *pass) give(ctx context.Context, yield func(outcome.Row, error) bool) error {
	wrong := false
	err := p.run(ctx, func(r *outcome.Row) error {
		switch {
		case wrong:
		case p.wrong():
			wrong = true
			yield(outcome.Row{}, errAgain)
		case !yield(*r, nil):
			return errEnough
		}
		return nil
	})
	if err == nil && !p.agrees() {
		err = errAgain
	}
	if err != nil && !wrong && !errors.Is(err, errEnough) {
		yield(outcome.Row{}, err)
	}
	return err
}
