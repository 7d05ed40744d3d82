package phone

import "sent-import/importer/outcome"

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

// accept returns the result for a valid number: phone_type if its type is not
// wanted.
func accept(n number, o Options) Result { return n.accept(n.e164(), o) }

// accept returns the result for a valid number, which is written as E.164, too.
func (n number) accept(e164 string, o Options) Result {
	if len(o.Types) > 0 && !n.isOneOf(o.Types) {
		return reject(outcome.PhoneType, hintType)
	}
	return Result{E164: e164, Region: n.iso()}
}

func reject(why outcome.Reason, hint string) Result {
	return Result{Reason: why, Hint: hint}
}
