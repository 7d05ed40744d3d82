package phone

import "sent-import/importer/outcome"

// few is how many readings nearly every cell has at most. Readings are added to a slice
// that the caller has room for, so that most cells need no memory for them.
const few = 8

// readings adds every number that the digits can mean, valid or not. p is nil if no
// region is known.
func (w written) readings(all []number, p *plan) []number {
	if w.plus {
		return w.abroad(all, 0)
	}
	if p != nil {
		all = w.atHome(all, p)
	}
	after := p.afterIDD(w.digits)
	for _, rest := range after.all() {
		all = w.abroad(all, len(w.digits)-len(rest))
	}
	return all
}

// atHome reads the digits as people of the plan's region dial them: a national
// number, or one with the region's calling code but without +.
func (w written) atHome(all []number, p *plan) []number {
	variants := w.variants(0)
	for _, nsn := range variants.all() {
		all = p.addBare(all, nsn)
	}
	if code, _ := splitCode(w.digits); code == p.code {
		all = w.abroad(all, 0)
	}
	return all
}

// addBare adds a national number without the prefixes of domestic calls, in each way that
// the plan permits.
func (p *plan) addBare(all []number, nsn string) []number {
	bare := p.bare(nsn)
	for _, rest := range bare.all() {
		all = append(all, newNumber(p.code, rest))
	}
	return all
}

// abroad reads the digits from position at as calling code and national number. No
// prefix is removed from a number that is valid with it.
func (w written) abroad(all []number, at int) []number {
	code, nsn := splitCode(w.digits[at:])
	if code == 0 {
		return all
	}
	variants := w.variants(len(w.digits) - len(nsn))
	for _, variant := range variants.all() {
		if literal, ok := newNumber(code, variant).validated(); ok {
			all = append(all, literal)
			continue
		}
		all = loadPlans().byCode[code].addBare(all, variant)
	}
	return all
}

// variants returns the digits from position at and, if they begin with a trunk zero
// in brackets, also the digits after it: in most of the world "(0)" is not dialled
// from abroad, but in Italy it is part of the number.
func (w written) variants(at int) ways {
	var all ways
	if at < len(w.digits) {
		all.add(w.digits[at:])
	}
	if w.zero == at && at+1 < len(w.digits) {
		all.add(w.digits[at+1:])
	}
	return all
}

// decide returns the one valid number among all readings.
func (w written) decide(p *plan, o Options) Result {
	var room [few]number
	return w.conclude(w.readings(room[:0], p), p, o)
}

// conclude returns the one valid number among the readings. If there is none, the
// reason says why; two that differ are phone_ambiguous. p is the plan of the row's
// country, nil if the digits are read without one.
func (w written) conclude(readings []number, p *plan, o Options) Result {
	switch found, several := only(readings); {
	case several && w.isBare(p):
		return reject(outcome.PhoneAmbiguous, hintTwoWays)
	case several:
		return reject(outcome.PhoneAmbiguous, hintAmbiguous)
	case found.nsn != "":
		return accept(found, o)
	case p != nil && newNumber(p.code, w.digits).isShort(p.region):
		return reject(outcome.PhoneTooShort, hintShort)
	}
	return explain(readings)
}

// only returns the one valid number among the readings; it has no digits if there is
// none. several is true if two valid ones differ.
func only(readings []number) (found number, several bool) {
	for _, n := range readings {
		valid, ok := n.validated()
		if !ok || valid == found {
			continue
		}
		if found.nsn != "" {
			return found, true
		}
		found = valid
	}
	return found, false
}

// explain returns why none of the readings is a number: too short or too long if
// they all are, else phone_invalid.
func explain(readings []number) Result {
	if len(readings) == 0 {
		return reject(outcome.PhoneInvalid, hintNoCode)
	}
	short, long, hint := 0, 0, hintTooLong
	for _, n := range readings {
		switch n.fit() {
		case tooFew:
			short++
		case tooMany:
			long++
			if n.hasMexicanToken() {
				hint = hintMexico
			}
		}
	}
	switch len(readings) {
	case short:
		return reject(outcome.PhoneTooShort, hintTooShort)
	case long:
		return reject(outcome.PhoneTooLong, hint)
	}
	return reject(outcome.PhoneInvalid, hintInvalid)
}

// hasMexicanToken reports whether a number has the 1 between +52 and mobile numbers
// that was abolished in 2019. Only the hint depends on it: such numbers are invalid
// in the metadata and here.
func (n number) hasMexicanToken() bool {
	return n.code == 52 && len(n.nsn) == 11 && n.nsn[0] == '1'
}
