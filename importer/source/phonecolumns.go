package source

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sent-import/importer/feedback"
)

// hasPhoneColumn reports whether a header has the wanted columns or, if none are
// given, one that is recognised.
func hasPhoneColumn(cells []string, o Options) bool {
	s := newSheet(cells, nil, Options{Version: o.Version}, nil)
	if len(o.PhoneColumns) == 0 {
		return len(s.phoneCandidates()) > 0
	}
	for _, name := range o.PhoneColumns {
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
	if len(best) == 0 {
		err := s.noPhoneColumn()
		err.noPhone = true
		return nil, err
	}
	found := s.series(best)
	if found == nil {
		return nil, usage("%d columns could hold the phone number: %s. Choose with %s (given more than once, the first one that is not empty counts)",
			len(best), s.list(best), s.flag(flagPhoneColumn, best[0]))
	}
	s.sayPhone(found)
	return found, nil
}

func (s sheet) sayPhone(columns []int) {
	if len(columns) == 1 {
		s.say(phoneNotice+"%s, recognised by its header", s.describe(columns[0]))
		return
	}
	s.say(phoneNotice+"%s, and where it is empty the next one: %s, recognised by their headers", s.describe(columns[0]), s.list(columns[1:]))
}

// phoneNotice begins the notice about a phone column that was recognised.
const phoneNotice = "phone column: "

func isPhoneNotice(notice string) bool { return strings.HasPrefix(notice, phoneNotice) }

// rankOf returns the rank of a phone column's header.
func (s sheet) rankOf(folded string) (phoneRank, bool) {
	if !s.version1 {
		folded = withoutCode(folded)
	}
	if base, _, ok := numberedName(folded); ok {
		folded = base
	}
	rank, ok := phoneRanks()[folded]
	return rank, ok && !(s.version1 && isNewName(folded))
}

// phoneCandidates returns the phone columns of the best rank.
func (s sheet) phoneCandidates() []int { return candidates(s, s.rankOf) }

// candidates returns the columns of the best rank, in file order.
func candidates[R ~int](s sheet, rankOf func(folded string) (R, bool)) []int {
	var best R
	var found []int
	for i, folded := range s.folded {
		rank, ok := rankOf(folded)
		if !ok || s.isOurs(i) {
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

// series returns the columns that are tried in turn, of those of the best rank: the only
// one with the numbered ones that follow it, or one numbered series in rising order. It
// returns nil if nothing tells which of them to take. Version 1 takes the first only.
func (s sheet) series(best []int) []int {
	base, last := "", 0
	for n, i := range best {
		name, number, ok := s.numberOf(i)
		if !ok && len(best) > 1 || number <= last && n > 0 || n > 0 && name != base {
			return nil
		}
		base, last = name, number
	}
	if s.version1 {
		return best[:1]
	}
	for {
		last++
		next := s.where(func(i int) bool { return s.folded[i] == base+strconv.Itoa(last) && !slices.Contains(best, i) })
		if len(next) != 1 {
			return best
		}
		best = append(best, next[0])
	}
}

// numberOf returns the place of a column in its series. A name without a number is the
// first of its series: "Phone", "Phone 2".
func (s sheet) numberOf(i int) (base string, number int, ok bool) {
	if base, number, ok = numberedName(s.folded[i]); ok {
		return base, number, true
	}
	return s.folded[i], 1, !s.version1
}

// aboutPhones finds out what else there is to know of the phone columns.
func (s sheet) aboutPhones(c *choice) {
	recognised := s.series(s.phoneCandidates())
	c.ordered = !slices.Equal(c.columns.PhoneIndex, recognised)
	for _, i := range c.columns.PhoneIndex {
		c.columns.International = append(c.columns.International, !s.noHeader && isInternational(s.folded[i]))
		c.labels = append(c.labels, s.labelOf(i))
	}
	if s.noHeader {
		return
	}
	c.others = s.where(func(i int) bool {
		_, ok := s.rankOf(s.folded[i])
		return ok && !s.isOurs(i) && !slices.Contains(c.columns.PhoneIndex, i)
	})
	slices.SortStableFunc(c.others, func(a, b int) int {
		first, _ := s.rankOf(s.folded[a])
		second, _ := s.rankOf(s.folded[b])
		return cmp.Compare(first, second)
	})
	c.columns.Others = s.names(c.others)
}

// isOurs reports whether a report has added column i.
func (s sheet) isOurs(i int) bool {
	return feedback.IsOurs(s.cells[i])
}

// inOrder returns the flag that takes the first number of all these columns.
func (s sheet) inOrder(columns []int) string {
	var values []string
	quoted := false
	for _, i := range columns {
		value := strings.TrimPrefix(s.flag("", i), " ")
		if name, err := strconv.Unquote(value); err == nil {
			value, quoted = name, true
		}
		values = append(values, value)
	}
	list := strings.Join(values, ",")
	if quoted {
		list = `"` + list + `"`
	}
	return fmt.Sprintf("%s %s", flagPhoneColumn, list)
}
