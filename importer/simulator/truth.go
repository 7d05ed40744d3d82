package simulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Truth is what the accounts hold and what happened, at one moment.
type Truth struct {
	Contacts []Contact `json:"contacts"` // the live ones, by account, profile and order of creation
	Requests []Record  `json:"requests"` // by ordinal; see Options.History
	Dropped  int64     `json:"dropped"`  // requests that are counted but no longer in Requests
	Stats    Stats     `json:"stats"`
}

// Contact is one contact of an account.
type Contact struct {
	ID        string     `json:"id"`
	Account   string     `json:"account"`
	Profile   string     `json:"profile"` // "" none
	Phone     string     `json:"phone"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt *time.Time `json:"updated_at"` // nil: never
	Inherited bool       `json:"inherited"`
	OptOut    bool       `json:"opt_out"`
	// Key, RequestID and Ordinal are those of the request that created or
	// restored it last; empty and 0 if no request did.
	Key       string `json:"key"`
	RequestID string `json:"request_id"`
	Ordinal   uint64 `json:"ordinal"`
	// Commits is how many requests created or restored it: 0 for one that was
	// there from the start.
	Commits int `json:"commits"`
}

// Record is the history of one request.
type Record struct {
	Ordinal   uint64    `json:"ordinal"`
	At        time.Time `json:"at"` // arrival
	Operation Operation `json:"operation"`
	Account   string    `json:"account"` // "" if the key is not good
	Profile   string    `json:"profile"`
	Phone     string    `json:"phone"`
	Key       string    `json:"key"`
	Sandbox   bool      `json:"sandbox"`
	Attempt   int       `json:"attempt"`    // see Request; 0 if it never came to the fault plan
	Fault     string    `json:"fault"`      // "" none
	Status    int       `json:"status"`     // as sent; 0: no answer was sent
	Code      string    `json:"code"`       // error.code as sent
	Committed bool      `json:"committed"`  // this request created, restored, changed or deleted the contact
	Replayed  bool      `json:"replayed"`   // from the idempotency cache
	ContactID string    `json:"contact_id"` // the true one, of a committed or found contact
	RequestID string    `json:"request_id"`
}

// ByPhone returns the contacts of an account and profile by their number.
func (t Truth) ByPhone(account, profile string) map[string]Contact {
	m := map[string]Contact{}
	for _, c := range t.Contacts {
		if c.Account == account && c.Profile == profile {
			m[c.Phone] = c
		}
	}
	return m
}

// OfPhone returns the requests for a number, oldest first.
func (t Truth) OfPhone(phone string) []Record {
	return t.where(func(r Record) bool { return r.Phone == phone })
}

// OfKey returns the requests with an idempotency key, oldest first.
func (t Truth) OfKey(key string) []Record {
	return t.where(func(r Record) bool { return r.Key == key })
}

func (t Truth) where(keep func(Record) bool) []Record {
	return slices.DeleteFunc(slices.Clone(t.Requests), func(r Record) bool { return !keep(r) })
}

// Truth returns a deep copy. A request is in Requests before its client can see
// the answer (or the reset); of a request that is still executing only the commit
// shows.
func (s *Server) Truth() Truth {
	t := Truth{Contacts: s.contacts(), Stats: s.Stats()}
	t.Requests, t.Dropped = s.history.copy()
	return t
}

func (s *Server) contacts() []Contact {
	contacts := []Contact{}
	for _, sp := range s.sortedSpaces() {
		for _, c := range sp.all() {
			contacts = append(contacts, sp.public(c))
		}
	}
	return contacts
}

func (s *Server) sortedSpaces() []*space {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.spaces), func(a, b *space) int {
		return cmp.Or(strings.Compare(a.scope.account, b.scope.account), strings.Compare(a.scope.profile, b.scope.profile))
	})
}

func (sp *space) public(c *contact) Contact {
	p := Contact{
		ID: c.id, Account: sp.scope.account, Profile: sp.scope.profile, Phone: c.phone, CreatedAt: c.created,
		Inherited: c.inherited, OptOut: c.optOut, Key: c.key, RequestID: c.requestID, Ordinal: c.ordinal, Commits: c.commits,
	}
	if !c.updated.IsZero() {
		updated := c.updated
		p.UpdatedAt = &updated
	}
	return p
}

// history remembers requests, up to a number.
type history struct {
	most    int
	mu      sync.Mutex
	records []Record
	dropped int64
}

func (h *history) add(r Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.records) >= h.most {
		h.dropped++
		return
	}
	h.records = append(h.records, r)
}

func (h *history) copy() ([]Record, int64) {
	h.mu.Lock()
	records, dropped := append([]Record{}, h.records...), h.dropped
	h.mu.Unlock()
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	return records, dropped
}
