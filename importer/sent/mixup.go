package sent

import (
	"errors"
	"net/http"
	"sync"
)

// errRepeated is why an answer is not taken for the answer to its request.
var errRepeated = errors.New("the connection held an answer that came before")

// idsKept is how many ids requestIDs keeps at least, once there were so many: more
// answers than come between two on one connection.
const idsKept = 1000

// requestIDs holds the ids of the last answers. HTTP/1.1 has nothing that ties an
// answer to its request, and net/http takes whatever comes next on a connection. A
// second answer to the request before carries the id of the first. The zero value is
// ready.
type requestIDs struct {
	mu            sync.Mutex
	recent, older map[string]bool // at most idsKept each
}

// repeats records an answer's id, and reports whether an answer before had the same
// one. It reports false for a server that gives all answers one id. It must be called
// before the body is read: after that the next request may have the connection.
func (r *requestIDs) repeats(h http.Header) bool {
	id := identifier(h.Get("X-Request-Id"))
	if id == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	had := r.recent[id] || r.older[id]
	if r.recent == nil || len(r.recent) == idsKept {
		r.recent, r.older = make(map[string]bool), r.recent
	}
	r.recent[id] = true
	return had && len(r.recent)+len(r.older) > 1
}
