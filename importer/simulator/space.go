package simulator

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// contact is one version of a contact. It is never changed, only replaced.
type contact struct {
	id, phone        string
	created, updated time.Time // updated is zero for null
	deleted          bool
	inherited        bool
	optOut           bool
	channel          string // default_channel; "": sms
	key              string // the Idempotency-Key of the request that created or restored it
	requestID        string // of that request; "" for a contact that was there from the start
	ordinal          uint64 // of that request
	commits          int    // how many requests have created or restored it
}

// live reports whether there is a contact that is not deleted.
func (c *contact) live() bool { return c != nil && !c.deleted }

// scope names a space: a number is unique per account and profile.
type scope struct{ account, profile string }

// space is what one account, or one profile of it, holds.
type space struct {
	scope   scope
	mu      sync.Mutex
	byPhone map[string]*contact
	phones  map[string]string // of all contacts that there have been, by their ids
	order   []string          // the numbers of the live contacts, oldest creation first
}

// put replaces the number's contact by the result of change, which gets the
// present one (nil: none) and returns nil to keep it. put returns what the space
// holds now, and whether it was replaced.
func (sp *space) put(phone string, change func(old *contact) *contact) (*contact, bool) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	old := sp.byPhone[phone]
	c := change(old)
	if c == nil {
		return old, false
	}
	sp.byPhone[phone], sp.phones[c.id] = c, phone
	switch {
	case c.live() && !old.live():
		sp.order = append(sp.order, phone)
	case old.live() && !c.live():
		sp.order = slices.DeleteFunc(sp.order, func(p string) bool { return p == phone })
	}
	return c, true
}

// get returns the number's live contact, or nil.
func (sp *space) get(phone string) *contact {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if c := sp.byPhone[phone]; c.live() {
		return c
	}
	return nil
}

// phoneOf returns the number of the contact that has or had the id; "" where none
// ever had.
func (sp *space) phoneOf(id string) string {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.phones[id]
}

// all returns the live contacts, oldest creation first.
func (sp *space) all() []*contact {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.between(0, len(sp.order))
}

// size is the number of live contacts.
func (sp *space) size() int {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return len(sp.order)
}

// page returns count live contacts from offset on, oldest creation first, and
// the number of all.
func (sp *space) page(offset, count int) ([]*contact, int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	total := len(sp.order)
	return sp.between(min(offset, total), min(offset+count, total)), total
}

// newestPage is page with the newest creation first.
func (sp *space) newestPage(offset, count int) ([]*contact, int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	total := len(sp.order)
	contacts := sp.between(total-min(offset+count, total), total-min(offset, total))
	slices.Reverse(contacts)
	return contacts, total
}

// between returns the live contacts number from to until. sp.mu is held.
func (sp *space) between(from, until int) []*contact {
	contacts := make([]*contact, 0, until-from)
	for _, phone := range sp.order[from:until] {
		contacts = append(contacts, sp.byPhone[phone])
	}
	return contacts
}

// anyOther returns the oldest contact with another number, or nil.
func (sp *space) anyOther(phone string) *contact {
	contacts, _ := sp.page(0, 2)
	for _, c := range contacts {
		if c.phone != phone {
			return c
		}
	}
	return nil
}

// space returns the space of a scope.
func (s *Server) space(sc scope) *space {
	s.mu.Lock()
	defer s.mu.Unlock()
	sp := s.spaces[sc]
	if sp == nil {
		sp = s.newSpace(sc)
		s.spaces[sc] = sp
	}
	return sp
}

// openSpaces makes the spaces of all known accounts and profiles, so that the
// truth shows their contacts before the first request.
func (s *Server) openSpaces() {
	keys := slices.Collect(maps.Keys(s.o.Keys))
	if len(keys) == 0 {
		keys = []string{"any"}
	}
	for _, key := range keys {
		a, _ := s.account(key)
		s.space(scope{a.ID, a.Profile})
		if a.Profile != "" {
			continue // such a key reaches its own profile only
		}
		for _, profile := range a.Profiles {
			s.space(scope{a.ID, profile})
		}
	}
}

// age is the age of the contacts that are there from the start.
const age = 30 * 24 * time.Hour

// newSpace makes a space with the contacts that the options put there.
func (s *Server) newSpace(sc scope) *space {
	sp := &space{scope: sc, byPhone: map[string]*contact{}, phones: map[string]string{}}
	optedOut := make(map[string]bool, len(s.o.OptedOut))
	for _, phone := range s.o.OptedOut {
		optedOut[phone] = true
	}
	for _, initial := range []struct {
		phones []string
		as     contact
	}{
		{s.o.Existing, contact{}},
		{s.o.Deleted, contact{deleted: true}},
		{s.o.Inherited, contact{inherited: true}},
	} {
		for _, phone := range initial.phones {
			c := initial.as
			c.optOut = optedOut[phone]
			c.id, c.phone, c.created = s.uuid("contact", sc.account, sc.profile, phone), phone, s.start.Add(-age)
			sp.put(phone, func(*contact) *contact { return &c })
		}
	}
	return sp
}
