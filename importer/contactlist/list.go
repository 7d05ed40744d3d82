// Package contactlist reads the account's list of contacts, page by page: a page is one
// request and shows a hundred contacts.
//
// The list is what it is at each moment: contacts come and go while it is read, and move
// from page to page. Nobody may conclude anything from a contact that was not seen, nor
// from one that was seen twice.
package contactlist

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/gateway"
	"sent-import/importer/outcome"
	"sent-import/importer/sent"
)

const (
	// PageSize is how many contacts a page of the list is asked to have. The largest
	// size is not documented; it is halved when the API refuses it.
	PageSize = 100
	// readers is how many pages are asked for at the same time: a page of a hundred
	// takes a while, and one after the other would leave a part of the rate unused.
	// So many are asked for again, at most, after a kill.
	readers = 8
	// maxMissed is how many pages may get no answer before the list is given up. One
	// contact that the server can't show must not cost the whole list.
	maxMissed = 5
)

// Unreadable reports whether the error means that the list can't be read, while the API
// goes on answering.
func Unreadable(err error) bool {
	return errors.Is(err, gateway.ErrNoList) || errors.Is(err, gateway.ErrNoAnswer)
}

// Refused returns the answer with which the API refuses to show the list; ok is false
// if the error is something else.
func Refused(err error) (answer string, ok bool) {
	refusal, ok := errors.AsType[*gateway.ListRefusal](err)
	if ok {
		answer = refusal.Answer
	}
	return answer, ok
}

// Options say how the list is read.
type Options struct {
	Gateway *gateway.Gateway
	From    int // the page that is read first, counted from 1
	Size    int // contacts that a page is asked for; PageSize, or what an earlier run has found
	// AccountKnown says that the API has told the account, once: when a page gets no
	// answer, that question tells whether it is the page's own trouble or an outage.
	AccountKnown bool
}

// List reads the pages.
//
//	Open (the first page: how many contacts are there?) → Each (the rest, some pages at a time) → visit
//
// It ends whatever the API says: with the pages that the first answer made out and a
// tenth more, if it gave a number of contacts; with most pages in any case; and with an
// empty one.
type List struct {
	o     Options
	size  int
	from  int
	first sent.Answer // the page from
	tried int         // sizes of a page

	mu       sync.Mutex
	told     bool         // the API has told how many contacts the account has
	contacts int          // that it told last
	toldBy   int          // the page that it told it with, the highest so far: answers may overtake each other
	bound    int          // no page after this one is asked for, whatever the API tells
	end      int          // the last page, as far as is known
	read     int          // pages up to this one have been read or missed
	ahead    map[int]bool // and these beyond it
	missed   int          // pages without an answer
	ended    bool         // nothing more is asked for
}

// New returns a list of which no page has been read.
func New(o Options) *List {
	return &List{o: o, from: o.From, size: o.Size, read: o.From - 1, ahead: make(map[int]bool)}
}

// AnySize and NoEnd leave the size of a page and the end of the list to the API.
const (
	AnySize = math.MaxInt
	NoEnd   = math.MaxInt
)

// Open reads the first page, with mostSizes sizes of a page at most, and finds out how
// many contacts there are. most is the last page to read, whatever the API tells.
// Errors: those of Unreadable, and why the run stops.
func (l *List) Open(mostSizes, most int) error {
	for l.tried = 1; ; l.tried++ {
		a, err := l.page(l.from)
		switch {
		case err == nil:
			l.measure(a, most)
			return nil
		case !errors.Is(err, gateway.ErrPageSize):
			return fmt.Errorf("list the contacts: %w", err)
		case l.size == 1 || l.tried >= mostSizes:
			return gateway.ErrNoList
		}
		l.size /= 2
		l.from, l.read = 1, 0 // pages of another size begin elsewhere
	}
}

// page reads one page. When it gets no answer, a question that has nothing to do with
// the list tells whether that is its own trouble or an outage; after an outage it is
// asked for again. Where that question has never been answered, or the API has served
// nothing in this run, the creations tell.
func (l *List) page(number int) (sent.Answer, error) {
	g := l.o.Gateway
	for {
		before := g.OutageState().Count
		a, err := g.Page(number, l.size)
		if !errors.Is(err, gateway.ErrNoAnswer) || !l.o.AccountKnown {
			return a, err
		}
		if !g.HasServed() {
			if _, _, stop := g.Account(); stop != nil && !errors.Is(stop, gateway.ErrNoAnswer) {
				return a, stop
			}
			return a, err
		}
		if err := g.ConfirmAccount(); err != nil {
			return a, err
		}
		if g.OutageState().Count == before {
			return a, err
		}
	}
}

// measure learns what the first page tells about the whole. has_more and
// total_pages are believed only where total_count is missing.
func (l *List) measure(a sent.Answer, most int) {
	l.first = a
	before, n := (l.from-1)*l.size, len(a.Contacts)
	switch p := a.Pagination; {
	case p != nil && p.TotalCount > 0:
		l.told, l.contacts = true, max(total(p), before+n)
	case n < l.size && (p == nil || !p.HasMore):
		l.told, l.contacts = true, before+n
	}
	if n > 0 && n < l.size && l.told && before+n < l.contacts && l.from == 1 {
		l.size = n // the server gives smaller pages than it is asked for
	}
	if !l.told {
		l.bound, l.end = most, most
		return
	}
	pages := l.pages()
	l.bound = min(pages+pages/10+10, most)
	l.end = max(min(pages, l.bound), l.from)
}

// mostContacts is more than there can be numbers in E.164, which have 15 digits
// at most. What the API tells is not believed beyond it.
const mostContacts = 1_000_000_000_000_000

// total is how many contacts the API tells, within reason.
func total(p *sent.Pagination) int { return min(p.TotalCount, mostContacts) }

// State is how far the reading of a list is.
type State struct {
	PageSize int  // contacts that a page is asked for
	From     int  // the page that was read first
	Sizes    int  // sizes of a page that were tried
	Read     int  // pages up to this one have been read or missed
	Left     int  // pages that are still to be read
	Told     bool // the API has told how many contacts there are
	Contacts int  // in the account, and the pages that they make; 0 unless Told
	Pages    int
	Unread   int  // pages that the list has, as far as the API tells, beyond those that are read
	Missed   int  // pages without an answer
	Whole    bool // every page has been read or missed
}

// State returns how far the reading is.
func (l *List) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state()
}

// state is State with mu held.
func (l *List) state() State {
	s := State{
		PageSize: l.size, From: l.from, Sizes: l.tried, Read: l.read,
		Told: l.told, Missed: l.missed, Whole: !l.ended && l.read >= l.end,
	}
	if l.told {
		s.Contacts, s.Pages = l.contacts, l.pages()
		s.Unread = max(0, s.Pages-max(l.bound, l.from))
	}
	if !l.ended {
		s.Left = max(0, l.end-max(l.read+len(l.ahead), l.from))
	}
	return s
}

// pages is how many pages the contacts make.
func (l *List) pages() int { return (l.contacts + l.size - 1) / l.size }

// StopAfterFirst leaves it at the page that has been read.
func (l *List) StopAfterFirst() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// Visit is given the answer to a page, and the state with it. It is never called by two
// goroutines at once; false from it ends the reading.
type Visit func(a sent.Answer, s State) bool

// Each visits the first page and reads and visits the others. The error
// says why the run stops, or is one of Unreadable: so many pages got no answer that
// the rest was not asked for.
func (l *List) Each(visit Visit) error {
	if err := l.take(l.from, l.first, nil, visit); err != nil {
		return err
	}
	pool := new(errgroup.Group)
	pool.SetLimit(readers)
	if !l.told {
		pool.SetLimit(1) // each page tells whether there is another
	}
	for number := l.from + 1; l.wants(number); number++ {
		pool.Go(func() error {
			if !l.wants(number) { // no longer, since this one's turn has come
				return nil
			}
			a, err := l.page(number)
			return l.take(number, a, err, visit)
		})
	}
	return pool.Wait()
}

func (l *List) wants(number int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.ended && number <= l.end
}

// take takes the answer to a page.
func (l *List) take(number int, a sent.Answer, err error, visit Visit) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended && err != nil {
		return nil // others have said why
	}
	switch {
	case isRefusal(err), err != nil && !Unreadable(err) && !errors.Is(err, gateway.ErrPageSize):
		l.ended = true // the next run continues with this page
		return err
	case err != nil:
		if l.missed++; l.missed > maxMissed {
			l.ended = true
			return gateway.ErrNoAnswer
		}
	default:
		l.learnEnd(number, a)
	}
	l.ahead[number] = true
	for l.ahead[l.read+1] {
		delete(l.ahead, l.read+1)
		l.read++
	}
	if err == nil && !visit(a, l.state()) {
		l.ended = true
	}
	return nil
}

// learnEnd learns what a page tells about the end of the list.
func (l *List) learnEnd(number int, a sent.Answer) {
	p := a.Pagination
	switch {
	case len(a.Contacts) == 0:
		l.end, l.bound = min(l.end, number), number
	case !l.told && len(a.Contacts) < l.size && (p == nil || !p.HasMore):
		l.end = min(l.end, number)
	case l.told && p != nil && p.TotalCount > 0 && number >= l.toldBy:
		l.contacts, l.toldBy = total(p), number
		l.end = max(l.from, min(l.pages(), l.bound))
	}
}

func isRefusal(err error) bool { _, ok := Refused(err); return ok }

// Own are the contacts of a page that the account itself has, with the
// digits of their numbers. One is passed over if it is inherited, has no id or
// no number, names two numbers, or shares its id with another of the page.
func Own(a sent.Answer) iter.Seq2[uint64, sent.Contact] {
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
		return outcome.ParseE164(c.PhoneNumber)
	}
	digits, ok := outcome.ParseE164(c.FormatE164)
	other, isE164 := outcome.ParseE164(c.PhoneNumber)
	return digits, ok && (!isE164 || other == digits)
}
