package simulator

import (
	"hash/maphash"
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
	key              string // the Idempotency-Key of the request that created or restored it
	requestID        string // of that request; "" for a contact that was there from the start
	ordinal          uint64 // of that request
	commits          int    // how many requests have created or restored it
}

// scope names a space: uniqueness is per account and profile.
type scope struct{ account, profile string }

// shards is how many locks share a map. 64 is far more than there are cores.
const shards = 64

// space is what one account, or one profile of it, holds.
type space struct {
	scope
	hash   maphash.Seed
	shards [shards]struct {
		sync.Mutex
		byPhone map[string]*contact
	}
	mu    sync.RWMutex
	order []string // the live contacts' numbers, in the order of creation
}

func newSpace(sc scope) *space {
	sp := &space{scope: sc, hash: maphash.MakeSeed()}
	for i := range sp.shards {
		sp.shards[i].byPhone = map[string]*contact{}
	}
	return sp
}

// put replaces the number's contact by what change makes of the present one
// (nil: there is none). change returns nil to leave it. The result is what the
// space holds now, and whether it was replaced.
func (sp *space) put(phone string, change func(old *contact) *contact) (*contact, bool) {
	sh := &sp.shards[maphash.String(sp.hash, phone)%shards]
	sh.Lock()
	defer sh.Unlock()
	old := sh.byPhone[phone]
	c := change(old)
	if c == nil {
		return old, false
	}
	sh.byPhone[phone] = c
	sp.reorder(phone, old != nil && !old.deleted, !c.deleted)
	return c, true
}

// reorder keeps the list at the live contacts. The caller holds the shard.
func (sp *space) reorder(phone string, was, is bool) {
	if was == is {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if is {
		sp.order = append(sp.order, phone)
		return
	}
	sp.order = slices.DeleteFunc(sp.order, func(p string) bool { return p == phone })
}

// get is the number's live contact, or nil.
func (sp *space) get(phone string) *contact {
	sh := &sp.shards[maphash.String(sp.hash, phone)%shards]
	sh.Lock()
	defer sh.Unlock()
	if c := sh.byPhone[phone]; c != nil && !c.deleted {
		return c
	}
	return nil
}

// page is count live contacts from offset on, and how many there are in all.
func (sp *space) page(offset, count int, newestFirst bool) ([]*contact, int) {
	sp.mu.RLock()
	total := len(sp.order)
	from, to := min(offset, total), min(offset+count, total)
	if newestFirst {
		from, to = total-to, total-from
	}
	phones := slices.Clone(sp.order[from:to])
	sp.mu.RUnlock()
	if newestFirst {
		slices.Reverse(phones)
	}
	contacts := make([]*contact, 0, len(phones))
	for _, p := range phones {
		if c := sp.get(p); c != nil {
			contacts = append(contacts, c)
		}
	}
	return contacts, total
}

// anyOther is the oldest contact with another number, or nil.
func (sp *space) anyOther(phone string) *contact {
	contacts, _ := sp.page(0, 2, false)
	for _, c := range contacts {
		if c.phone != phone {
			return c
		}
	}
	return nil
}

// space finds the space of a scope; a new one holds the contacts that the
// options put there from the start.
func (s *Server) space(sc scope) *space {
	if sp, ok := s.spaces.Load(sc); ok {
		return sp.(*space)
	}
	s.spacesMu.Lock()
	defer s.spacesMu.Unlock()
	if sp, ok := s.spaces.Load(sc); ok {
		return sp.(*space)
	}
	sp := newSpace(sc)
	s.furnish(sp)
	s.spaces.Store(sc, sp)
	return sp
}

// openSpaces makes the spaces of all known accounts and profiles, so that the
// truth shows what they hold before the first request.
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

// age is how old the contacts are that are there from the start.
const age = 30 * 24 * time.Hour

func (s *Server) furnish(sp *space) {
	add := func(phones []string, deleted, inherited bool) {
		for _, phone := range phones {
			sp.put(phone, func(*contact) *contact {
				return &contact{
					id: s.uuid("contact", sp.account, sp.profile, phone), phone: phone,
					created: s.start.Add(-age), deleted: deleted, inherited: inherited,
				}
			})
		}
	}
	add(s.o.Existing, false, false)
	add(s.o.Deleted, true, false)
	add(s.o.Inherited, false, true)
}
