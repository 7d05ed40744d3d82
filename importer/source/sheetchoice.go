package source

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sent-import/importer/workbook"
)

// tab is a sheet as people see it in the workbook.
type tab struct {
	index  int // in the workbook
	number int // from 1, among the visible ones; 0 for a hidden one
	sheet  workbook.Sheet
	first  []string // the first row that is not blank; nil if there is none
	header int      // a later row that looks like the header; 0: none, or the first one is it
}

// titled says that the rows above the header have to be skipped.
func (t tab) titled() string {
	return fmt.Sprintf("row %d looks like the header: use "+flagSkipLines+" %d", t.header, t.header-1)
}

// choose returns the sheet to import, and says which it is where there are others.
func (s *sheetRecords) choose(o Options) (tab, error) {
	tabs := tabsOf(s.book.Sheets())
	if o.Sheet != "" {
		return s.named(tabs, o)
	}
	shown := visible(tabs)
	filled, fitting, err := s.fitting(shown, o)
	switch {
	case err != nil:
		return tab{}, err
	case len(filled) == 0 && len(shown) == len(tabs):
		return tab{}, ErrEmpty
	case len(filled) == 0:
		return tab{}, usage("the visible sheets of the workbook are empty, and hidden ones do not count: %s. Choose one with %s", listTabs(tabs), flagOf(hidden(tabs)[0]))
	case len(fitting) > 1:
		return tab{}, usage("%d sheets of the workbook have %s: %s. Choose one with %s, and import the others by commands of their own", len(fitting), sought(o), listTabs(fitting), flagOf(fitting[0]))
	case len(fitting) == 0 && len(filled) > 1:
		return tab{}, noSheet(filled, o)
	case len(fitting) == 0: // the columns of the only one are explained as those of a text
		fitting = filled
	}
	s.sayWhich(fitting[0], len(filled), hidden(tabs), o)
	return fitting[0], nil
}

// noSheet is the error where several sheets hold something and none has a phone column.
func noSheet(filled []tab, o Options) error {
	for _, t := range filled {
		if t.header > 0 {
			return usage("none of the sheets of the workbook has %s in its first row: %s. But in %s %s", sought(o), listTabs(filled), describeTab(t), t.titled())
		}
	}
	return usage("none of the sheets of the workbook has %s in its first row: %s. Choose one with %s", sought(o), listTabs(filled), flagOf(filled[0]))
}

// sought is what a sheet must have that is chosen without being named.
func sought(o Options) string {
	switch {
	case o.NoHeader:
		return "rows"
	case len(o.PhoneColumns) > 0:
		return "the phone columns named"
	}
	return "a phone column"
}

func (s *sheetRecords) sayWhich(chosen tab, filled int, hidden []tab, o Options) {
	if filled > 1 {
		s.said = append(s.said, fmt.Sprintf("sheet: %s, the only one of %d with %s; another is chosen with "+flagSheet, describeTab(chosen), filled, sought(o)))
	}
	if len(hidden) > 0 {
		s.said = append(s.said, fmt.Sprintf("%s hidden in the workbook, and not imported: %s; one of them is chosen with "+flagSheet, isOrAre(int64(len(hidden)), "sheet"), listTabs(hidden)))
	}
}

// named finds a sheet by its name, exactly or without regard to case, as Excel compares
// names, or by its number among the tabs that are visible.
func (s *sheetRecords) named(tabs []tab, o Options) (tab, error) {
	wanted := o.Sheet
	byName := func(same func(a, b string) bool) int {
		return slices.IndexFunc(tabs, func(t tab) bool { return same(t.sheet.Name, wanted) })
	}
	at := byName(func(a, b string) bool { return a == b })
	if at < 0 {
		at = byName(func(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) })
	}
	if n, err := strconv.Atoi(wanted); at < 0 && err == nil && n > 0 {
		at = slices.IndexFunc(tabs, func(t tab) bool { return t.number == n })
	}
	switch {
	case at < 0:
		return tab{}, usage("the workbook has no sheet %s; its sheets are %s", Shown(wanted), listTabs(tabs))
	case tabs[at].sheet.Chart:
		return tab{}, usage("the sheet %s is a chart and has no rows; the sheets are %s", describeTab(tabs[at]), listTabs(tabs))
	case tabs[at].sheet.Hidden:
		s.said = append(s.said, fmt.Sprintf("sheet: %s", describeTab(tabs[at])))
	}
	return s.look(tabs[at], o)
}

// fitting returns the sheets that hold anything, and those of them that may be the list.
func (s *sheetRecords) fitting(tabs []tab, o Options) (filled, fit []tab, err error) {
	for _, t := range tabs {
		if t.sheet.Chart {
			continue
		}
		if t, err = s.look(t, o); err != nil {
			return nil, nil, err
		}
		if t.first == nil {
			continue
		}
		filled = append(filled, t)
		if o.NoHeader || hasPhoneColumn(t.first, o) {
			fit = append(fit, t)
		}
	}
	return filled, fit, nil
}

// look reads the first rows of a sheet, and looks for one that looks like the header if
// the first one does not.
func (s *sheetRecords) look(t tab, o Options) (tab, error) {
	rows, err := s.book.Rows(t.index)
	if err != nil {
		return t, fmt.Errorf("sheet %s: %w", describeTab(t), err)
	}
	defer rows.Close()
	var above titles
	for n := 0; n < maxAhead; {
		row, err := rows.Next()
		switch {
		case err == io.EOF:
			return t, nil
		case err != nil:
			return t, fmt.Errorf("sheet %s: %w", describeTab(t), err)
		case row.Number <= s.skip || blankCells(row.Cells):
			continue
		}
		fits := hasPhoneColumn(row.Cells, o)
		if n++; n == 1 {
			t.first = row.Cells
		}
		if o.NoHeader || n == 1 && fits {
			return t, nil
		}
		if t.header = above.see(row.Number, row.Cells, fits); t.header > 0 {
			return t, nil
		}
	}
	return t, nil
}

func tabsOf(sheets []workbook.Sheet) []tab {
	var tabs []tab
	shown := 0
	for i, sheet := range sheets {
		t := tab{index: i, sheet: sheet}
		if !sheet.Hidden {
			shown++
			t.number = shown
		}
		tabs = append(tabs, t)
	}
	return tabs
}

func visible(tabs []tab) []tab {
	return slices.DeleteFunc(slices.Clone(tabs), func(t tab) bool { return t.sheet.Hidden })
}

func hidden(tabs []tab) []tab {
	return slices.DeleteFunc(slices.Clone(tabs), func(t tab) bool { return !t.sheet.Hidden })
}

func describeTab(t tab) string {
	if t.number == 0 {
		return Shown(t.sheet.Name) + " (hidden)"
	}
	return fmt.Sprintf("%s (sheet %d)", Shown(t.sheet.Name), t.number)
}

func listTabs(tabs []tab) string {
	var names []string
	for _, t := range tabs[:min(len(tabs), maxListed)] {
		names = append(names, describeTab(t))
	}
	if more := len(tabs) - maxListed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// flagOf returns the flag that chooses a sheet: by its name if that can be typed and is
// nobody's number or story, else by its number; a hidden one has none.
func flagOf(t tab) string {
	name := t.sheet.Name
	switch {
	case !private(name) && len(name) <= maxShown && typeable(name):
		return fmt.Sprintf("%s %q", flagSheet, name)
	case t.number > 0:
		return fmt.Sprintf("%s %d", flagSheet, t.number)
	}
	return flagSheet + " and its name"
}
