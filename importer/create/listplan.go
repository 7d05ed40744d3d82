package create

// Existing says what contacts that exist already may cost.
type Existing string

// The values of Existing.
const (
	ExistingAuto Existing = "auto" // read the account's list where it pays
	ExistingList Existing = "list" // always read it
	ExistingOff  Existing = "off"  // never
)

// ListChoice is what a run does about contacts that exist already, and why.
type ListChoice string

// The choices. All but ListRead leave it to the API to answer 409.
const (
	ListRead    ListChoice = "read"    // the list is read before anything is created
	ListOff     ListChoice = "off"     // not asked for
	ListDone    ListChoice = "done"    // an earlier run of the job has read it
	ListSandbox ListChoice = "sandbox" // in a rehearsal the API is to check every number
	ListFew     ListChoice = "few"     // so few rows are open that a page does not pay
	ListCostly  ListChoice = "costly"  // the list has more pages than a tenth of the open rows
	ListMissing ListChoice = "missing" // the API gives no list, or does not say how long it is
	ListLater   ListChoice = "later"   // the API has answered nothing yet: it is asked once a creation is answered
)

// ListPlan is what a Plan says of the list of contacts.
type ListPlan struct {
	Choice   ListChoice // "" in a check
	Contacts int        // in the account; 0 where that is not known
	Pages    int        // still to be read; with ListCostly, that it would have taken
	Unread   int        // with ListRead, pages beyond: reading them would cost more than creating every row
	Resumed  bool       // an earlier run has read the pages before
}
