package plan

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// What a look at a column takes, and what it takes to decide how its bare cells are
// read. A few thousand rows would do; but lists are sorted, often by country.
const (
	lookRows     = 50_000  // rows at the beginning of the file
	lookBytes    = 8 << 20 // of text in these rows, at most
	leastKnown   = 20      // bare cells whose country is known; fewer decide nothing
	ownPercent   = 95      // of those that begin with their own calling code, and are valid so: the column decides
	againPercent = 50      // below this, those that begin with their own calling code contradict the header
)

// cellReader reads the phone cells of one file.
type cellReader struct {
	options phone.Options
	numbers []phone.Numbers // for each of source.Columns.Phone
	given   bool            // an option says how

	elsewhere []string // for each of source.Columns.Others the hint for a row whose number is there
	notices   []string // how numbers was decided
}

// read reads the phone cell of a row that is not malformed.
func (c *cellReader) read(row *source.Row) phone.Result {
	o := c.optionsOf(row, c.numbers[row.Column])
	r := phone.Normalize(row.Phone, row.Region, o)
	switch {
	case r.Reason != outcome.PhoneMissing:
	case row.Elsewhere >= 0:
		r.Hint = c.elsewhere[row.Elsewhere] + phone.Told(r.Hint)
	case row.NoPhone:
		r.Hint = hintNoPhone + phone.Told(r.Hint)
	}
	return r
}

// hintNoPhone is the hint for a row whose only number is no phone's.
const hintNoPhone = "the only number in this row is labelled as that of a fax or pager, which gets no messages: write the number of a phone with a label of its own, or leave the row out"

// optionsOf returns how the phone cell of a row is read.
func (c *cellReader) optionsOf(row *source.Row, numbers phone.Numbers) phone.Options {
	o := c.options
	o.Numbers, o.Refused, o.RefusedHint, o.Contact = numbers, row.Refused, row.RefusedHint, row.Contact
	return o
}

// elsewhereHints are the hints for rows whose number is in another phone column.
func elsewhereHints(src *source.Reader) []string {
	var hints []string
	columns := src.Columns()
	for _, other := range columns.Others {
		hints = append(hints, fmt.Sprintf("there is no number in %s, but something in %s: take that with %s, or copy it there",
			shown(columns.Phone), source.Shown(other), src.AllPhones()))
	}
	return hints
}

// readerOf looks at the beginning of the file, unless the reading says how bare cells are
// read, and decides it for each phone column: by what the header says, or by what most
// cells of the column are. The same bytes and options decide the same.
func readerOf(ctx context.Context, in *Input, r Reading) (cellReader, error) {
	f, err := openInput(ctx, in, r.sourceOptions())
	if err != nil {
		return cellReader{}, sourceError(ctx, err)
	}
	defer f.close()
	columns := f.src.Columns()
	c := cellReader{options: r.phoneOptions(), numbers: make([]phone.Numbers, len(columns.Phone))}
	c.options.Ours, c.elsewhere = columns.Ours, elsewhereHints(f.src)
	if given, _ := numbersOf(r.Numbers); r.Numbers != "" {
		c.given = true
		for i := range c.numbers {
			c.numbers[i] = given
		}
		return c, nil
	}
	cells, err := lookAt(f.src.Rows(), len(columns.Phone))
	if err != nil {
		return cellReader{}, sourceError(ctx, err)
	}
	for i, name := range columns.Phone {
		header := i < len(columns.International) && columns.International[i]
		numbers, notice := weigh(cells[i], c.options).decide(source.Shown(name), header)
		c.numbers[i] = numbers
		if notice != "" {
			c.notices = append(c.notices, notice)
		}
	}
	return c, nil
}

// phoneCell is a cell that may say how its column writes numbers.
type phoneCell struct{ phone, region string }

// lookAt returns the cells without + of the first rows, by their column.
func lookAt(rows iter.Seq2[source.Row, error], columns int) ([][]phoneCell, error) {
	cells := make([][]phoneCell, columns)
	bytes := 0
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		for _, cell := range row.Record {
			bytes += len(cell) + 1
		}
		if mayBeBare(row.Phone) {
			cells[row.Column] = append(cells[row.Column], phoneCell{row.Phone, row.Region})
		}
		if row.Number >= lookRows || bytes >= lookBytes {
			break
		}
	}
	return cells, nil
}

// mayBeBare reports whether the cell is no number with +.
func mayBeBare(cell string) bool {
	cell = strings.TrimSpace(cell)
	return cell != "" && cell[0] != '+'
}

// evidence is what the bare cells of a column say.
type evidence struct {
	cells int // that may be bare
	known int // of those that are, whose country is known
	own   int // of those, that begin with the calling code of their country
	valid int // of those, that are numbers so
}

// weigh asks each cell what it says.
func weigh(cells []phoneCell, o phone.Options) evidence {
	parts := make([]evidence, runtime.GOMAXPROCS(0))
	var group errgroup.Group
	for p := range parts {
		group.Go(func() error {
			for i := p; i < len(cells); i += len(parts) {
				parts[p].add(phone.Witness(cells[i].phone, cells[i].region, o))
			}
			return nil
		})
	}
	_ = group.Wait() // no function returns an error
	e := evidence{cells: len(cells)}
	for _, part := range parts {
		e.known, e.own, e.valid = e.known+part.known, e.own+part.own, e.valid+part.valid
	}
	return e
}

func (e *evidence) add(t phone.Testimony) {
	switch t {
	case phone.OwnValid:
		e.known, e.own, e.valid = e.known+1, e.own+1, e.valid+1
	case phone.OwnInvalid:
		e.known, e.own = e.known+1, e.own+1
	case phone.Foreign:
		e.known++
	}
}

// decide says how the bare cells of the column are read, and what people should know of
// that; "" for nothing. header says that the header promises calling codes.
func (e evidence) decide(name string, header bool) (phone.Numbers, string) {
	enough := e.known >= leastKnown
	switch {
	case header && enough && 100*e.own < againPercent*e.known:
		return phone.ByCell, fmt.Sprintf("the header %s says that its numbers begin with their calling codes, but only %d %% of the %d without + whose country is known do, so each is read by itself: "+flagNumbers+" international to read them all so, "+flagNumbers+" national for none",
			name, 100*e.own/e.known, e.known)
	case header && e.cells == 0:
		return phone.ByHeader, ""
	case header:
		return phone.ByHeader, fmt.Sprintf("the numbers in %s are read with their calling codes, since its header says so: "+flagNumbers+" national to read them otherwise", name)
	case enough && 100*e.valid >= ownPercent*e.known:
		return phone.ByColumn, fmt.Sprintf("the numbers in %s are read with their calling codes, since %d %% of the %d without + begin with that of their country: "+flagNumbers+" national to read them otherwise",
			name, 100*e.valid/e.known, e.known)
	}
	return phone.ByCell, ""
}
