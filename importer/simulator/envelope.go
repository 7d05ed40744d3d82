package simulator

import (
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
	formData                 // the envelope with ready JSON as data
	formRaw                  // raw, of rawType
	formEmpty                // no body
	formAbort                // no answer at all: the connection is cut
)

// answer is what a request gets, before it is written. The cache keeps answers,
// so that nothing in one is ever changed in place.
type answer struct {
	status     int
	form       form
	code       string              // formError
	message    string              // formError
	details    map[string][]string // formError; nil: null
	contact    *contact            // formContact
	badDate    bool                // formContact, formContacts: created_at is no time
	page       *page               // formContacts
	data       []byte              // formData
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

// body appends an answer with its envelope to b.
func (s *Server) body(b []byte, a answer) []byte {
	switch a.form {
	case formEmpty, formAbort:
		return b
	case formRaw:
		return append(b, a.raw...)
	}
	b = append(b, `{"success":`...)
	b = strconv.AppendBool(b, a.form != formError)
	b = append(b, `,"data":`...)
	b = s.appendData(b, a)
	b = append(b, `,"error":`...)
	b = appendError(b, a)
	b = append(b, `,"meta":{"request_id":"`...)
	b = append(b, a.requestID...)
	b = append(b, `","timestamp":"`...)
	b = s.appendTime(b, a.at)
	return append(b, `","version":"v3"}}`...)
}

func (s *Server) appendData(b []byte, a answer) []byte {
	switch a.form {
	case formContact:
		return s.appendContact(b, a.contact, a.badDate)
	case formContacts:
		return s.appendPage(b, a)
	case formData:
		return append(b, a.data...)
	}
	return append(b, "null"...)
}

func appendError(b []byte, a answer) []byte {
	if a.form != formError {
		return append(b, "null"...)
	}
	// A map of strings and lists of strings can always be marshalled.
	text, _ := json.Marshal(map[string]any{
		"code":    a.code,
		"message": a.message,
		"details": a.details,
		"doc_url": "https://docs.sent.dm/errors/" + a.code,
	})
	return append(b, text...)
}

// appendContact writes a contact; everything in it is plain ASCII. A contact
// without id has no such field.
func (s *Server) appendContact(b []byte, c *contact, badDate bool) []byte {
	n := s.format(c.phone)
	b = append(b, '{')
	if c.id != "" {
		b = append(b, `"id":"`+c.id+`",`...)
	}
	b = append(b, `"phone_number":"`+c.phone+`","format_e164":"`+n.e164+`","format_international":"`+n.international...)
	b = append(b, `","format_national":"`+n.national+`","format_rfc":"`+n.rfc3966...)
	b = append(b, `","country_code":"`+n.callingCode+`","region_code":"`+n.region...)
	b = append(b, `","available_channels":"sms,whatsapp","default_channel":"sms","opt_out":false,"is_inherited":`...)
	b = strconv.AppendBool(b, c.inherited)
	b = append(b, `,"created_at":"`...)
	if badDate {
		b = append(b, "yesterday"...)
	} else {
		b = s.appendDate(b, c.created)
	}
	b = append(b, `","updated_at":`...)
	if c.updated.IsZero() {
		return append(b, "null}"...)
	}
	b = append(b, '"')
	return append(s.appendDate(b, c.updated), `"}`...)
}

func (s *Server) appendPage(b []byte, a answer) []byte {
	b = append(b, `{"contacts":[`...)
	for i, c := range a.page.contacts {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.appendContact(b, c, a.badDate)
	}
	pages := (a.page.total + a.page.size - 1) / a.page.size
	for _, field := range []struct {
		name  string
		value int
	}{
		{`],"pagination":{"page":`, a.page.number},
		{`,"page_size":`, a.page.size},
		{`,"total_count":`, a.page.total},
		{`,"total_pages":`, pages},
	} {
		b = strconv.AppendInt(append(b, field.name...), int64(field.value), 10)
	}
	b = strconv.AppendBool(append(b, `,"has_more":`...), a.page.number < pages)
	return append(b, `,"cursors":{"before":null,"after":null}}}`...)
}

func (s *Server) appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, s.o.TimeLayout)
}

// appendDate writes the date of a contact.
func (s *Server) appendDate(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, s.o.ContactsLayout)
}
