package phone

import (
	"slices"

	"sent-import/importer/outcome"
)

// Normalize reads a phone cell. The row's region cell, which may be "", decides
// the country if the phone cell does not name it. The result has either E164, or a
// Reason and a Hint.
func Normalize(cell, regionCell string, o Options) Result {
	if n, ok := plain(cell); ok && !o.hasTrunkBehindPlus(cell[1:], regionCell) {
		return n.accept(cell, o)
	}
	if text, w, ok := simple(cell); ok && !o.hasLostDigits(text, w) {
		return o.told(o.asRefused(text, w, w.read(shortRegion(regionCell), o)), regionCell)
	}
	return o.told(normalizeText(cell, regionCell, o), regionCell)
}

// told returns the result, with what its row has to tell when it comes back.
func (o Options) told(r Result, regionCell string) Result {
	if r.Reason != "" {
		r.Hint = o.tellCountry(r.Hint, regionCell)
	}
	return r
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
	text, fault := telephone(cell)
	if fault.Reason != "" {
		return fault
	}
	regionCell = shortRegion(regionCell)
	asSplit := o.plusBefore(text, regionCell)
	parts := split(asSplit)
	if asSplit != text {
		parts[0] = parts[0][1:] // that + is none of the cell's
	}
	if len(parts) == 1 {
		return one(parts[0], regionCell, o)
	}
	if isGroupedBySlash(asSplit) {
		if whole := grouped(text, parts, regionCell, o); whole.E164 != "" {
			return whole
		}
	}
	return several(parts, regionCell, o)
}

// telephone returns the text of a cell without what surrounds a number, or the reason
// why the cell as a whole is none.
func telephone(cell string) (text string, fault Result) {
	text, fits := clean(cell)
	switch {
	case !fits:
		return "", reject(outcome.PhoneNotANumber, hintTooLongCell)
	case isMissing(text):
		return "", reject(outcome.PhoneMissing, hintMissing)
	case isScientific(text):
		return "", reject(outcome.PhoneScientificNotation, hintScientific)
	case isNegative(cell, text):
		return "", reject(outcome.PhoneNotANumber, hintSum)
	}
	text, fraction := cutDecimals(cutLink(text))
	switch {
	case fraction:
		return "", reject(outcome.PhoneNotANumber, hintFraction)
	case isDate(text):
		return "", reject(outcome.PhoneNotANumber, hintDate)
	}
	return text, Result{}
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
	w, ok := write(text)
	switch {
	case isScientific(text) || o.hasLostDigits(text, w):
		return reject(outcome.PhoneScientificNotation, hintScientific)
	case !ok:
		return reject(outcome.PhoneNotANumber, hintLetters)
	case w.extension && !o.DropExtension:
		return reject(outcome.PhoneExtension, hintExtension)
	}
	return o.asRefused(text, w, w.read(regionCell, o))
}

// read reads one number.
func (w written) read(regionCell string, o Options) Result {
	if w.plus {
		return w.withPlus(regionCell, o)
	}
	p, fault := o.plan(regionCell)
	switch {
	case w.isBare(p):
		return w.bare(p, fault, o)
	case p != nil || w.hasIDD():
		return w.decide(p, o)
	}
	return w.withoutCountry(fault)
}
