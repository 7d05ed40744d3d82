package report

import "sent-import/importer/outcome"

// Hint says in plain words what a reason means and what to do about it: the
// sent_import_hint of invalid.csv, and report.html's, for rows that have no message of
// their own. It
// is "" for a reason that this version does not know.
func Hint(r outcome.Reason) string { return hints[r] }

// A spreadsheet drops the plus sign of a number that is typed into an ordinary cell, and
// makes a sum of +49-151. These ways last.
const (
	asText   = "with spaces, such as +49 151 23456789, or in a column formatted as text"
	withPlus = "write it with + and the country code, " + asText
)

// shownHint is the hint of report.html for a row; usual is that of its reason. Texts of the server, which may hold a
// number, are not shown there, and the message of who opted out says only in which row.
func shownHint(r *outcome.Row, usual string) string {
	if r.Status == outcome.Invalid && r.Reason != outcome.OptedOut && r.HTTPStatus == 0 && r.Message != "" {
		return r.Message
	}
	return usual
}

// hints has one line for every reason: what it is, then what to do.
var hints = map[outcome.Reason]string{
	outcome.ReasonCreated:   "The API created the contact.",
	outcome.ReasonRecovered: "Created by an earlier request whose answer was lost.",

	outcome.InFile:        "An earlier row of the file has the same number: duplicate_of_line in report.csv names it.",
	outcome.AlreadyExists: "The account had this contact before.",

	outcome.PhoneMissing:            "There is no phone number in the row: fill it in, or leave the row out.",
	outcome.PhoneNoRegion:           "The number has no country code: " + withPlus + "; or add a country column, or run with --region.",
	outcome.PhoneUnknownRegion:      "The country of the row is not understood: write it as two letters, such as US or DE, or as its English name.",
	outcome.PhoneNotANumber:         "The cell holds something other than a phone number: check that this is the phone column, or correct the cell.",
	outcome.PhoneTooShort:           "Digits are missing: compare the number with where it came from.",
	outcome.PhoneTooLong:            "There are too many digits: look for two numbers run together, or an extension.",
	outcome.PhoneInvalid:            "No such number is in use in its country: look for a mistyped digit or a wrong country.",
	outcome.PhoneAmbiguous:          "The number can be read in two ways: " + withPlus + ".",
	outcome.PhoneScientificNotation: "A spreadsheet turned this number into something like 4.47E+11 and the last digits are gone: enter the number again from where it came, " + asText + ".",
	outcome.PhoneMultiple:           "There is more than one number in the cell: keep one, or give each a row of its own.",
	outcome.PhoneExtension:          "A number with an extension cannot be messaged: use a direct number, or take the extension off.",
	outcome.PhoneType:               "The number is not of a type asked for with --types: use another number, or allow its type.",
	outcome.OptedOut:                "The list says that this person wants no messages: nothing was sent, so a contact that is in the account already stays as it is. To have it marked there, run with --opt-out mark; to take no notice of the column, run with --opt-out ignore.",
	outcome.OptOutUnclear:           "The cell that says whether this person wants messages is not understood: write yes or no, or name another column with --opt-out-column.",
	outcome.RowMalformed:            "The row does not have the columns of the header, or its quotes are broken: repair the row.",
	outcome.RejectedByAPI:           "The API does not accept this number: error_code and message in report.csv say why.",

	outcome.OutcomeUnknown: "Sent, but no answer could be trusted, so it may or may not be there: run the same command again to settle it.",
	outcome.ServerError:    "The API kept answering with errors of its own: run the same command again later.",
	outcome.Network:        "The API could not be reached: check the connection and run the same command again.",
	outcome.RateLimited:    "The API kept refusing this row for its rate: run the same command again, with a lower --rate.",
	outcome.BadResponse:    "The answers were not the API's: check --base-url and any proxy, then run the same command again.",
	outcome.Rejected:       "Refused with a code that this version does not know: error_code and message in report.csv say more.",

	outcome.NotAttempted: "Nothing has been sent for this row yet: the next run continues with it.",
	outcome.Unresolved:   "Sent, but the run ended before the answer came: the next run settles it first.",
}
