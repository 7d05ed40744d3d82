package importer

import (
	"time"

	"sent-import/importer/create"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
)

// Plan is what is known once every row has been looked at and nothing has been
// sent.
type Plan struct {
	Job           JobInfo
	Run           int // number of the job's run that comes now, 1 for its first; of its last one, or 0, where none comes, and 0 in a Check
	Account       AccountInfo
	Profile       ProfileInfo // that the contacts go into; the zero value for none
	Resumed       bool        // the job was known: its earlier outcomes stand
	Counts        outcome.Counts
	OptedOut      int            // invalid rows of people who opted out: nothing is sent for them
	OptOutUnclear int            // invalid rows that don't say clearly whether the person opted out
	List          ListPlan       // what is done about contacts that exist
	Resolve       bool           // each duplicate found by creating it costs a look-up for its contact's id
	MissingIDs    int            // duplicates of earlier runs that are looked up for their contact's id
	Marks         int            // contacts to create or find, and to mark as opted out then: a request more for each, and one more where the contact exists and the list does not show it
	Requests      int            // at most, if nothing goes wrong: pages of the list, creations of all that it may not show, look-ups for MissingIDs, and Marks
	Allowed       int            // requests that the command may still make, if that is less than Requests; 0: it is not
	PerMinute     float64        // the rate, in requests a minute; +Inf without a limit
	Reserve       Reserve        // that is in force now, of Limit
	Limit         float64        // of the account, in requests a minute, as far as it is known; the rate that was given, if one was
	Timetable     *ReserveChange // what the timetable of Options.Reserve says now; nil: there is none
	Duration      time.Duration  // that the requests take at that rate, or by the timetable
	Region        string         // the region column; "" if there is none
	OptOutColumns string         // that say who opted out, or who agreed; "" if there is none
	Notices       []string       // what was found out about the file, without cell content
}

// Reserve is the part of the account's limit that is left to others.
type Reserve = pace.Reserve

// ReserveChange is the reserve that is in force now, and the next one.
type ReserveChange = pace.Change

// AccountInfo is what the API says of an account; what it does not say is "".
type AccountInfo struct {
	ID, Name string
	Type     string // organization, user or profile
}

// ProfileInfo is what the API says of a child profile; what it does not say is "".
type ProfileInfo struct{ ID, Name string }

// ListPlan is what a Plan says of the list of contacts; its Choice is "" in a check.
type ListPlan = create.ListPlan

// ListChoice is what a run does about contacts that exist already, and why.
type ListChoice = create.ListChoice

// The choices, as package create has them.
const (
	ListRead    = create.ListRead
	ListOff     = create.ListOff
	ListDone    = create.ListDone
	ListSandbox = create.ListSandbox
	ListFew     = create.ListFew
	ListCostly  = create.ListCostly
	ListMissing = create.ListMissing
	ListLater   = create.ListLater
)
