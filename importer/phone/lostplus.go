package phone

import (
	"strings"

	"sent-import/importer/outcome"
)

// asRefused returns the result of a text, which is w, with regard to the + that its cell
// may have had when an earlier import refused the row. A spreadsheet opens a refused
// +49151234 and saves 49151234, and those are the digits of somebody in Bremen. With the
// + they were no number, so they are taken only where they are one with it now.
func (o Options) asRefused(text string, w written, r Result) Result {
	lost := !w.plus && text[0] != '0' && strings.Contains(o.RefusedHint, beganWithPlus)
	if !lost && !w.plus || !allDigits(strings.TrimPrefix(text, "+")) {
		return r
	}
	switch r.Reason {
	case outcome.PhoneTooShort, outcome.PhoneTooLong, outcome.PhoneInvalid,
		outcome.PhoneNoRegion, outcome.PhoneUnknownRegion: // the last two of digits that have lost it
		r.Hint += beganWithPlus
	case "":
		w.plus = true
		if lost && r.E164 != w.decide(nil, o).E164 {
			return reject(outcome.PhoneAmbiguous, hintLostPlus)
		}
	}
	return r
}
