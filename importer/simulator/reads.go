package simulator

import (
	"fmt"
	"net/http"
	"strconv"
)

// list answers GET /v3/contacts?page=1&page_size=N.
func (x *exchange) list() answer {
	number, size, bad := x.paging()
	if bad.status != 0 {
		return bad
	}
	if !x.work() {
		return answer{form: formAbort}
	}
	read := x.space().page
	if x.s.o.NewestFirst {
		read = x.space().newestPage
	}
	contacts, total := read((number-1)*size, size)
	return answer{status: http.StatusOK, form: formContacts, page: &page{contacts, number, size, total}}
}

// lookup answers GET /v3/contacts?page=1&page_size=1&phone=…: the one contact
// (on page 1, whatever page is asked for), or 404.
func (x *exchange) lookup() answer {
	if _, _, bad := x.paging(); bad.status != 0 {
		return bad
	}
	if !x.s.acceptable(x.req.Phone) && !x.s.rejected[x.req.Phone] {
		a := invalid("VALIDATION_002", "phone", "must be a valid number in E.164 format")
		a.status = x.s.o.InvalidStatus
		return a
	}
	if !x.work() {
		return answer{form: formAbort}
	}
	c := x.space().get(x.req.Phone)
	if c == nil {
		return noContact()
	}
	x.rec.ContactID = c.id
	if x.s.o.LookupSingle {
		return withContact(http.StatusOK, c)
	}
	return answer{status: http.StatusOK, form: formContacts, page: &page{[]*contact{c}, 1, 1, 1}}
}

func (x *exchange) space() *space { return x.s.space(scope{x.req.Account, x.req.Profile}) }

// maxPages keeps page × page_size inside an int of 32 bits.
const maxPages = 1 << 20

func (x *exchange) paging() (number, size int, bad answer) {
	number, bad = x.whole("page", maxPages)
	if bad.status != 0 {
		return 0, 0, bad
	}
	size, bad = x.whole("page_size", x.s.o.PageSizeMax)
	return number, size, bad
}

// whole reads a required whole number, from 1 to largest, of the query.
func (x *exchange) whole(field string, largest int) (int, answer) {
	text := x.r.URL.Query().Get(field)
	if text == "" {
		return 0, invalid("VALIDATION_004", field, "is required")
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalid("VALIDATION_001", field, "must be a whole number")
	}
	if n < 1 || n > largest {
		return 0, invalid("VALIDATION_005", field, fmt.Sprintf("must be between 1 and %d", largest))
	}
	return n, answer{}
}
