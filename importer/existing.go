package importer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// The values of Options.Existing.
const (
	existingAuto = "auto"
	existingList = "list"
	existingOff  = "off"
)

const (
	// listShare is the part of the open rows, one in so many, that the pages of
	// the list may cost in auto mode: the worst it can waste.
	listShare = 10
	// fewestToList is how many open rows make it worth asking how long the list
	// is: even if that gets no answer, and the look for an outage that follows,
	// stay within the share.
	fewestToList = listShare * (maxLookups + 1)
	// listingStands is how long a listing that was interrupted is gone on with.
	// In a longer time so many contacts may have moved that the pages which were
	// read say little.
	listingStands = 24 * time.Hour
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

// survey decides whether the list of contacts is read before anything is
// created, which takes its first page. The list pays where many of the rows
// exist: a page is one request and shows a hundred contacts, a row is one
// request. Its error says why the run stops.
func (c *creator) survey() (ListPlan, error) {
	open, err := c.countListable()
	if err != nil {
		return ListPlan{}, err
	}
	known, err := c.ledger.Listing(c.job)
	if err != nil {
		return ListPlan{}, err
	}
	auto := c.o.Existing == existingAuto
	if choice := c.unasked(open, auto, known.Complete); choice != "" {
		return ListPlan{Choice: choice}, nil
	}
	if c.silent() {
		return ListPlan{Choice: ListLater}, nil
	}
	c.listable = open
	sizes := anySize
	if auto {
		sizes = open / listShare
	}
	g := c.resumeListing(known)
	err = g.open(sizes, mostPages(open))
	if noList(err) && c.silent() {
		return ListPlan{Choice: ListLater}, nil
	}
	if noList(err) {
		c.note("The API gives no list of contacts that can be read%s. Rows are created without it; contacts that exist cost one request each.", c.whyNoList(err))
		return ListPlan{Choice: ListMissing}, nil
	}
	if err != nil {
		return ListPlan{}, err
	}
	c.listing = g
	return c.choose(auto, open), nil
}

// silent reports whether requests have been sent in this run, and none was
// answered but with errors.
func (c *creator) silent() bool {
	return !c.met.hasServed() && c.met.lastFailure().Kind != ""
}

// whyNoList is the reason why the list can't be read, with a colon: a refusal, or
// what its request met last; "" where neither says anything.
func (c *creator) whyNoList(err error) string {
	if refusal, ok := errors.AsType[*listRefusal](err); ok {
		return ": it answers " + refusal.answer
	}
	if errors.Is(err, errNoAnswer) {
		return because(c.met.lastFailure())
	}
	return ""
}

// mostPages is the last page of the list that is read for a number of open rows:
// a page is a request, and the creations of all of them are as many as the list
// can save. Half a minute's pages are read in any case, if somebody asks for it.
func mostPages(open int) int { return max(open, listPage) }

// countListable is how many rows the list could settle: of a plan that was just
// made, all that are pending.
func (c *creator) countListable() (int, error) {
	if c.planned != nil {
		return c.planned.Pending, nil
	}
	return c.ledger.CountListable(c.job)
}

// unasked is the choice not to read the list that takes no request; "" if it
// takes one to choose. open is how many rows the list could settle.
func (c *creator) unasked(open int, auto, done bool) ListChoice {
	switch {
	case c.o.Existing == existingOff:
		return ListOff
	case c.o.Sandbox:
		return ListSandbox
	case done:
		return ListDone
	case open == 0 || auto && open < fewestToList:
		return ListFew
	}
	return ""
}

// resumeListing begins the listing where an earlier run of the job was stopped,
// or anew.
//
// Going on is sound whatever has happened to the list meanwhile: rows that were
// found stay settled, and a contact that has moved to a page which was read
// before is missed, so its row is posted and answered 409.
func (c *creator) resumeListing(known ledger.Listing) *listing {
	if known.Pages == 0 || c.started.Sub(known.StartedAt) > listingStands {
		c.listingBegan = c.started
		return newListing(c.caller, 1, listPage)
	}
	c.listingBegan = known.StartedAt
	return newListing(c.caller, known.Pages+1, known.PageSize)
}

// choose decides, now that the first page has been read. What that page shows
// is used in any case.
func (c *creator) choose(auto bool, open int) ListPlan {
	g := c.listing
	p := ListPlan{Choice: ListRead, Resumed: g.from > 1, Pages: g.left()}
	if g.told() {
		p.Contacts = g.contacts
	}
	switch {
	case !auto:
		p.Unread = g.unread()
	case !g.told():
		p.Choice, p.Pages = ListMissing, 0
		g.stopAfterFirst()
	case g.left() > 0 && g.left()+g.tried > open/listShare:
		p.Choice, p.Pages = ListCostly, p.Pages+g.unread()
		g.stopAfterFirst()
	}
	return p
}

// wanted are the numbers that the list may settle, and their rows: 16 bytes for
// each open row of the job, whatever the account holds.
type wanted struct {
	rows []ledger.Numbered // by their digits; Number is 0 once it is taken
	left int
}

func (c *creator) wanted() (*wanted, error) {
	w := &wanted{rows: make([]ledger.Numbered, 0, c.listable)}
	for row, err := range c.ledger.Listable(c.job) {
		if err != nil {
			return nil, err
		}
		w.rows = append(w.rows, row)
	}
	w.left = len(w.rows)
	slices.SortFunc(w.rows, func(a, b ledger.Numbered) int { return cmp.Compare(a.Digits, b.Digits) })
	return w, nil
}

// find returns the row that waits for the number; ok is false if there is none,
// or if the number was found before.
func (w *wanted) find(digits uint64) (row *ledger.Numbered, ok bool) {
	i, ok := slices.BinarySearchFunc(w.rows, digits, func(r ledger.Numbered, digits uint64) int { return cmp.Compare(r.Digits, digits) })
	if !ok || w.rows[i].Number == 0 {
		return nil, false
	}
	return &w.rows[i], true
}

// readList reads the rest of the list and settles the rows whose numbers are in
// it as duplicates. Only rows are settled for which no request can have been
// carried out without our knowing (see [ledger.Ledger.Listable]): a contact of
// theirs is somebody else's. A row in doubt takes its way over the idempotency
// key, and the time at which its contact was created.
func (c *creator) readList() error {
	g := c.listing
	if g == nil {
		return nil
	}
	if g.told() && g.contacts == 0 && g.left() == 0 { // an empty account: nothing to look for
		c.run.SettleListed(nil, c.listedSoFar(true), now())
		return nil
	}
	w, err := c.wanted()
	if err != nil {
		return err
	}
	c.o.Progress.Start(progress.Listing, 0)
	c.o.Progress.Listed(0, g.left()+1)
	open, done := w.left, 0
	err = g.each(func(a sent.Answer) bool {
		c.settleListed(w, a)
		done++
		c.o.Progress.Listed(done, done+g.pagesLeft()) // each holds the lock
		return w.left > 0
	})
	c.o.Progress.Listed(0, 0)
	switch {
	case isListRefusal(err):
		c.note("The API refuses to show the rest of the list of contacts%s. It was left out; contacts that were not seen cost one request each.", c.whyNoList(err))
	case noList(err):
		c.note("The API gave no answer to %d pages of the list of contacts, and the rest was left out. Contacts that were not seen cost one request each.", g.missed)
	case err != nil:
		return c.stopListing(err)
	case g.missed > 0:
		c.note("The API gave no answer to %d of the pages of the list of contacts. Contacts on them cost one request each.", g.missed)
	}
	if unread := g.unread(); unread > 0 && c.list.Choice == ListRead && w.left > 0 && err == nil {
		c.note("The list of contacts has %d pages more, as the API tells. They are left out: to read as many would cost more requests than to create every row. Contacts on them cost one request each.", unread)
	}
	if g.whole() || w.left == 0 {
		c.run.SettleListed(nil, c.listedSoFar(true), now())
	}
	if err := c.run.Save(now()); err != nil { // what was settled is on the disk now, and not claimed
		return err
	}
	if c.list.Choice == ListRead {
		c.o.Notice(fmt.Sprintf("The list of contacts has %d of the %d open rows; %d are left to create.", open-w.left, open, w.left))
	}
	return nil
}

// stopListing stops the run for an error of the listing.
func (c *creator) stopListing(err error) error {
	if !c.stops(err) {
		return err
	}
	c.unfinished.Store(true)
	c.halt(c.stopFor(c.whileListing(err)))
	return nil
}

// whileListing adds to an outage what can be done about it, if it is one of the
// list only.
func (c *creator) whileListing(err error) error {
	if !errors.Is(err, errOutage) {
		return err
	}
	stop := c.stopOutage()
	stop.Message += ". It was asked for the list of contacts; if it serves creations all the same, --existing off does without the list"
	return stop
}

// settleListed settles the rows that a page shows.
func (c *creator) settleListed(w *wanted, a sent.Answer) {
	var found []ledger.Listed
	for digits, contact := range ownContacts(a) {
		row, ok := w.find(digits)
		if !ok || c.ids.isOfAnother(contact.ID, row.Number) {
			continue
		}
		found = append(found, ledger.Listed{
			Number: row.Number, ContactID: contact.ID, HTTPStatus: a.Status, RequestID: a.RequestID,
		})
		row.Number = 0
		w.left--
		c.tally.add(outcome.Duplicate)
		c.o.Progress.Settled(outcome.Duplicate)
	}
	c.run.SettleListed(found, c.listedSoFar(false), now())
}

// listedSoFar is where the listing stands.
func (c *creator) listedSoFar(complete bool) ledger.Listing {
	return ledger.Listing{
		PageSize: c.listing.size, Pages: c.listing.read, StartedAt: c.listingBegan, Complete: complete,
	}
}
