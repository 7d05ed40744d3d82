package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	Ours          bool     // the file has the columns that our reports add
}

func (c Columns) clone() Columns {
	c.Phone, c.PhoneIndex = slices.Clone(c.Phone), slices.Clone(c.PhoneIndex)
	c.International, c.Others = slices.Clone(c.International), slices.Clone(c.Others)
	c.OptOut, c.OptOutIndex = slices.Clone(c.OptOut), slices.Clone(c.OptOutIndex)
	return c
}

// noRegion is the value of Options.RegionColumn for a file without such a column.
const noRegion = "none"

// sheet is the first record, in which columns are looked for.
type sheet struct {
	cells    []string
	folded   []string
	noHeader bool
	notices  *[]string
}

func newSheet(cells []string, o Options, notices *[]string) sheet {
	s := sheet{cells: cells, noHeader: o.NoHeader, notices: notices}
	for _, c := range cells {
		s.folded = append(s.folded, fold(c))
	}
	return s
}

func (s sheet) say(format string, args ...any) {
	*s.notices = append(*s.notices, fmt.Sprintf(format, args...))
}

// chooseColumns finds the phone and region columns. Notices name the ones that no
// option names.
func chooseColumns(cells []string, o Options, notices *[]string) (Columns, error) {
	s := newSheet(cells, o, notices)
	phone, err := s.phoneColumns(o.PhoneColumns)
	if err != nil {
		return Columns{}, err
	}
	region, err := s.regionColumn(o.RegionColumn)
	if err != nil {
		return Columns{}, err
	}
	c := Columns{PhoneIndex: phone, RegionIndex: region}
	c.ByNumber = slices.ContainsFunc(o.PhoneColumns, func(name string) bool { return isNumber(name) || len(s.byName(name)) == 0 })
	for _, i := range phone {
		c.Phone = append(c.Phone, s.name(i))
	}
	if region >= 0 {
		c.Region = s.name(region)
	}
	return c, nil
}

// hasPhoneColumn reports whether a header has the wanted columns or, if none are
// given, one that is recognised.
func hasPhoneColumn(cells, wanted []string) bool {
	s := newSheet(cells, Options{}, nil)
	if len(wanted) == 0 {
		return len(s.phoneCandidates()) > 0
	}
	for _, name := range wanted {
		if len(s.named(name)) == 0 {
			return false
		}
	}
	return true
}

func (s sheet) phoneColumns(wanted []string) ([]int, error) {
	if len(wanted) > 0 {
		return s.all(wanted, flagPhoneColumn)
	}
	if s.noHeader {
		if len(s.cells) == 1 {
			return []int{0}, nil
		}
		return nil, usage("without a header the phone column must be named by its number: the first row has %s, so use "+flagPhoneColumn+" 1 up to "+flagPhoneColumn+" %d",
			count(int64(len(s.cells)), "cell"), len(s.cells))
	}
	best := s.phoneCandidates()
	switch {
	case len(best) == 0:
		return nil, s.noPhoneColumn()
	case len(best) > 1 && !s.numbered(best):
		return nil, usage("%d columns could hold the phone number: %s. Choose with %s (given more than once, the first one that is not empty counts)",
			len(best), s.list(best), s.flag(flagPhoneColumn, best[0]))
	}
	s.say(phoneNotice+"%s, recognised by its header", s.describe(best[0]))
	return best[:1], nil
}

// phoneNotice begins the notice about a phone column that was recognised.
const phoneNotice = "phone column: "

func isPhoneNotice(notice string) bool { return strings.HasPrefix(notice, phoneNotice) }

// phoneCandidates returns the phone columns of the best rank.
func (s sheet) phoneCandidates() []int {
	return candidates(s, func(folded string) (phoneRank, bool) {
		if base, _, ok := numberedName(folded); ok {
			folded = base
		}
		rank, ok := phoneRanks()[folded]
		return rank, ok
	})
}

// candidates returns the columns of the best rank, in file order.
func candidates[R ~int](s sheet, rankOf func(folded string) (R, bool)) []int {
	var best R
	var found []int
	for i, folded := range s.folded {
		rank, ok := rankOf(folded)
		if !ok || slices.Contains(feedback.Columns(), strings.TrimSpace(s.cells[i])) {
			continue
		}
		if len(found) == 0 || rank < best {
			best, found = rank, nil
		}
		if rank == best {
			found = append(found, i)
		}
	}
	return found
}

// numberedName recognises the names of exports that number their phone columns in
// order of preference: "Phone 1 - Value" (Google Contacts), "Phone 2", "Mobile 1".
// base is the name without number.
func numberedName(folded string) (base string, number int, ok bool) {
	name := strings.TrimSuffix(folded, "value")
	base = strings.TrimRight(name, "0123456789")
	number, err := strconv.Atoi(name[len(base):])
	if err != nil || number < 1 {
		return "", 0, false
	}
	switch base {
	case "phone", "mobile", "telephone", "tel", "telefon", "telefono", "telefone":
		return base, number, true
	}
	return "", 0, false
}

// numbered reports whether the columns are one numbered series in rising order.
func (s sheet) numbered(columns []int) bool {
	series, last := "", 0
	for _, i := range columns {
		base, number, ok := numberedName(s.folded[i])
		if !ok || number <= last || (series != "" && base != series) {
			return false
		}
		series, last = base, number
	}
	return true
}

func (s sheet) noPhoneColumn() error {
	if s.looksLikeData() {
		return usage("the first line looks like a contact, not like a header: if the file has no header, use "+flagNoHeader+" with the number of the phone column, such as "+flagNoHeader+" "+flagPhoneColumn+" %d",
			s.likelyPhone()+1)
	}
	if len(s.cells) == 1 {
		return usage("no column is recognised as the phone number: there is just one, with the header %s. If its cells should be parted, say how, for example with "+flagDelimiter+" ';'; if they are the numbers, use "+flagPhoneColumn+" 1",
			s.list(s.every()))
	}
	return usage("no column is recognised as the phone number; the headers are %s. Name it, for example with %s",
		s.list(s.every()), s.flag(flagPhoneColumn, 0))
}

// every returns all columns.
func (s sheet) every() []int { return s.where(func(int) bool { return true }) }

// looksLikeData reports whether a header cell may be somebody's number or address:
// such cells must not appear in messages.
func (s sheet) looksLikeData() bool {
	return slices.ContainsFunc(s.cells, private)
}

// private reports whether a text may be somebody's number, address or story and
// not a header: it has 5 digits or more, an @, or more than maxHeader characters.
func private(text string) bool {
	return digits(text) >= 5 || strings.ContainsAny(text, "@＠") || utf8.RuneCountInString(text) > maxHeader
}

func digits(cell string) int {
	n := 0
	for _, r := range cell {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// likelyPhone returns the cell with the most digits.
func (s sheet) likelyPhone() int {
	best := 0
	for i, c := range s.cells {
		if digits(c) > digits(s.cells[best]) {
			best = i
		}
	}
	return best
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

// all returns the columns with these names; flag gives such names.
func (s sheet) all(wanted []string, flag string) ([]int, error) {
	var found []int
	for _, name := range wanted {
		i, err := s.one(name, flag)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	return found, nil
}

// one returns the column with this name; flag gives such a name.
func (s sheet) one(wanted, flag string) (int, error) {
	found := s.named(wanted)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, usage("%d columns are called %s: %s. Choose by number: %s %d", len(found), Shown(wanted), s.list(found), flag, found[0]+1)
	case s.noHeader:
		return 0, usage("there is no column %s: without a header columns are named by number, %s 1 up to %s %d", Shown(wanted), flag, flag, len(s.cells))
	case s.looksLikeData():
		return 0, usage("there is no column %s, and the first line looks like a contact: if the file has no header, use "+flagNoHeader+" %s %d", Shown(wanted), flag, s.likelyPhone()+1)
	}
	return 0, usage("there is no column %s; the headers are %s. Use, for example, %s", Shown(wanted), s.list(s.every()), s.flag(flag, 0))
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

// name is what column i is called in Columns.
func (s sheet) name(i int) string {
	if s.noHeader || strings.TrimSpace(s.cells[i]) == "" {
		return fmt.Sprintf("column %d", i+1)
	}
	return s.cells[i]
}

// Limits that keep messages readable, whatever the header: maxListed columns,
// each cut off at maxShown characters. A header of more than maxHeader characters
// is private: the longest questions of forms, which exports use as headers, have
// about 100.
const (
	maxListed = 30
	maxShown  = 40
	maxHeader = 120
)

// describe names column i by number and header for a message.
func (s sheet) describe(i int) string {
	if s.noHeader || strings.TrimSpace(s.cells[i]) == "" || private(s.cells[i]) {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("%s (column %d)", Shown(s.cells[i]), i+1)
}

// Shown returns a header as texts for people may contain it: in quotes, cut off
// at maxShown characters, and "•••" if it could be somebody's number, address or
// story.
func Shown(header string) string {
	if private(header) {
		return hiddenDigits
	}
	runes := []rune(strings.TrimSpace(header))
	if len(runes) > maxShown {
		return strconv.Quote(string(runes[:maxShown-1]) + "…")
	}
	return strconv.Quote(string(runes))
}

func (s sheet) list(columns []int) string {
	var names []string
	for _, i := range columns[:min(len(columns), maxListed)] {
		names = append(names, s.describe(i))
	}
	if more := len(columns) - maxListed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// flag returns a flag with the value that chooses column i: its name if that is
// unique and can be typed in a shell, else its number.
func (s sheet) flag(flag string, i int) string {
	name := strings.TrimSpace(s.cells[i])
	if s.noHeader || private(name) || len(name) > maxShown || !typeable(name) || len(s.named(name)) != 1 {
		return fmt.Sprintf("%s %d", flag, i+1)
	}
	return fmt.Sprintf("%s %q", flag, name)
}

// typeable reports whether a name has no special meaning between double quotes in
// a shell, and is neither a list nor a number.
func typeable(name string) bool {
	if name == "" || strings.ContainsAny(name, "\"\\$`!,'") {
		return false
	}
	return digits(name) < len(name) && !strings.ContainsFunc(name, unicode.IsControl)
}
