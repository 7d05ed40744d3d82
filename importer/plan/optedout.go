package plan

import (
	"context"
	"slices"
	"strconv"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// optOuts is what the plan knows of people who want no messages. Who opted out in one
// row has opted out in all rows of the file that have the number, also in those before.
type optOuts struct {
	lines *numberLines // of each number the line of the first row that says so, or earlierImport
	// unclear says that a row whose opt-out cell is not understood has a number.
	unclear bool
	// late says that a row was decided which comes before the row that says that its
	// number opted out, or may be: another pass, which knows it from the beginning,
	// decides all rows anew.
	late bool
}

// earlierImport stands for the line where no row of the file says it, and the ledger does.
const earlierImport = 0

// recallOptOuts has people whose rows come back from a report stay opted out. Rows of
// people who opted out are not in invalid.csv: where one row of a list says so, and
// another has the same number and could not be read, only the other one comes back, and
// the ledger alone knows. A list that has come back from a CRM with the columns of
// contacts.csv is whole: what it says itself counts, night after night.
func (p *pass) recallOptOuts(ctx context.Context, columns source.Columns) error {
	if !columns.Rejects || p.o.Reading.OptOut == OptOutIgnore || p.o.Ledger == nil {
		return nil
	}
	for number, err := range p.o.Ledger.OptedOut(p.o.Job) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.outs.lines.put(number, earlierImport)
	}
	return nil
}

// heedRow adds what a row says itself of an opt-out. mode is Reading.OptOut. A row that
// can't be used stays so; every other reason gives way.
func heedRow(r *outcome.Row, said source.OptOut, mode string) {
	switch {
	case mode == OptOutIgnore || r.Reason == outcome.RowMalformed || said == source.OptedIn:
	case said == source.OptOutUnclear:
		r.Status, r.Reason, r.Message = outcome.Invalid, outcome.OptOutUnclear, optOutUnclear+phone.Told(r.Message)
	case mode == OptOutMark:
		r.Mark = r.Status == outcome.Pending // whose number can't be read needs somebody before it can be marked
	default:
		optOut(r, uint32(r.Line))
	}
}

// optOut makes the row one of a person who opted out in that line, or in an earlierImport.
func optOut(r *outcome.Row, line uint32) {
	r.Status, r.Reason, r.DuplicateOf = outcome.Invalid, outcome.OptedOut, 0
	switch {
	case line == earlierImport:
		r.Message = "opted out in an earlier import"
	case r.Line == int(line):
		r.Message = "opted out in this row"
	default:
		r.Message = "opted out in line " + strconv.FormatUint(uint64(line), 10)
	}
}

// heedOptOut takes the next row in file order, and its number (0: none): it keeps what the
// row says of its number, and has earlier rows decide about it.
func (p *pass) heedOptOut(r *outcome.Row, number uint64) {
	if number == 0 {
		return
	}
	says := r.Mark || r.Reason == outcome.OptedOut
	line, known := p.outs.lines.get(number)
	switch {
	case says && !known:
		_, earlier := p.first.get(number)
		p.outs.lines.put(number, uint32(r.Line))
		p.outs.late = p.outs.late || earlier || p.outs.unclear
	case says:
	case known && p.o.Reading.OptOut == OptOutMark:
		r.Status, r.Reason, r.Message, r.Mark = outcome.Pending, outcome.NotAttempted, "", true // until it is found to be a duplicate
		if r.Record != nil {
			r.Record = sayingOptedOut(r.Record, p.src.Columns().OptOutIndex)
		}
	case known:
		optOut(r, line)
	case r.Reason == outcome.OptOutUnclear:
		p.outs.unclear = true
	}
}

// optOutUnclear is what the row of a cell that is not understood is told.
const optOutUnclear = "the cell that says whether this person wants messages is not understood: write yes or no there, or name the right column with " + flagOptOutColumn

// optedOutCell says in every opt-out column, whatever its header means, that the person opted
// out.
const optedOutCell = "opted_out"

// sayingOptedOut is the record of a row that goes back to the user, and whose number has opted
// out in another row. That row may not come back with it, so this one says it now, in the first
// of the columns, or the person would be taken for one who gets messages.
func sayingOptedOut(record []string, columns []int) []string {
	if len(columns) == 0 {
		return record
	}
	at := columns[0]
	record = append(slices.Clone(record), make([]string, max(0, at+1-len(record)))...)
	record[at] = optedOutCell
	return record
}
