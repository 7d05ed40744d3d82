package outcome

// Requests counts the requests to the API by what they were for.
type Requests struct {
	Create      int `json:"create"`       // POST /v3/contacts, repeated ones included
	Lookup      int `json:"lookup"`       // GET of one contact by its number
	List        int `json:"list"`         // GET of a page of contacts
	Me          int `json:"me"`           // GET /v3/me: the account behind the key
	Get         int `json:"get"`          // GET of one contact by its id
	Mark        int `json:"mark"`         // PATCH of a contact that has opted out
	Delete      int `json:"delete"`       // DELETE of a contact, by an undo
	Retries     int `json:"retries"`      // creations beyond the first of a row in a run
	RateLimited int `json:"rate_limited"` // answers 429
}

// Add returns the sum of both.
func (r Requests) Add(o Requests) Requests {
	return Requests{r.Create + o.Create, r.Lookup + o.Lookup, r.List + o.List, r.Me + o.Me, r.Get + o.Get, r.Mark + o.Mark, r.Delete + o.Delete,
		r.Retries + o.Retries, r.RateLimited + o.RateLimited}
}

// Total is the number of requests. Retries and RateLimited are among the
// others and not counted again.
func (r Requests) Total() int { return r.Create + r.Lookup + r.List + r.Me + r.Get + r.Mark + r.Delete }
