package create

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sent-import/importer/contactlist"
	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
	"sent-import/importer/retry"
	"sent-import/importer/sent"
)

const (
	// listShare is the part of the open rows, one in so many, that the pages of
	// the list may cost in auto mode: the worst it can waste.
	listShare = 10
	// fewestToList is how many open rows make it worth asking how long the list
	// is: even if that gets no answer, and the look for an outage that follows,
	// stay within the share.
	fewestToList = listShare * (retry.MaxLookups + 1)
	// listingStands is how long a listing that was interrupted is continued.
	// In a longer time so many contacts may have moved that the pages which were
	// read say little.
	listingStands = 24 * time.Hour
)

// listing is the list of contacts while a run reads it.
type listing struct {
	list      *contactlist.List
	began     time.Time // by this run or an earlier one
	open      int       // rows that it may settle
	wanted    wanted
	marks     marks
	unwritten []<-chan error // of the settles that were handed over last
}

// maxUnwritten is how many pages may wait to be written: pages can come faster than
// their rows are written.
const maxUnwritten = 32

// Survey decides whether the list of contacts is read before anything is created, which
// takes its first page. The list pays where many of the rows exist: a page is one request
// and shows a hundred contacts, a row is one request. Its error says why the run stops.
func (c *Creator) Survey() (ListPlan, error) {
	open, err := c.countListable()
	if err != nil {
		return ListPlan{}, err
	}
	known, err := c.o.Ledger.Listing(c.o.Job)
	if err != nil {
		return ListPlan{}, err
	}
	if choice := c.unasked(open, known); choice != "" {
		return ListPlan{Choice: choice}, nil
	}
	if c.silent() {
		return ListPlan{Choice: ListLater}, nil
	}
	sizes := contactlist.AnySize
	if c.o.Existing == ExistingAuto {
		sizes = open / listShare
	}
	l := c.resumeListing(known)
	l.open = open
	err = l.list.Open(sizes, mostPages(open))
	if contactlist.Unreadable(err) && c.silent() {
		return ListPlan{Choice: ListLater}, nil
	}
	if contactlist.Unreadable(err) {
		c.o.Note(fmt.Sprintf("The API gives no list of contacts that can be read%s. Rows are created without it; contacts that exist cost one request each.", c.whyNoList(err)))
		return ListPlan{Choice: ListMissing}, nil
	}
	if err != nil {
		return ListPlan{}, err
	}
	c.list = l
	return c.choose(l), nil
}

// silent reports whether requests have been sent in this run, and none was answered but
// with errors.
func (c *Creator) silent() bool { return !c.g.HasServed() && c.g.LastFailure().Kind != "" }

// whyNoList is the reason why the list can't be read, with a colon: a refusal, or what its
// request met last; "" where neither says anything.
func (c *Creator) whyNoList(err error) string {
	if answer, ok := contactlist.Refused(err); ok {
		return ": it answers " + answer
	}
	if errors.Is(err, gateway.ErrNoAnswer) {
		return gateway.Because(c.g.LastFailure())
	}
	return ""
}

// mostPages is the last page of the list that is read for a number of open rows:
// a page is a request, and the creations of all of them are as many as the list
// can save. Half a minute's pages are read in any case, if somebody asks for it.
func mostPages(open int) int { return max(open, contactlist.PageSize) }

// countListable is how many rows the list could settle: of a plan that no run has touched,
// all that are pending.
func (c *Creator) countListable() (int, error) {
	if c.o.Unrun && c.led == 0 {
		return c.o.Counts.Pending, nil
	}
	return c.o.Ledger.CountListable(c.o.Job)
}

// unasked is the choice not to read the list that takes no request; "" if it takes one to
// choose. open is how many rows the list could settle.
func (c *Creator) unasked(open int, known ledger.Listing) ListChoice {
	switch {
	case c.o.Existing == ExistingOff:
		return ListOff
	case c.o.Job.Sandbox:
		return ListSandbox
	case known.Complete:
		return ListDone
	case open == 0 || c.o.Existing == ExistingAuto && open < fewestToList:
		return ListFew
	}
	return ""
}

// resumeListing begins the listing where an earlier run of the job was stopped, or anew.
//
// Going on is sound whatever has happened to the list meanwhile: rows that were found stay
// settled, and a contact that has moved to a page which was read before is missed, so its
// row is posted and answered 409.
func (c *Creator) resumeListing(known ledger.Listing) *listing {
	if known.Pages == 0 || c.o.Started.Sub(known.StartedAt) > listingStands {
		return &listing{list: contactlist.New(c.listOptions(1, contactlist.PageSize)), began: c.o.Started}
	}
	return &listing{list: contactlist.New(c.listOptions(known.Pages+1, known.PageSize)), began: known.StartedAt}
}

// choose decides, now that the first page has been read. What that page shows is used in
// any case.
func (c *Creator) choose(l *listing) ListPlan {
	s := l.list.State()
	p := ListPlan{Choice: ListRead, Resumed: s.From > 1, Pages: s.Left, Contacts: s.Contacts}
	switch {
	case c.o.Existing != ExistingAuto:
		p.Unread = s.Unread
	case !s.Told:
		p.Choice, p.Pages = ListMissing, 0
		l.list.StopAfterFirst()
	case s.Left > 0 && s.Left+s.Sizes > l.open/listShare:
		p.Choice, p.Pages = ListCostly, s.Left+s.Unread
		l.list.StopAfterFirst()
	}
	return p
}

// readList reads the rest of the list and settles the rows whose numbers are in
// it as duplicates. Only rows are settled for which no request can have been
// carried out without our knowing (see [ledger.Ledger.Listable]): a contact of
// theirs is somebody else's. A row in doubt takes its way over the idempotency
// key, and the time at which its contact was created.
func (c *Creator) readList(choice ListChoice) error {
	l := c.list
	if l == nil {
		return nil
	}
	if s := l.list.State(); s.Told && s.Contacts == 0 && s.Left == 0 { // an empty account: nothing to look for
		c.run.SettleListed(nil, l.finished(s), now())
		return nil
	}
	if err := l.wanted.load(c.o.Ledger.Listable(c.o.Job), l.open); err != nil {
		return err
	}
	if err := l.marks.load(c.o.Ledger.ToMark(c.o.Job), c.o.Marks); err != nil {
		return err
	}
	c.o.Progress.Start(progress.Listing, 0)
	c.o.Progress.Listed(0, l.list.State().Left+1)
	open, done := l.wanted.left, 0
	err := l.list.Each(func(a sent.Answer, s contactlist.State) bool {
		c.settleListed(a, s)
		done++
		c.o.Progress.Listed(done, done+s.Left)
		return l.wanted.left > 0
	})
	c.o.Progress.Listed(0, 0)
	if err != nil && !contactlist.Unreadable(err) {
		return c.stopListing(err)
	}
	s := l.list.State()
	c.sayMissed(s, choice, err)
	if s.Whole || l.wanted.left == 0 {
		c.run.SettleListed(nil, l.finished(s), now())
	}
	l.wanted.rows = nil                       // they are as many as the job's rows, and not needed any more
	if err := c.run.Save(now()); err != nil { // what was settled is on the disk now, and not claimed
		return err
	}
	if choice == ListRead {
		c.o.Say(fmt.Sprintf("The list of contacts has %d of the %d open rows; %d are left to create.", open-l.wanted.left, open, l.wanted.left))
	}
	return nil
}

// sayMissed says what of the list was not read. err is why its end was not, of
// contactlist.Unreadable.
func (c *Creator) sayMissed(s contactlist.State, choice ListChoice, err error) {
	_, refused := contactlist.Refused(err)
	switch {
	case refused:
		c.o.Note(fmt.Sprintf("The API refuses to show the rest of the list of contacts%s. It was left out; contacts that were not seen cost one request each.", c.whyNoList(err)))
	case err != nil:
		c.o.Note(fmt.Sprintf("The API gave no answer to %d pages of the list of contacts, and the rest was left out. Contacts that were not seen cost one request each.", s.Missed))
	case s.Missed > 0:
		c.o.Note(fmt.Sprintf("The API gave no answer to %d of the pages of the list of contacts. Contacts on them cost one request each.", s.Missed))
	}
	if s.Unread > 0 && choice == ListRead && c.list.wanted.left > 0 && err == nil {
		c.o.Note(fmt.Sprintf("The list of contacts has %d pages more, as the API tells. They are left out: to read as many would cost more requests than to create every row. Contacts on them cost one request each.", s.Unread))
	}
}

// ListOutageError is an outage that was met while the list was read.
type ListOutageError struct{ Outage *gateway.StopError }

func (e *ListOutageError) Error() string { return e.Outage.Error() }

// Unwrap returns the outage.
func (e *ListOutageError) Unwrap() error { return e.Outage }

// stopListing stops the run for an error of the listing.
func (c *Creator) stopListing(err error) error {
	if !c.stops(err) {
		return err
	}
	if stop, ok := errors.AsType[*gateway.StopError](err); ok && stop.Cause == gateway.Outage {
		err = &ListOutageError{stop}
	}
	c.unfinished.Store(true)
	c.g.Stop(err)
	return nil
}

// settleListed settles the rows that a page shows.
func (c *Creator) settleListed(a sent.Answer, s contactlist.State) {
	var found []ledger.Listed
	var settled []int
	w := &c.list.wanted
	for digits, contact := range contactlist.Own(a) {
		row, ok := w.find(digits)
		if !ok || c.ids.isOfAnother(contact.ID, row.Number) {
			continue
		}
		listed := c.list.marks.settle(row.Number, contact, a)
		found = append(found, listed)
		row.Number = 0
		w.left--
		if !listed.ToMark {
			settled = append(settled, listed.Number)
			c.settled.add(outcome.Duplicate)
			c.o.Progress.Settled(outcome.Duplicate)
		}
	}
	written := c.run.SettleListed(found, c.list.standing(s), now())
	if c.o.Settled != nil && len(settled) > 0 { // whoever is told waits for the disk
		c.tell(written, settled...)
		return
	}
	c.list.await(written)
}

// await waits until few pages are left to be written; the list is not read meanwhile. An
// error stays with the ledger, which writes nothing more and gives it when the run is saved.
func (l *listing) await(written <-chan error) {
	l.unwritten = append(l.unwritten, written)
	if len(l.unwritten) == maxUnwritten {
		<-l.unwritten[0]
		l.unwritten = slices.Delete(l.unwritten, 0, 1)
	}
}

// standing is where the listing stands.
func (l *listing) standing(s contactlist.State) ledger.Listing {
	return ledger.Listing{PageSize: s.PageSize, Pages: s.Read, StartedAt: l.began}
}

// finished is a listing that is not repeated for its job.
func (l *listing) finished(s contactlist.State) ledger.Listing {
	at := l.standing(s)
	at.Complete = true
	return at
}
