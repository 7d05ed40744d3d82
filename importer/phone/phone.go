package phone

import (
	"slices"
	"strings"

	"sent-import/importer/outcome"
)

// Options says how cells are read. The zero value is ready: only cells that
// name their country are accepted, of every number type.
type Options struct {
	// DefaultRegion is the region of rows whose region cell is empty: an ISO
	// 3166-1 alpha-2 code such as "DE", or any other spelling that Region
	// understands. "" means none: national numbers are then phone_no_region.
	DefaultRegion string
	// Types restricts the numbers to these types; others are phone_type. Empty
	// means every type. In North America mobile and fixed lines cannot be told
	// apart: their type is FixedLineOrMobile.
	Types []Type
	// FirstOfMultiple takes the first number of a cell with several, instead of
	// phone_multiple.
	FirstOfMultiple bool
	// DropExtension takes a number without its extension, instead of
	// phone_extension.
	DropExtension bool
}

// Result is what became of one cell: a number, or a reason and a hint.
type Result struct {
	// E164 is the number, "+" and 7 to 15 digits; "" where there is none.
	E164 string
	// Region is the ISO 3166-1 alpha-2 code of the number's region. It is ""
	// where there is no number, and for numbers of no country (+800 …).
	Region string
	// Reason says why there is no number; "" where there is one.
	Reason outcome.Reason
	// Hint tells the user what to do, in plain words, without any of the cell's
	// content; "" where there is a number.
	Hint string
}

// Normalize reads a phone cell, with the help of the row's region cell where
// the phone cell does not name its country itself. The region cell may be "".
// The result has either E164 or a Reason with a Hint, never both or neither.
func Normalize(cell, regionCell string, o Options) Result {
	if n, ok := plain(cell); ok {
		return accept(n, o)
	}
	return normalizeText(cell, regionCell, o)
}

// plain is the short way for cells that are E.164 already, as most cells of
// most files are. It fails on everything that needs a second look.
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

// normalizeText takes the long way: the cell as a person or a spreadsheet wrote it.
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

// several settles a cell of several parts. Where all of them are the same number
// there is only one person to reach. A single number among words is none.
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

// grouped settles a cell of short groups between slashes as one number, unless
// one of its parts is a number by itself.
func grouped(text string, parts []string, regionCell string, o Options) Result {
	for _, part := range parts {
		if one(part, regionCell, o).E164 != "" {
			return reject(outcome.PhoneMultiple, hintMultiple)
		}
	}
	return one(text, regionCell, o)
}

// one settles the text of a single number.
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

// shortRegion is the region cell in at most maxText characters, as each part of
// a phone cell may be read with it.
func shortRegion(cell string) string {
	if len(cell) <= maxText {
		return cell
	}
	if text, fits := clean(lettersOfFlag(cell)); fits {
		return text
	}
	return noRegionText
}

// noRegionText is read as a region that is not known.
const noRegionText = "unknown region"

// plan finds the numbering plan for a row's national numbers, or the reason
// why there is none.
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

// accept makes the result of a valid number, if its type is wanted.
func accept(n number, o Options) Result {
	if len(o.Types) > 0 && !n.isOneOf(o.Types) {
		return reject(outcome.PhoneType, hintType)
	}
	return Result{E164: n.e164(), Region: n.iso()}
}

func reject(why outcome.Reason, hint string) Result {
	return Result{Reason: why, Hint: hint}
}
