package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sent-import/importer/feedback"
)

// Columns are the columns in use. Their names are the headers, unchanged; a column
// without a header is called "column 3".
type Columns struct {
	Phone       []string // in the order in which they are tried
	PhoneIndex  []int    // from 0
	ByNumber    bool     // Options.PhoneColumns gave a number, so the header tells nothing
	Region      string   // "" for none
	RegionIndex int      // from 0; -1 for none

	International []bool   // for each of Phone: its header says that the numbers begin with their calling codes
	Others        []string // phone columns that are recognised and not in use, in order of preference
	OptOut        []string // that say who wants no messages, or who wants them
	OptOutIndex   []int    // from 0
	Consent       bool     // one of OptOut says who wants messages
	Ours          bool     // the file has columns that our reports add
	Rejects       bool     // those of invalid.csv are among them
}

func (c Columns) clone() Columns {
	c.Phone, c.PhoneIndex = slices.Clone(c.Phone), slices.Clone(c.PhoneIndex)
	c.International, c.Others = slices.Clone(c.International), slices.Clone(c.Others)
	c.OptOut, c.OptOutIndex = slices.Clone(c.OptOut), slices.Clone(c.OptOutIndex)
	return c
}

// noRegion is the value of Options.RegionColumn for a file without such a column.
const noRegion = "none"

// choice is the columns in use, with what only the reader needs of them.
type choice struct {
	columns Columns
	labels  []int // for each phone column: the column that says what its number is, -1 for none
	ordered bool  // an option gives the order of the phone columns, so labels do not
	others  []int // the columns of Columns.Others, from 0
	optOut  []optOutColumn
	ours    ourColumns
}

// sheet is the first record, in which columns are looked for.
type sheet struct {
	cells    []string
	folded   []string
	ahead    [][]string        // some of the rows after it; they may be damaged
	sample   func() [][]string // more of them; nil for none
	noHeader bool
	version1 bool
	optOuts  OptOuts
	notices  *[]string
}

func newSheet(cells []string, ahead [][]string, o Options, notices *[]string) sheet {
	s := sheet{cells: cells, ahead: ahead, noHeader: o.NoHeader, version1: o.firstVersion(), optOuts: o.OptOuts, notices: notices}
	for _, c := range cells {
		s.folded = append(s.folded, fold(c))
	}
	return s
}

func (s sheet) say(format string, args ...any) {
	*s.notices = append(*s.notices, fmt.Sprintf(format, args...))
}

// choose finds the columns. Notices name those that no option names.
func (s sheet) choose(o Options) (choice, error) {
	phone, err := s.phoneColumns(o.PhoneColumns)
	if err != nil {
		return choice{}, err
	}
	region, err := s.regionColumn(o.RegionColumn)
	if err != nil {
		return choice{}, err
	}
	c := choice{columns: Columns{PhoneIndex: phone, RegionIndex: region}}
	c.columns.ByNumber = slices.ContainsFunc(o.PhoneColumns, func(name string) bool { return isNumber(name) || len(s.byName(name)) == 0 })
	if c.columns.Phone = s.names(phone); region >= 0 {
		c.columns.Region = s.name(region)
	}
	if s.version1 {
		return c, nil
	}
	s.aboutPhones(&c)
	c.ours = s.findOurs()
	c.columns.Rejects = c.ours.line >= 0 || c.ours.reason >= 0 || c.ours.hint >= 0
	c.columns.Ours = c.columns.Rejects || slices.ContainsFunc(feedback.ContactColumns(), func(name string) bool { return s.placeOf(name) >= 0 })
	return c, s.aboutOptOuts(&c, o.OptOutColumn)
}

// regionColumn returns the index of the region column, -1 for none.
func (s sheet) regionColumn(wanted string) (int, error) {
	switch {
	case strings.EqualFold(wanted, noRegion):
		return -1, nil
	case wanted != "":
		return s.one(wanted, flagRegionColumn)
	case s.noHeader:
		return -1, nil
	}
	best := candidates(s, func(folded string) (regionRank, bool) {
		rank, ok := regionRanks()[folded]
		return rank, ok
	})
	switch len(best) {
	case 0:
		return -1, nil
	case 1:
		s.say("region column: %s, recognised by its header ("+flagRegionColumn+" none to ignore it)", s.describe(best[0]))
		return best[0], nil
	}
	s.say("no region column is used, as %d could be it: %s. Choose with %s", len(best), s.list(best), s.flag(flagRegionColumn, best[0]))
	return -1, nil
}

// all returns the columns with these names; flag gives such names. All of them have to be
// there, also where the names stand in a configuration file for lists of several kinds: one
// that is misspelt would else be left out unseen, with the numbers in it.
func (s sheet) all(wanted []string, flag string) ([]int, error) {
	var found []int
	for _, name := range wanted {
		i, err := s.one(name, flag)
		if there := s.anyOf(wanted); len(there) > 0 && len(s.named(name)) == 0 {
			wrong := usage("there is no column %s; of the columns that are named, the file has %s only. All have to be there, so that none is left out through a spelling: for this file, name those that it has, such as %s",
				Shown(name), s.list(there), s.flag(flag, there[0]))
			wrong.noPhone = flag == flagPhoneColumn && !s.noHeader
			return nil, wrong
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	return found, nil
}

// anyOf returns the columns that have one of these names.
func (s sheet) anyOf(wanted []string) (found []int) {
	for _, name := range wanted {
		for _, i := range s.named(name) {
			if !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
	}
	return found
}

// one returns the column with this name; flag gives such a name.
func (s sheet) one(wanted, flag string) (int, error) {
	found := s.named(wanted)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, usage("%d columns are called %s: %s. Choose by number: %s %d", len(found), Shown(wanted), s.list(found), flag, found[0]+1)
	}
	err := s.unknown(wanted, flag)
	err.noPhone = flag == flagPhoneColumn && !s.noHeader
	return 0, err
}

// unknown is the error for a name that no column has.
func (s sheet) unknown(wanted, flag string) *UsageError {
	switch {
	case s.noHeader:
		return usage("there is no column %s: without a header columns are named by number, %s 1 up to %s %d", Shown(wanted), flag, flag, len(s.cells))
	case s.looksLikeData():
		return usage("there is no column %s, and the first line looks like a contact: if the file has no header, use "+flagNoHeader+" %s %d", Shown(wanted), flag, s.likelyPhone()+1)
	}
	if likely, ok := s.likely(); ok && flag == flagPhoneColumn {
		return usage("there is no column %s; the headers are %s. Use, for example, %s", Shown(wanted), s.list(s.every()), s.flag(flag, likely))
	}
	return usage("there is no column %s; the headers are %s. Name one of them with %s, by its header or number", Shown(wanted), s.list(s.every()), flag)
}

// named returns the columns with this header, or else with this number.
func (s sheet) named(wanted string) []int {
	if found := s.byName(wanted); len(found) > 0 {
		return found
	}
	if n, err := strconv.Atoi(strings.TrimSpace(wanted)); err == nil && n >= 1 && n <= len(s.cells) {
		return []int{n - 1}
	}
	return nil
}

func isNumber(name string) bool {
	_, err := strconv.Atoi(strings.TrimSpace(name))
	return err == nil
}

// byName returns the columns with this header: the only one with exactly these
// letters, or else all that fold alike.
func (s sheet) byName(wanted string) []int {
	if s.noHeader {
		return nil
	}
	exact := s.where(func(i int) bool { return s.cells[i] == wanted })
	if len(exact) == 1 {
		return exact
	}
	folded := fold(wanted)
	if same := s.where(func(i int) bool { return folded != "" && s.folded[i] == folded }); len(same) > 0 {
		return same
	}
	return exact
}

func (s sheet) where(is func(i int) bool) []int {
	var found []int
	for i := range s.cells {
		if is(i) {
			found = append(found, i)
		}
	}
	return found
}

func (s sheet) names(columns []int) []string {
	var names []string
	for _, i := range columns {
		names = append(names, s.name(i))
	}
	return names
}

// name is what column i is called in Columns.
func (s sheet) name(i int) string {
	if s.noHeader || strings.TrimSpace(s.cells[i]) == "" {
		return fmt.Sprintf("column %d", i+1)
	}
	return s.cells[i]
}
