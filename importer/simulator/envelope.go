package simulator

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// form is the kind of body that an answer has.
type form int

const (
	formError    form = iota // the envelope with error
	formContact              // the envelope with a contact as data
	formContacts             // the envelope with data.contacts and data.pagination
	formData                 // the envelope with other JSON as data
	formRaw                  // raw, of rawType
	formEmpty                // no body
	formAbort                // no answer at all: the connection is cut
)

// answer is what a request gets, before it is written. The cache keeps answers,
// so an answer is never changed in place.
type answer struct {
	status     int
	form       form
	code       string              // formError
	message    string              // formError
	details    map[string][]string // formError; nil: null
	contact    *contact            // formContact
	badDate    bool                // formContact, formContacts: created_at is no time
	page       *page               // formContacts
	data       json.RawMessage     // formData
	raw        string              // formRaw
	rawType    string              // formRaw: the Content-Type
	retryAfter string              // a header; "" none
	location   string              // a header; "" none
	requestID  string              // meta.request_id; "" the request's own
	at         time.Time           // meta.timestamp; zero: now
	replayed   bool                // from the idempotency cache
}

// page is a part of a list.
type page struct {
	contacts            []*contact
	number, size, total int
}

func failure(status int, code, message string) answer {
	return answer{status: status, code: code, message: message}
}

// invalid is a refusal that names a field.
func invalid(code, field, message string) answer {
	a := failure(http.StatusBadRequest, code, "The request is not valid")
	a.details = map[string][]string{field: {message}}
	return a
}

func withContact(status int, c *contact) answer {
	return answer{status: status, form: formContact, contact: c}
}

// seconds is a Retry-After: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

// The types below are the API's JSON, with their fields in the documented order.

type envelope struct {
	Success bool         `json:"success"`
	Data    any          `json:"data"`
	Error   *errorJSON   `json:"error"`
	Meta    envelopeMeta `json:"meta"`
}

type envelopeMeta struct {
	RequestID string `json:"request_id"`
	Timestamp string `json:"timestamp"`
	Version   string `json:"version"`
}

type errorJSON struct {
	Code    string              `json:"code"`
	Message string              `json:"message"`
	Details map[string][]string `json:"details"`
	DocURL  string              `json:"doc_url"`
}

type contactJSON struct {
	ID            string  `json:"id,omitempty"`
	Phone         string  `json:"phone_number"`
	E164          string  `json:"format_e164"`
	International string  `json:"format_international"`
	National      string  `json:"format_national"`
	RFC3966       string  `json:"format_rfc"`
	CallingCode   string  `json:"country_code"`
	Region        string  `json:"region_code"`
	Channels      string  `json:"available_channels"`
	Channel       string  `json:"default_channel"`
	OptOut        bool    `json:"opt_out"`
	Inherited     bool    `json:"is_inherited"`
	CreatedAt     string  `json:"created_at"`
	UpdatedAt     *string `json:"updated_at"`
}

type contactsJSON struct {
	Contacts   []contactJSON  `json:"contacts"`
	Pagination paginationJSON `json:"pagination"`
}

type paginationJSON struct {
	Page       int  `json:"page"`
	PageSize   int  `json:"page_size"`
	TotalCount int  `json:"total_count"`
	TotalPages int  `json:"total_pages"`
	HasMore    bool `json:"has_more"`
	Cursors    struct {
		Before *string `json:"before"`
		After  *string `json:"after"`
	} `json:"cursors"` // never filled: pages have numbers
}

// body returns the body of an answer.
func (s *Server) body(a answer) []byte {
	switch a.form {
	case formEmpty, formAbort:
		return nil
	case formRaw:
		return []byte(a.raw)
	}
	e := envelope{Success: a.form != formError, Meta: envelopeMeta{a.requestID, a.at.UTC().Format(s.o.TimeLayout), "v3"}}
	switch a.form {
	case formError:
		e.Error = &errorJSON{a.code, a.message, a.details, "https://docs.sent.dm/errors/" + a.code}
	case formContact:
		e.Data = s.contactJSON(a.contact, a)
	case formContacts:
		e.Data = s.contactsJSON(a)
	case formData:
		e.Data = a.data
	}
	body, err := json.Marshal(e)
	if err != nil {
		panic("simulator: " + err.Error()) // Validate lets no invalid JSON in
	}
	return body
}

// contactJSON returns a contact of the answer.
func (s *Server) contactJSON(c *contact, a answer) contactJSON {
	n := s.format(c.phone)
	j := contactJSON{
		ID: c.id, Phone: c.phone, E164: n.e164, International: n.international, National: n.national, RFC3966: n.rfc3966,
		CallingCode: n.callingCode, Region: n.region, Channels: "sms,whatsapp", Channel: cmp.Or(c.channel, "sms"), OptOut: c.optOut, Inherited: c.inherited,
		CreatedAt: s.contactDate(c.created),
	}
	if a.badDate {
		j.CreatedAt = "yesterday"
	}
	if !c.updated.IsZero() {
		updated := s.contactDate(c.updated)
		j.UpdatedAt = &updated
	}
	return j
}

func (s *Server) contactDate(t time.Time) string { return t.UTC().Format(s.o.ContactsLayout) }

func (s *Server) contactsJSON(a answer) contactsJSON {
	pages := (a.page.total + a.page.size - 1) / a.page.size
	j := contactsJSON{Contacts: []contactJSON{}, Pagination: paginationJSON{
		Page: a.page.number, PageSize: a.page.size, TotalCount: a.page.total, TotalPages: pages, HasMore: a.page.number < pages,
	}}
	for _, c := range a.page.contacts {
		j.Contacts = append(j.Contacts, s.contactJSON(c, a))
	}
	return j
}
