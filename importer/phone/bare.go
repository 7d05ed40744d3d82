package phone

import (
	"slices"
	"strings"

	"sent-import/importer/outcome"
)

// isBare reports whether the digits are those of a bare cell. p is nil if the row's
// country is not known.
func (w written) isBare(p *plan) bool {
	return !w.plus && w.digits[0] != '0' && p.afterIDD(w.digits).n == 0
}

// bare reads a bare cell. p is nil if the row's country is not known, and fault says
// why.
func (w written) bare(p *plan, fault Result, o Options) Result {
	if p == nil && o.asksForCountry() {
		return w.withoutCountry(fault)
	}
	if r, same := w.asBefore(p, o); same {
		return r
	}
	switch o.Numbers {
	case International:
		return w.international(p, o)
	case ByHeader:
		if r, decided := w.byHeader(p, o); decided {
			return r
		}
	}
	var room [few]number
	switch {
	case p == nil:
		return w.withoutCountry(fault)
	case o.Numbers == National:
		return w.conclude(w.national(room[:0], p), p, o)
	case o.Numbers == ByColumn && w.beginsWithCode(p):
		return w.byColumn(p, o)
	case o.Numbers == ByHeader || !w.maybeAbroad(p, o):
		return w.decide(p, o)
	case anyValid(w.national(room[:0], p)):
		return reject(outcome.PhoneAmbiguous, hintAbroad)
	}
	return reject(outcome.PhoneAmbiguous, hintOnlyAbroad)
}

// international reads the digits as if a + stood before them. In a file that has been
// through a spreadsheet somebody may have typed a number without its code, which has lost
// its leading 0 at the most: where the digits are that number at home, too, another
// country's is not taken.
func (w written) international(p *plan, o Options) Result {
	w.plus = true
	if p != nil && p.isBehindTrunk(w.digits) {
		return reject(outcome.PhoneAmbiguous, hintTrunk)
	}
	r := w.decide(nil, o)
	if o.Ours && r.E164 != "" && p != nil && !w.beginsWithCode(p) && anyValid(w.national(nil, p)) {
		return reject(outcome.PhoneAmbiguous, hintNotHome)
	}
	return r
}

// asBefore reads the digits as the number that they were in an earlier import, if they can
// be that still, in a way that o.Numbers allows. A list that comes back with contacts.csv's
// columns has fewer rows than before, and more from elsewhere: what its columns decide may
// be another thing, and a spreadsheet may have dropped the +.
func (w written) asBefore(p *plan, o Options) (r Result, same bool) {
	before := strings.TrimPrefix(o.Contact, "+")
	if before == "" {
		return Result{}, false
	}
	var readings []number
	if o.Numbers != National {
		readings = w.abroad(readings, 0)
	}
	if o.Numbers != International && p != nil {
		readings = append(readings, w.national(nil, p)...)
	}
	for _, n := range readings {
		if valid, ok := n.validated(); ok && valid.e164()[1:] == before {
			return accept(valid, o), true
		}
	}
	return Result{}, false
}

// plusBefore puts a + before the text of a cell that is read as if it had one. That
// matters only where a slash stands between digits: whether it separates two numbers
// depends on how many digits come before it, without the calling code.
func (o Options) plusBefore(text, regionCell string) string {
	if o.Numbers != International || !strings.ContainsAny(text, `/\`) || !isDigit(text[0]) || text[0] == '0' {
		return text
	}
	if p, _ := o.plan(regionCell); p.afterIDD(digitsOf(text)).n > 0 {
		return text
	}
	return "+" + text
}

// byHeader reads the digits as the header says, with their calling code. It returns
// false if that makes no number.
func (w written) byHeader(p *plan, o Options) (r Result, decided bool) {
	var room [few]number
	found, several := only(w.abroad(room[:0], 0))
	switch {
	case several:
		return reject(outcome.PhoneAmbiguous, hintAmbiguous), true
	case found.nsn == "":
		return Result{}, false
	case p != nil && p.code != found.code && anyValid(w.national(nil, p)):
		return reject(outcome.PhoneAmbiguous, hintTwoWays), true
	}
	return accept(found, o), true
}

// byColumn reads digits that begin with the calling code of the row's country as the
// other cells of the column are read, with it.
func (w written) byColumn(p *plan, o Options) Result {
	var room [few]number
	r := w.conclude(w.abroad(room[:0], 0), p, o)
	if r.Reason == outcome.PhoneInvalid || r.Reason == outcome.PhoneTooShort || r.Reason == outcome.PhoneTooLong {
		r.Hint = hintColumn
	}
	return r
}

// beginsWithCode reports whether the digits begin with the calling code of the
// country.
func (w written) beginsWithCode(p *plan) bool {
	code, _ := splitCode(w.digits)
	return code == p.code
}

// maybeAbroad reports whether the digits of a bare cell may be the number of another
// country whose + was lost. In a column of numbers with calling codes, and in a file
// that has been through a spreadsheet, each number abroad may be one. Elsewhere only
// mobile numbers are, and only where the cell is no mobile number at home, and has no
// trunk prefix: nearly every number of one country is also a number of another.
func (w written) maybeAbroad(p *plan, o Options) bool {
	if w.beginsWithCode(p) {
		return false
	}
	var room [few]number
	abroad := w.abroad(room[:0], 0)
	if !anyValid(abroad) {
		return false
	}
	if o.Numbers == ByColumn || o.Ours {
		return true
	}
	return slices.ContainsFunc(abroad, isMobile) && !slices.ContainsFunc(w.national(nil, p), isMobile) && !p.isBehindTrunk(w.digits)
}

// national adds every number that the digits can mean without a calling code, valid or
// not.
func (w written) national(all []number, p *plan) []number {
	variants := w.variants(0)
	for _, nsn := range variants.all() {
		all = p.addBare(all, nsn)
		if rest, ok := strings.CutPrefix(nsn, p.trunk); ok && p.trunk == p.digits { // 1 in North America
			all = append(all, newNumber(p.code, rest))
		}
	}
	return all
}

// withoutCountry returns why a bare cell of a row without a country cannot be read.
// A number that would be one with + shows what the whole list may need.
func (w written) withoutCountry(fault Result) Result {
	switch {
	case fault.Reason != outcome.PhoneNoRegion:
		return fault
	case len(w.digits) <= maxShortDigits:
		return reject(outcome.PhoneTooShort, hintShort)
	case w.digits[0] != '0' && anyValid(w.abroad(nil, 0)):
		return reject(outcome.PhoneNoRegion, hintNoRegionCode)
	}
	return fault
}

func anyValid(readings []number) bool {
	return slices.ContainsFunc(readings, func(n number) bool {
		_, ok := n.validated()
		return ok
	})
}

// isMobile reports whether the number is a valid mobile number, or may be one.
func isMobile(n number) bool {
	valid, ok := n.validated()
	return ok && valid.isOneOf([]Type{Mobile, FixedLineOrMobile})
}
