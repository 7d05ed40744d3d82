package retry

import (
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// Action is what happens to a row next.
type Action int

// The actions.
const (
	Post   Action = iota // send a creation
	Lookup               // look the contact up
	Mark                 // mark the contact as opted out
	Check                // ask for the contact by its id: has it opted out?
	Settle               // the outcome is known
	Stop                 // the run can't go on
)

// Purpose is why a contact is looked up.
type Purpose int

const (
	// AfterConflict: the API says that the contact exists, and a request of ours
	// whose answer was lost may have created it.
	AfterConflict Purpose = iota
	// LastResort: the attempts are used up, and none was answered.
	LastResort
	// Keyless: the idempotency cache is down, and the look-up shows whether the rest
	// of the API works, and whether the contact is there.
	Keyless
	// ForMark: the API says that the contact exists, and its id is needed to mark it.
	ForMark
	// ForUndo: the job is undone, and a request of ours whose answer was lost may have
	// created the contact. Nothing is created any more.
	ForUndo
)

// Step is a decision: what to do, and how long to wait before.
type Step struct {
	Do      Action
	Wait    time.Duration
	Why     Purpose           // of a Lookup
	Over    bool              // of a Lookup: Wait is until no lost request can be carried out any more
	NewKey  bool              // before a Post: the key is burnt, and Row.KeyNumber is the next one
	Gone    bool              // before a Post: the contact was deleted before it was marked, and Row.KeyNumber is of its next creation
	Contact *sent.Contact     // of a Settle or a Mark: as the API has shown it last; nil where it has not
	Outcome outcome.Outcome   // of a Settle
	Doubt   serverclock.Doubt // of a Settle by a contact's date, which may be no evidence yet
	Refusal sent.Verdict      // of a Stop: what every row would be answered
}
