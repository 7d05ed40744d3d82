package plan

import (
	"context"

	"sent-import/importer/ledger"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// cellReader reads the phone cells of one file.
type cellReader struct {
	options phone.Options
	numbers []phone.Numbers // for each of source.Columns.Phone
	notices []string        // how they were decided
}

// read reads the phone cell of a row that is not malformed.
func (c cellReader) read(row source.Row) phone.Result {
	o := c.options
	o.Numbers, o.Refused = c.numbers[row.Column], row.Refused
	return phone.Normalize(row.Phone, row.Region, o)
}

// readerOf opens the file to find its columns, and says how their bare cells are read.
func readerOf(ctx context.Context, in ledger.Input, r Reading) (cellReader, error) {
	f, err := openInput(ctx, in, r.sourceOptions())
	if err != nil {
		return cellReader{}, sourceError(err)
	}
	defer f.close()
	columns := f.src.Columns()
	c := cellReader{options: r.phoneOptions(), numbers: make([]phone.Numbers, len(columns.Phone))}
	c.options.Ours = columns.Ours
	given, _ := numbersOf(r.Numbers)
	for i := range c.numbers {
		c.numbers[i] = given
	}
	return c, nil
}
