package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/sent"
)

const (
	// listPage is how many contacts a page of the list is asked to have. The
	// largest size is not documented; it is halved when the API refuses it.
	listPage = 100
	// listReaders is how many pages are asked for at the same time: a page of a
	// hundred takes a while, and one after the other would leave a part of the
	// rate unused. So many are asked for again, at most, after a kill.
	listReaders = 8
	// maxMissed is how many pages may get no answer before the list is given up.
	// One contact that the server can't show must not cost the whole list.
	maxMissed = 5
)

var (
	errNoList   = errors.New("the API gives no list of contacts")
	errPageSize = errors.New("the API refuses the size of a page")
)

// listRefusal is an errNoList of an API that refuses to show the list.
type listRefusal struct{ answer string } // its status and code

func (e *listRefusal) Error() string { return errNoList.Error() + ": it answers " + e.answer }
func (e *listRefusal) Unwrap() error { return errNoList }

func isListRefusal(err error) bool {
	_, ok := errors.AsType[*listRefusal](err)
	return ok
}

// noList reports whether the error means that the list can't be read, while
// the API goes on answering.
func noList(err error) bool { return errors.Is(err, errNoList) || errors.Is(err, errNoAnswer) }

// listing reads the account's list of contacts, page by page.
//
//	open (page 1: how many are there?) → read (the rest, some pages at a time) → visit
//
// The list is what it is at each moment: contacts come and go while it is read,
// and move from page to page. Nobody may conclude from a contact that was not
// seen, nor from one that was seen twice. It ends whatever the API says: with
// the pages that the first answer made out and a tenth more, if it gave a number
// of contacts; with most pages in any case; and with an empty one.
type listing struct {
	*caller
	size  int         // contacts that a page is asked for
	from  int         // the page that is read first
	first sent.Answer // it
	tried int         // sizes of a page

	mu       sync.Mutex
	contacts int          // in the account, as the API told last; -1: it does not tell
	toldBy   int          // the page that it told it with, the highest so far: answers may overtake each other
	bound    int          // no page after this one is asked for, whatever the API tells
	end      int          // the last page, as far as is known
	read     int          // pages up to this one have been read or missed
	ahead    map[int]bool // and these beyond it
	missed   int          // pages without an answer
	ended    bool         // nothing more is asked for
}

// newListing returns a listing that begins with page from, in pages of size
// contacts.
func newListing(c *caller, from, size int) *listing {
	return &listing{caller: c, from: from, size: size, read: from - 1, contacts: -1, ahead: make(map[int]bool)}
}

// open reads the first page, with mostSizes sizes of a page at most, and finds
// out how many contacts there are. most is the last page to read, whatever the
// API tells. Errors: those of noList, and read's reasons to stop.
func (g *listing) open(mostSizes, most int) error {
	for g.tried = 1; ; g.tried++ {
		a, err := g.page(g.from)
		switch {
		case err == nil:
			g.measure(a, most)
			return nil
		case !errors.Is(err, errPageSize):
			return err
		case g.size == 1 || g.tried >= mostSizes:
			return errNoList
		}
		g.size /= 2
		g.from, g.read = 1, 0 // pages of another size begin elsewhere
	}
}

// page reads one page. When it gets no answer, a question that has nothing to
// do with the list tells whether that is its own trouble or an outage; after an
// outage it is asked for again. Where that question has never been answered, or
// the API has served nothing in this run, the creations tell.
func (g *listing) page(number int) (sent.Answer, error) {
	for {
		_, before := g.health.state()
		a, err := g.ask(number)
		if !errors.Is(err, errNoAnswer) || !g.account.known {
			return a, err
		}
		if !g.met.hasServed() {
			if _, _, stop := g.findAccount(); stop != nil {
				return a, stop
			}
			return a, err
		}
		if err := g.askAccount(); err != nil {
			return a, err
		}
		if _, after := g.health.state(); after == before {
			return a, err
		}
	}
}

// ask asks for a page.
func (g *listing) ask(number int) (sent.Answer, error) {
	read := g.caller.read
	if !g.met.hasServed() {
		read = g.readBriefly
	}
	a, err := read(aside(noRow), &g.requests.list,
		func(ctx context.Context) sent.Answer { return g.client.List(ctx, number, g.size) }, tellsPage)
	switch {
	case err != nil:
		return a, fmt.Errorf("list the contacts: %w", err)
	case refusesThis(a):
		return a, &listRefusal{strings.TrimSpace(fmt.Sprint(a.Status, " ", a.Code))}
	}
	switch sent.ClassifyRead(a).Kind {
	case sent.Rejected:
		return a, errPageSize
	case sent.Absent:
		return a, errNoList
	}
	return a, nil
}

// tellsPage reports whether the answer is the API's word on a page.
func tellsPage(a sent.Answer) bool {
	switch sent.ClassifyRead(a).Kind {
	case sent.Answered:
		return a.Listed
	case sent.Absent:
		return a.Envelope
	case sent.Rejected:
		return true
	}
	return refusesThis(a)
}

// measure takes in what the first page tells about the whole. has_more and
// total_pages are believed only where total_count is missing.
func (g *listing) measure(a sent.Answer, most int) {
	g.first = a
	before, n := (g.from-1)*g.size, len(a.Contacts)
	switch p := a.Pagination; {
	case p != nil && p.TotalCount > 0:
		g.contacts = max(total(p), before+n)
	case n < g.size && (p == nil || !p.HasMore):
		g.contacts = before + n
	}
	if n > 0 && n < g.size && before+n < g.contacts && g.from == 1 {
		g.size = n // the server gives smaller pages than it is asked for
	}
	if g.contacts < 0 {
		g.bound, g.end = most, most
		return
	}
	pages := g.pages()
	g.bound = min(pages+pages/10+10, most)
	g.end = max(min(pages, g.bound), g.from)
}

// mostContacts is more than there can be numbers in E.164, which have 15 digits
// at most. What the API tells is not believed beyond it.
const mostContacts = 1_000_000_000_000_000

// total is how many contacts the API tells, within reason.
func total(p *sent.Pagination) int { return min(p.TotalCount, mostContacts) }

// unread is how many pages the list has, as far as the API tells, that are not
// read for the bound.
func (g *listing) unread() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.told() {
		return 0
	}
	return max(0, g.pages()-max(g.bound, g.from))
}

// told reports whether the API has told how many contacts there are.
func (g *listing) told() bool { return g.contacts >= 0 }

// pages is how many pages the contacts make.
func (g *listing) pages() int { return (g.contacts + g.size - 1) / g.size }

// left is how many pages are still to read, beside the first.
func (g *listing) left() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pagesLeft()
}

// pagesLeft is left with the lock held, as it is in a visit.
func (g *listing) pagesLeft() int {
	if g.ended {
		return 0
	}
	return max(0, g.end-max(g.read+len(g.ahead), g.from))
}

// stopAfterFirst leaves it at the page that has been read.
func (g *listing) stopAfterFirst() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
}

// whole reports whether every page has been read or missed.
func (g *listing) whole() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.ended && g.read >= g.end
}

// each visits the first page and reads and visits the others. visit is never
// called by two goroutines at once; false from it ends the listing. The error
// says why the run stops, or is one of noList: so many pages got no answer that
// the rest was not asked for.
func (g *listing) each(visit func(sent.Answer) bool) error {
	if err := g.take(g.from, g.first, nil, visit); err != nil {
		return err
	}
	pool := new(errgroup.Group)
	pool.SetLimit(listReaders)
	if !g.told() {
		pool.SetLimit(1) // each page tells whether there is another
	}
	for number := g.from + 1; g.wants(number); number++ {
		pool.Go(func() error {
			if !g.wants(number) { // no longer, since this one's turn has come
				return nil
			}
			a, err := g.page(number)
			return g.take(number, a, err, visit)
		})
	}
	return pool.Wait()
}

func (g *listing) wants(number int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.ended && number <= g.end
}

// take takes in the answer to a page.
func (g *listing) take(number int, a sent.Answer, err error, visit func(sent.Answer) bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended && err != nil {
		return nil // others have said why
	}
	switch {
	case isListRefusal(err), err != nil && !noList(err) && !errors.Is(err, errPageSize):
		g.ended = true // the next run goes on with this page
		return err
	case err != nil:
		if g.missed++; g.missed > maxMissed {
			g.ended = true
			return errNoAnswer
		}
	default:
		g.learnEnd(number, a)
	}
	g.ahead[number] = true
	for g.ahead[g.read+1] {
		delete(g.ahead, g.read+1)
		g.read++
	}
	if err == nil && !visit(a) {
		g.ended = true
	}
	return nil
}

// learnEnd takes in what a page tells about the end of the list.
func (g *listing) learnEnd(number int, a sent.Answer) {
	p := a.Pagination
	switch {
	case len(a.Contacts) == 0:
		g.end, g.bound = min(g.end, number), number
	case !g.told() && len(a.Contacts) < g.size && (p == nil || !p.HasMore):
		g.end = min(g.end, number)
	case g.told() && p != nil && p.TotalCount > 0 && number >= g.toldBy:
		g.contacts, g.toldBy = total(p), number
		g.end = max(g.from, min(g.pages(), g.bound))
	}
}

// ownContacts are the contacts of a page that the account itself has, with the
// digits of their numbers. One is passed over if it is inherited, has no id or
// no number, names two numbers, or shares its id with another of the page.
func ownContacts(a sent.Answer) iter.Seq2[uint64, sent.Contact] {
	return func(yield func(uint64, sent.Contact) bool) {
		ids := make(map[string]int, len(a.Contacts))
		for _, c := range a.Contacts {
			ids[c.ID]++
		}
		for _, c := range a.Contacts {
			digits, ok := digitsOfContact(c)
			if !ok || c.Inherited || c.ID == "" || ids[c.ID] > 1 {
				continue
			}
			if !yield(digits, c) {
				return
			}
		}
	}
}

// digitsOfContact are the digits of the contact's number in E.164. A contact
// whose phone_number is another one in E.164 has none.
func digitsOfContact(c sent.Contact) (uint64, bool) {
	if c.FormatE164 == "" {
		return parseE164(c.PhoneNumber)
	}
	digits, ok := parseE164(c.FormatE164)
	other, isE164 := parseE164(c.PhoneNumber)
	return digits, ok && (!isE164 || other == digits)
}

// parseE164 reads a number that stands exactly as E.164 has it: "+", and up to
// 15 digits of which the first is not 0.
func parseE164(s string) (uint64, bool) {
	if len(s) < 2 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:], 10, 64)
	return n, err == nil
}

// digitsOf is an E.164 number of ours as a number: at most 15 digits, so it fits.
func digitsOf(e164 string) uint64 {
	n, ok := parseE164(e164)
	if !ok {
		panic("importer: not an E.164 number")
	}
	return n
}

// e164Of is the number that the digits are of.
func e164Of(digits uint64) string { return "+" + strconv.FormatUint(digits, 10) }

// anySize and noEnd leave a listing's beginning and end to the API.
const (
	anySize = math.MaxInt
	noEnd   = math.MaxInt
)
