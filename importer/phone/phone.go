package phone

import (
	"slices"
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
}

// Result is a number, or the reason why a cell has none and a hint.
type Result struct {
	// E164 is the number, "+" and 7 to 15 digits; "" if there is none.
	E164 string
	// Region is the ISO 3166-1 alpha-2 code of the number's region; "" if there
	// is no number, and for numbers of no country (+800 …).
	Region string
	// Reason says why there is no number; "" if there is one.
	Reason outcome.Reason
	// Hint tells the user what to do, without any of the cell's content; "" if
	// there is a number.
	Hint string
}

// Normalize reads a phone cell. The row's region cell, which may be "", decides
// the country if the phone cell does not name it. The result has either E164, or a
// Reason and a Hint.
func Normalize(cell, regionCell string, o Options) Result {
	if n, ok := plain(cell); ok {
		return accept(n, o)
	}
	return normalizeText(cell, regionCell, o)
}

// plain is the fast path for cells that are E.164 already, as most cells of most
// files are. It returns false for all others.
func plain(cell string) (number, bool) {
	if len(cell) < 1+minDigits || len(cell) > 1+maxDigits || cell[0] != '+' || !allDigits(cell[1:]) {
		return number{}, false
	}
	code, nsn := splitCode(cell[1:])
	if code == 0 {
		return number{}, false
	}
	return newNumber(code, nsn).validated()
}

// normalizeText reads a cell as people and spreadsheets write it.
func normalizeText(cell, regionCell string, o Options) Result {
	text, fits := clean(cell)
	switch {
	case !fits:
		return reject(outcome.PhoneNotANumber, hintTooLongCell)
	case isMissing(text):
		return reject(outcome.PhoneMissing, hintMissing)
	case isScientific(text):
		return reject(outcome.PhoneScientificNotation, hintScientific)
	}
	text, fraction := cutDecimals(cutLink(text))
	if fraction {
		return reject(outcome.PhoneNotANumber, hintFraction)
	}
	if isDate(text) {
		return reject(outcome.PhoneNotANumber, hintDate)
	}
	regionCell = shortRegion(regionCell)
	parts := split(text)
	if len(parts) == 1 {
		return one(parts[0], regionCell, o)
	}
	if isGroupedBySlash(text) {
		if whole := grouped(text, parts, regionCell, o); whole.E164 != "" {
			return whole
		}
	}
	return several(parts, regionCell, o)
}

// several reads a cell of several parts. If all of them are the same number, that
// is the result. A single number among words is not accepted.
func several(parts []string, regionCell string, o Options) Result {
	numbers := slices.DeleteFunc(parts, func(part string) bool { return !hasDigit(part) })
	if len(numbers) < 2 {
		return reject(outcome.PhoneNotANumber, hintLetters)
	}
	first := one(numbers[0], regionCell, o)
	if o.FirstOfMultiple {
		return first
	}
	for _, number := range numbers[1:] {
		if first.E164 == "" || one(number, regionCell, o).E164 != first.E164 {
			return reject(outcome.PhoneMultiple, hintMultiple)
		}
	}
	return first
}

// grouped reads a cell of short groups between slashes as one number, unless one
// of its parts is a number by itself.
func grouped(text string, parts []string, regionCell string, o Options) Result {
	for _, part := range parts {
		if one(part, regionCell, o).E164 != "" {
			return reject(outcome.PhoneMultiple, hintMultiple)
		}
	}
	return one(text, regionCell, o)
}

// one reads the text of a single number.
func one(text, regionCell string, o Options) Result {
	if isScientific(text) {
		return reject(outcome.PhoneScientificNotation, hintScientific)
	}
	w, ok := write(text)
	if !ok {
		return reject(outcome.PhoneNotANumber, hintLetters)
	}
	if w.extension && !o.DropExtension {
		return reject(outcome.PhoneExtension, hintExtension)
	}
	if w.plus {
		return decide(w, nil, o)
	}
	p, fault := o.plan(regionCell)
	switch {
	case p != nil || w.hasIDD():
		return decide(w, p, o)
	case fault.Reason == outcome.PhoneNoRegion && len(w.digits) <= maxShortDigits:
		return reject(outcome.PhoneTooShort, hintShort)
	}
	return fault
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
	spelling := regionCell
	if isBlankRegion(spelling) {
		spelling = o.DefaultRegion
	}
	if strings.TrimSpace(spelling) == "" {
		return nil, reject(outcome.PhoneNoRegion, hintNoRegion)
	}
	iso, ok := Region(spelling)
	if !ok {
		return nil, reject(outcome.PhoneUnknownRegion, hintUnknownRegion)
	}
	return planOf(iso), Result{}
}

// accept returns the result for a valid number: phone_type if its type is not
// wanted.
func accept(n number, o Options) Result {
	if len(o.Types) > 0 && !n.isOneOf(o.Types) {
		return reject(outcome.PhoneType, hintType)
	}
	return Result{E164: n.e164(), Region: n.iso()}
}

func reject(why outcome.Reason, hint string) Result {
	return Result{Reason: why, Hint: hint}
}
