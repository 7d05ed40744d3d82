package phone

import (
	"strings"

	"sent-import/importer/outcome"
)

// Options says how to read cells. The zero value is ready: it accepts numbers of
// every type, if the cell or its row names the country.
type Options struct {
	// DefaultRegion is the region of rows whose region cell is empty: an ISO
	// 3166-1 alpha-2 code such as "DE", or any other spelling that Region
	// understands. "" means none: national numbers are then phone_no_region.
	DefaultRegion string
	// Types restricts the numbers to these types; others are phone_type. Empty
	// means every type. In North America mobile and fixed lines cannot be told
	// apart: their type is FixedLineOrMobile.
	Types []Type
	// FirstOfMultiple accepts the first number of a cell with several, instead of
	// phone_multiple.
	FirstOfMultiple bool
	// DropExtension accepts a number without its extension, instead of
	// phone_extension.
	DropExtension bool
	// Numbers says how bare cells are read: see [Numbers].
	Numbers Numbers
	// Ours says that the file has the columns that our reports add: it may have been
	// through a spreadsheet, which drops plus signs.
	Ours bool
	// Refused is the reason for which an earlier import refused the row, from such a
	// column; "" if there is none.
	Refused outcome.Reason
	// RefusedHint is the hint of that import for the row, from such a column: it tells
	// whether the cell had a + then.
	RefusedHint string
	// Contact is the number that an earlier import has found in the row, from a column that
	// our reports add; "" if there is none. Bare digits that can be this number are.
	Contact string
}

// shortRegion cuts the region cell to at most maxText characters, since it may be
// read once for each part of a phone cell.
func shortRegion(cell string) string {
	if len(cell) <= maxText {
		return cell
	}
	if text, fits := clean(lettersOfFlag(cell)); fits {
		return text
	}
	return noRegionText
}

// noRegionText is no name of a region.
const noRegionText = "unknown region"

// plan returns the numbering plan for a row's national numbers, or the reason why
// there is none.
func (o Options) plan(regionCell string) (*plan, Result) {
	if meaning := loadPlans().spellings.read(regionCell); !meaning.blank {
		return meaning.orUnknown()
	}
	if strings.TrimSpace(o.DefaultRegion) == "" {
		return nil, reject(outcome.PhoneNoRegion, hintNoRegion)
	}
	iso, _ := Region(o.DefaultRegion)
	return spelling{plan: planOf(iso)}.orUnknown()
}

// orUnknown returns the plan, or the reason why there is none.
func (s spelling) orUnknown() (*plan, Result) {
	if s.plan == nil {
		return nil, reject(outcome.PhoneUnknownRegion, hintUnknownRegion)
	}
	return s.plan, Result{}
}
