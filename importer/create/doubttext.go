package create

import (
	"fmt"

	"sent-import/importer/retry"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// whyDoubt says in a sentence what is wrong with the dates of contacts.
func whyDoubt(d serverclock.Doubt, contact *sent.Contact, known serverclock.Datings) string {
	switch d {
	case serverclock.Edge:
		return fmt.Sprintf("A contact was made so near to a lost request that only its date can tell which came first, and fewer than %d creations show so far how exactly contacts are dated.", serverclock.Enough)
	case serverclock.Zoneless:
		return fmt.Sprintf("The API writes the dates of contacts without a zone, and fewer than %d creations show so far which it is.", serverclock.Enough)
	case serverclock.Unreadable:
		return fmt.Sprintf("The API has dated a contact in a form that can't be read: %s (every digit is shown as 0).", contact.Unreadable())
	}
	return fmt.Sprintf("The API dates contacts %s the clock of its answers, and fewer than %d creations agree on that so far.",
		known.Off(retry.DatesOf(contact)), serverclock.Enough)
}

// afterDoubt says what becomes of rows with the doubt. Where the answers have several
// clocks, a later run may know no more than this one.
func afterDoubt(d serverclock.Doubt, clocks int) string {
	switch {
	case d == serverclock.Unreadable:
		return "They stay so until a version of sent-import can read it."
	case clocks > 1:
		return "The API's answers have more than one clock, so running again may not settle them: look at these contacts in the account, whether they were made while the import ran."
	}
	return "Run again: the next run settles them once the dates are known."
}
