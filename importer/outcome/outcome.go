// Package outcome is the vocabulary of an import: the outcome of a row and its
// reason, and what is counted and limited. All packages share its types; it imports
// nothing of ours.
//
//	a row has exactly one Status, and a Reason that says why
//	rows = created + duplicate + invalid + failed + pending
//
// The strings of Status and Reason appear in report files, and people's scripts
// depend on them: a new one may be added, none is renamed.
package outcome

import "time"

// Status is the class of a row. Every row of a file has exactly one.
type Status string

// The five classes of a report.
const (
	Created   Status = "created"   // this job created the contact
	Duplicate Status = "duplicate" // the contact existed already, by another row or before this job
	Invalid   Status = "invalid"   // no contact can be created from this row
	Failed    Status = "failed"    // tried without success; running again tries again
	Pending   Status = "pending"   // not settled yet; running again continues here
)

// Statuses lists every Status in the order in which reports show them.
func Statuses() []Status { return []Status{Created, Duplicate, Invalid, Failed, Pending} }

// Reason says why a row has its Status. Each Reason belongs to one Status.
type Reason string

// Reasons of Created.
const (
	ReasonCreated   Reason = "created"   // the API answered that it created the contact
	ReasonRecovered Reason = "recovered" // an earlier request of this job, whose answer was lost, had created the contact
)

// Reasons of Duplicate.
const (
	InFile        Reason = "in_file"        // an earlier row of the file has the same number
	AlreadyExists Reason = "already_exists" // the account had the contact before this job asked
)

// Reasons of Invalid.
const (
	PhoneMissing            Reason = "phone_missing"             // the cell is empty or says that there is no number
	PhoneNoRegion           Reason = "phone_no_region"           // a national number, and no region is known
	PhoneUnknownRegion      Reason = "phone_unknown_region"      // the region cell is not understood
	PhoneNotANumber         Reason = "phone_not_a_number"        // the cell holds something other than a phone number
	PhoneTooShort           Reason = "phone_too_short"           // fewer digits than any number of the region has
	PhoneTooLong            Reason = "phone_too_long"            // more digits than any number of the region has
	PhoneInvalid            Reason = "phone_invalid"             // the right length, but no such number exists
	PhoneAmbiguous          Reason = "phone_ambiguous"           // two valid readings
	PhoneScientificNotation Reason = "phone_scientific_notation" // a spreadsheet has replaced digits by an exponent
	PhoneMultiple           Reason = "phone_multiple"            // more than one number in the cell
	PhoneExtension          Reason = "phone_extension"           // the number has an extension
	PhoneType               Reason = "phone_type"                // not one of the wanted number types
	OptedOut                Reason = "opted_out"                 // the list says that this person wants no messages
	OptOutUnclear           Reason = "opt_out_unclear"           // an opt-out cell that is not understood
	RowMalformed            Reason = "row_malformed"             // the row has more or fewer cells than the header, or broken quotes
	RejectedByAPI           Reason = "rejected_by_api"           // the API says that the number is not valid
)

// Reasons of Failed.
const (
	OutcomeUnknown Reason = "outcome_unknown" // neither the requests nor the look-up got an answer that decides
	ServerError    Reason = "server_error"    // the API answered every attempt with an error of its own
	Network        Reason = "network"         // the API could not be reached for this row
	RateLimited    Reason = "rate_limited"    // this row was answered 429 again and again while others were not
	BadResponse    Reason = "bad_response"    // the answers were not the API's, and the contact does not exist
	Rejected       Reason = "rejected"        // refused with a code that is unknown to this version
)

// Reasons of Pending.
const (
	NotAttempted Reason = "not_attempted" // nothing was sent for this row
	Unresolved   Reason = "unresolved"    // sent, but the run ended before the answer was known; the next run settles such rows first
)

var statusOf = map[Reason]Status{
	ReasonCreated: Created, ReasonRecovered: Created,
	InFile: Duplicate, AlreadyExists: Duplicate,
	PhoneMissing: Invalid, PhoneNoRegion: Invalid, PhoneUnknownRegion: Invalid, PhoneNotANumber: Invalid,
	PhoneTooShort: Invalid, PhoneTooLong: Invalid, PhoneInvalid: Invalid, PhoneAmbiguous: Invalid,
	PhoneScientificNotation: Invalid, PhoneMultiple: Invalid, PhoneExtension: Invalid, PhoneType: Invalid,
	OptedOut: Invalid, OptOutUnclear: Invalid, RowMalformed: Invalid, RejectedByAPI: Invalid,
	OutcomeUnknown: Failed, ServerError: Failed, Network: Failed, RateLimited: Failed, BadResponse: Failed, Rejected: Failed,
	NotAttempted: Pending, Unresolved: Pending,
}

// Status returns the Status of the reason, "" for a reason that is unknown to this
// version.
func (r Reason) Status() Status { return statusOf[r] }

// Reasons returns every Reason, in no order.
func Reasons() []Reason {
	all := make([]Reason, 0, len(statusOf))
	for r := range statusOf {
		all = append(all, r)
	}
	return all
}

// Outcome is the outcome of one row.
type Outcome struct {
	Status      Status
	Reason      Reason
	ContactID   string    // the API's id of the contact; "" if it is not known
	DuplicateOf int       // for InFile: the line of the first row with this number; else 0
	HTTPStatus  int       // of the answer that decided; 0 if none did
	ErrorCode   string    // error.code of that answer, such as RESOURCE_007
	Message     string    // for people: what happened, in one line, without cell content
	RequestID   string    // the API's id of the request that decided
	Attempts    int       // creations sent for this row, over all runs of the job
	Key         string    // the idempotency key; "" for a row that is never sent
	SettledAt   time.Time // when the outcome was known; zero while Pending
	Dates       Dates     // of the contact, where Created; a report does not read them
}

// Dates are when a contact was created and changed last, in the API's own words, as it
// showed them when the contact was created: an undo tells by them whether somebody has
// changed the contact since. The zero value: not known.
type Dates struct {
	Created, Updated string // Updated is "" for null
	// UpdatedAlone says that the answer to the creation was lost, and that only the date of
	// the contact's last change shows that it is ours: it was restored, or somebody else
	// has changed it at that time.
	UpdatedAlone bool
}

// GoesBack reports whether the row is one that goes back to the user, to be repaired or to
// be tried again: invalid, but not opted_out, failed or pending.
func (o Outcome) GoesBack() bool {
	return o.Status == Invalid && o.Reason != OptedOut || o.Status == Failed || o.Status == Pending
}

// HasContact reports whether the account has a contact for this row, which the row is the
// first of the file to name: created, or there before.
func (o Outcome) HasContact() bool { return o.Status == Created || o.Reason == AlreadyExists }

// Row is one row of the file with its outcome: one line of a report.
type Row struct {
	Number int      // 1 for the first row after the header
	Line   int      // the record's first physical line, where the header's is 1
	Input  string   // the phone cell, unchanged; "" if the row has none
	Phone  string   // E.164; "" if the cell has no valid number
	Record []string // the user's own cells; nil if the file was not read
	Mark   bool     // the contact is to be marked as opted out
	Outcome
}

// Counts is the number of rows in each class.
type Counts struct {
	Rows      int `json:"rows"`
	Created   int `json:"created"`
	Duplicate int `json:"duplicate"`
	Invalid   int `json:"invalid"`
	Failed    int `json:"failed"`
	Pending   int `json:"pending"`
}

// Add counts n more rows of status s. It panics on a status that does not
// exist: such a row would vanish from the sum.
func (c *Counts) Add(s Status, n int) {
	switch s {
	case Created:
		c.Created += n
	case Duplicate:
		c.Duplicate += n
	case Invalid:
		c.Invalid += n
	case Failed:
		c.Failed += n
	case Pending:
		c.Pending += n
	default:
		panic("outcome: no such status: " + string(s))
	}
	c.Rows += n
}

// Of is the number of rows with a status.
func (c Counts) Of(s Status) int {
	switch s {
	case Created:
		return c.Created
	case Duplicate:
		return c.Duplicate
	case Invalid:
		return c.Invalid
	case Failed:
		return c.Failed
	}
	return c.Pending
}

// Complete reports whether no row is failed or pending.
func (c Counts) Complete() bool { return c.Failed == 0 && c.Pending == 0 }

// Adds reports whether Rows is the sum of the classes.
func (c Counts) Adds() bool {
	return c.Rows == c.Created+c.Duplicate+c.Invalid+c.Failed+c.Pending
}
