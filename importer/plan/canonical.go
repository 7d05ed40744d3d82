package plan

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"sent-import/importer/phone"
	"sent-import/importer/source"
)

// Canonical returns the reading of the file in its one spelling: without the options
// that say what the file shows anyway, so that a command with such an option is about the
// same job as one without it. The file is read for that only as far as it has to be:
// its beginning, if columns or the delimiter are given, and its rows, up to the first
// that would be read otherwise, if the encoding, the region or the numbers are, or a
// delimiter that its beginning lacks. A file
// that can't be read so has the reading that was given: whoever plans it says why.
// Error: the cause of ctx's end.
func Canonical(ctx context.Context, in *Input, given Reading) (Reading, error) {
	r := given.spelled()
	if r.isPlain() {
		return r, nil
	}
	c := canonical{ctx: ctx, in: in, reading: r}
	err := c.reduce()
	if ctx.Err() != nil {
		return given, context.Cause(ctx)
	}
	if err != nil {
		return given, nil
	}
	return c.reading, nil
}

// spelled returns the reading with one spelling of each value, as far as that can be
// told without the file.
func (r Reading) spelled() Reading {
	r = r.Normalised()
	if enc, err := htmlindex.Get(r.Encoding); r.Encoding != "" && err == nil {
		if name, err := htmlindex.Name(enc); err == nil {
			r.Encoding = name
		}
	}
	if types, err := phone.ParseTypes(r.Types); err == nil {
		slices.Sort(types)
		var names []string
		for _, t := range types {
			names = append(names, string(t))
		}
		r.Types = strings.Join(names, ",")
	}
	return r
}

// isPlain reports whether the reading has no option that a file can show.
func (r Reading) isPlain() bool {
	plain := Reading{NoHeader: r.NoHeader, Types: r.Types, Extension: r.Extension, Multiple: r.Multiple}
	return r.Text() == plain.Text()
}

// canonical is a reading on the way to its canonical form.
type canonical struct {
	ctx     context.Context
	in      *Input
	reading Reading
	outline outline // of the file, under reading
}

// reduce leaves out of the reading what the file shows anyway.
func (c *canonical) reduce() (err error) {
	if c.outline, err = outlineOf(c.ctx, c.in, c.reading); err != nil {
		return err
	}
	c.reduceOutline()
	for _, step := range []func() error{c.reduceDelimiter, c.reduceEncoding, c.reduceNumbers, c.reduceRegion} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// reduceOutline leaves out options about columns, rows and delimiter: first all of
// them, since that is what most commands come to, and one by one where they differ.
func (c *canonical) reduceOutline() {
	r := c.reading
	all := r
	all.PhoneColumns, all.RegionColumn, all.Delimiter, all.Sheet, all.SkipLines, all.OptOutColumn = nil, "", 0, "", 0, ""
	if all.OptOut == OptOutIgnore {
		all.OptOut = ""
	}
	if c.use(all) {
		return
	}
	for _, leaveOut := range []func(*Reading){
		func(r *Reading) { r.Sheet = "" },
		func(r *Reading) { r.SkipLines = 0 },
		func(r *Reading) { r.Delimiter = 0 },
		func(r *Reading) { r.PhoneColumns = nil },
		func(r *Reading) { r.RegionColumn = "" },
		func(r *Reading) { r.OptOutColumn = "" },
		func(r *Reading) {
			if r.OptOut == OptOutIgnore {
				r.OptOut = ""
			}
		},
		func(r *Reading) { // no column, and a column that is ignored, are the same
			if r.OptOutColumn != "" && r.OptOut != OptOutMark {
				r.OptOutColumn, r.OptOut = "", OptOutIgnore
			}
		},
	} {
		next := c.reading
		leaveOut(&next)
		c.use(next)
	}
	c.spellColumns()
}

// spellColumns calls each column that has to be named by its header, or by its number
// where that is not enough; and a sheet by its name.
func (c *canonical) spellColumns() {
	columns := c.outline.columns
	if name := c.outline.dialect.Sheet; c.reading.Sheet != "" && name != "" {
		c.useFirst(func(r *Reading, names []string) { r.Sheet = names[0] }, []string{name})
	}
	if c.reading.PhoneColumns != nil {
		numbers := make([]string, len(columns.PhoneIndex))
		for i, at := range columns.PhoneIndex {
			numbers[i] = strconv.Itoa(at + 1)
		}
		c.useFirst(func(r *Reading, names []string) { r.PhoneColumns = names }, columns.Phone, numbers)
	}
	if c.reading.RegionColumn != "" && columns.RegionIndex >= 0 {
		c.useFirst(func(r *Reading, names []string) { r.RegionColumn = names[0] },
			[]string{columns.Region}, []string{strconv.Itoa(columns.RegionIndex + 1)})
	}
	if c.reading.RegionColumn != "" && columns.RegionIndex < 0 {
		c.reading.RegionColumn = strings.ToLower(c.reading.RegionColumn) // "none"
	}
	if c.reading.OptOutColumn != "" && len(columns.OptOut) > 0 {
		c.useFirst(func(r *Reading, names []string) { r.OptOutColumn = names[0] },
			columns.OptOut, []string{strconv.Itoa(columns.OptOutIndex[0] + 1)})
	}
}

// useFirst sets the names with which the file looks the same.
func (c *canonical) useFirst(set func(r *Reading, names []string), spellings ...[]string) {
	for _, names := range spellings {
		next := c.reading
		if set(&next, names); c.use(next) {
			return
		}
	}
}

// use takes the other reading if the file looks the same under it.
func (c *canonical) use(other Reading) bool {
	if reflect.DeepEqual(other, c.reading) {
		return true
	}
	o, err := outlineOf(c.ctx, c.in, other)
	if err != nil || !reflect.DeepEqual(o, c.outline) {
		return false
	}
	c.reading = other
	return true
}

// outline is what a reading makes of a file, but for the text of its rows and the
// meaning of its cells. Whether a column was named or numbered is left out.
type outline struct {
	header    []string
	dialect   source.Dialect
	columns   source.Columns
	firstLine int    // of the first row; 0 if there is none
	optOut    string // what is done about people who opted out
	named     bool   // the opt-out column is one that has to be named
}

func outlineOf(ctx context.Context, in *Input, r Reading) (o outline, err error) {
	f, err := openInput(ctx, in, r.sourceOptions())
	if err != nil {
		return outline{}, err
	}
	defer f.close()
	if err := refuseData(f.src, r); err != nil {
		return outline{}, err
	}
	o = outline{header: f.src.Header(), dialect: f.src.Dialect(), columns: f.src.Columns(), optOut: r.OptOut}
	o.dialect.Encoding = "" // settled by the text of the rows
	o.columns.ByNumber, o.columns.Others = false, nil
	o.named = r.OptOut == OptOutMark && o.columns.Consent && r.OptOutColumn != ""
	if o.optOut == OptOutSkip {
		o.optOut = ""
	}
	if r.OptOut == OptOutIgnore {
		o.optOut, o.columns.OptOut, o.columns.OptOutIndex, o.columns.Consent = "", nil, nil, false
	}
	for row, err := range f.src.Rows() {
		if err != nil {
			return outline{}, err
		}
		o.firstLine = row.Line
		break
	}
	return o, nil
}

// reduceDelimiter leaves the delimiter out if no row has it, as in a file of one column:
// then every row has the same cells with another.
func (c *canonical) reduceDelimiter() error {
	if c.reading.Delimiter == 0 {
		return nil
	}
	without := c.reading
	without.Delimiter = 0
	o, err := outlineOf(c.ctx, c.in, without)
	if err != nil {
		return nil // the file needs it
	}
	o.dialect.Delimiter = c.outline.dialect.Delimiter
	if !reflect.DeepEqual(o, c.outline) {
		return nil
	}
	same, err := sameText(c.ctx, c.in, c.reading, without)
	if same {
		c.reading, c.outline = without, o
	}
	return err
}

// reduceEncoding leaves the encoding out if every row has the same text without it.
func (c *canonical) reduceEncoding() error {
	if c.reading.Encoding == "" {
		return nil
	}
	without := c.reading
	without.Encoding = ""
	same, err := sameText(c.ctx, c.in, c.reading, without)
	if same {
		c.reading = without
	}
	return err
}

// reduceNumbers leaves out how bare cells are read if no cell is read otherwise without
// it.
func (c *canonical) reduceNumbers() error {
	without := c.reading
	without.Numbers = ""
	return c.reduceCells(without)
}

// reduceRegion leaves the region out if no cell is read otherwise without it.
func (c *canonical) reduceRegion() error {
	without := c.reading
	without.Region = ""
	return c.reduceCells(without)
}

func (c *canonical) reduceCells(without Reading) error {
	if reflect.DeepEqual(without, c.reading) {
		return nil
	}
	same, err := sameNumbers(c.ctx, c.in, c.reading, without)
	if same {
		c.reading = without
	}
	return err
}

// errDiffers ends a comparison at its first difference.
var errDiffers = errors.New("plan: read otherwise")
