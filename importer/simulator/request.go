package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Operation is what a request asks for.
type Operation string

// The operations. Other is a route that does not exist.
const (
	Create   Operation = "create"   // POST /v3/contacts
	Lookup   Operation = "lookup"   // GET /v3/contacts with phone
	List     Operation = "list"     // GET /v3/contacts without phone
	Me       Operation = "me"       // GET /v3/me, and GET /v3/sender-profiles
	Retrieve Operation = "retrieve" // GET /v3/contacts/{id}
	Update   Operation = "update"   // PATCH /v3/contacts/{id}
	Delete   Operation = "delete"   // DELETE /v3/contacts/{id}
	Other    Operation = "other"
)

func operationOf(r *http.Request) Operation {
	if contactIn(r) != "" {
		return ofOneContact(r.Method)
	}
	switch {
	case r.URL.Path == "/v3/contacts" && r.Method == http.MethodPost:
		return Create
	case r.URL.Path == "/v3/contacts" && r.Method == http.MethodGet && r.URL.Query().Has("phone"):
		return Lookup
	case r.URL.Path == "/v3/contacts" && r.Method == http.MethodGet:
		return List
	case (r.URL.Path == "/v3/me" || r.URL.Path == senderProfiles) && r.Method == http.MethodGet:
		return Me
	}
	return Other
}

// ofOneContact is what a method asks of /v3/contacts/{id}.
func ofOneContact(method string) Operation {
	switch method {
	case http.MethodGet:
		return Retrieve
	case http.MethodPatch:
		return Update
	case http.MethodDelete:
		return Delete
	}
	return Other
}

// contactIn is the id in the path /v3/contacts/{id}; "" in any other path.
func contactIn(r *http.Request) string {
	id, ok := strings.CutPrefix(r.URL.Path, "/v3/contacts/")
	if !ok || strings.Contains(id, "/") {
		return ""
	}
	return id
}

// Request is what a fault plan and Options.Latency decide on.
type Request struct {
	Ordinal   uint64    // 1 for the first request that the server received; refused ones count
	Operation Operation //
	Account   string    // the account's id
	Profile   string    // the profile in whose scope the request is; "" none
	Phone     string    // the number as sent; that of the contact for Retrieve, Update and Delete; "" for List, Me and an id that is not known
	Key       string    // the Idempotency-Key; "" none
	Sandbox   bool      //
	// Attempt counts the requests of this operation for this number that came
	// as far as the fault plan, over all accounts: 1 for the first. For List and
	// Me it counts the operation.
	Attempt int
	At      time.Time     // arrival, on the server's clock
	Since   time.Duration // from the server's start to arrival
}

// Scope is a set of operations.
type Scope uint8

// The scopes, to be combined with |. The zero Scope is OnCreate|OnLookup.
const (
	OnCreate Scope = 1 << iota
	OnLookup
	OnList
	OnMe
	OnRetrieve
	OnUpdate
	OnDelete
)

const onAll = OnCreate | OnLookup | OnList | OnMe | OnRetrieve | OnUpdate | OnDelete

// scopeNames are the spellings after @ in a fault's text, the longest sets first.
func scopeNames() []struct {
	name  string
	scope Scope
} {
	return []struct {
		name  string
		scope Scope
	}{
		{"all", onAll},
		{"get", OnLookup | OnList | OnMe | OnRetrieve},
		{"post", OnCreate},
		{"lookup", OnLookup},
		{"list", OnList},
		{"me", OnMe},
		{"retrieve", OnRetrieve},
		{"update", OnUpdate},
		{"delete", OnDelete},
	}
}

func (s Scope) covers(op Operation) bool {
	if s == 0 {
		s = OnCreate | OnLookup
	}
	return s&scopeOf(op) != 0
}

// scopeOf is the operation as a set; empty for Other.
func scopeOf(op Operation) Scope {
	switch op {
	case Create:
		return OnCreate
	case Lookup:
		return OnLookup
	case List:
		return OnList
	case Me:
		return OnMe
	case Retrieve:
		return OnRetrieve
	case Update:
		return OnUpdate
	case Delete:
		return OnDelete
	}
	return 0
}

func (s Scope) suffix() string {
	if s == 0 || s == OnCreate|OnLookup {
		return ""
	}
	for _, n := range scopeNames() {
		if n.scope == s {
			return "@" + n.name
		}
	}
	return fmt.Sprintf("@%d", uint8(s))
}

func parseScope(name string) (Scope, bool) {
	for _, n := range scopeNames() {
		if n.name == name {
			return n.scope, true
		}
	}
	return 0, false
}
