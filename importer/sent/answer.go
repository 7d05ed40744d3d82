package sent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"syscall"
	"time"
)

// Answer is what came back for one request, as it was and as far as it was
// understood. A field that the answer did not have, or had in a wrong shape,
// is zero. Body, Contact and Contacts hold phone numbers: they are not for
// logs. Printing an Answer shows none of them.
type Answer struct {
	// Err is why there is no answer: nil as soon as a status line came, even if
	// the body did not. Its text holds no number and no key.
	Err error

	// NeverSent is the proof that no byte of the request left: with it, the
	// request cannot have had an effect.
	NeverSent bool

	// NoHandle says that it never was for lack of a file handle of this process's.
	NoHandle bool

	// DeadConn says that the request failed on a kept-alive connection before any
	// byte of an answer came, and not because it took too long. The connection may
	// have been dead before, closed by the server or dropped by what is between:
	// then the request was not carried out, but nothing proves that.
	DeadConn bool

	// Sends is how many times the request was given to a connection: 0 or 1 for
	// a Create, and 2 or more for a read that net/http sent again after a dead
	// kept-alive connection.
	Sends int

	SentAt     time.Time // when the request began, by the local clock
	ReceivedAt time.Time // when the answer or the error was complete, by the local clock

	Plain bool // the request went over plain http

	Status    int
	Header    http.Header
	Body      []byte // decompressed, at most 1 MiB
	Truncated bool   // Body is not the whole: it was longer, or the connection ended in it

	// Coding is the content coding of a body that cannot be read for it, such as
	// br; "" where it can.
	Coding string

	Date time.Time // the server's clock, to the second

	// Timestamp is meta.timestamp: the server's clock when the answer was made,
	// which for a replay is long ago; zero where it has no zone. TimestampUnit is
	// the unit that it was cut off at.
	Timestamp     time.Time
	TimestampUnit time.Duration
	RequestID     string // X-Request-Id, or meta.request_id
	Replayed      bool   // Idempotent-Replayed: this is the stored answer to an earlier request
	Sandbox       bool   // X-Sandbox: nothing was carried out

	// AskedSandbox is the request's sandbox field: a sandboxed answer that was
	// not asked for is no news of this request.
	AskedSandbox bool

	// RetryAfter is how long the server asks to wait, 0 or more, of any length.
	// HasRetryAfter tells 0 from none.
	RetryAfter    time.Duration
	HasRetryAfter bool
	RateLimit     RateLimit

	Envelope bool     // the body is a whole JSON object with the API's success, or an error with a code of its shape
	Success  bool     // success is true
	Code     string   // error.code, such as RESOURCE_007
	Message  string   // error.message, safe to show: one line, at most 300 characters, numbers masked
	Details  []string // the names of the fields that error.details is about, sorted

	Contact    *Contact    // the one contact of the answer, from data or data.contact
	Contacts   []Contact   // data.contacts; what in it is no contact is a zero Contact
	Listed     bool        // data.contacts is there, maybe empty
	Pagination *Pagination // data.pagination
	AccountID  string      // for Me: the account behind the key
}

// RateLimit is what the X-RateLimit headers say. They are on some answers.
type RateLimit struct {
	Limit        int       // requests a minute; 0 where it is not told
	Remaining    int       // of them; see HasRemaining
	HasRemaining bool      // tells none left from not told
	Reset        time.Time // when the window begins anew, by the server's clock; zero where it is not told
}

// Pagination is where a page is in a list. Fields that were not told are 0.
type Pagination struct {
	Page, PageSize, TotalCount, TotalPages int
	HasMore                                bool
}

// Format prints the answer's status, code and request, for every verb, and
// nothing of its body.
func (a Answer) Format(f fmt.State, _ rune) {
	if a.Err != nil {
		fmt.Fprintf(f, "no answer: %v", a.Err)
		return
	}
	fmt.Fprintf(f, "answer %d %s (request %s)", a.Status, a.Code, a.RequestID)
}

// decoder reads answers, from any number of goroutines.
type decoder struct {
	// The key is held by functions, so that printing a decoder cannot show it.
	redact func(string) string // takes the key out of a text
	holds  func(string) bool   // reports whether the key is in a text
	dates  dates
}

func newDecoder(key string) *decoder {
	s := newSecret(key)
	return &decoder{redact: s.redact, holds: s.holds}
}

// decode fills the fields that are read from Status, Header and Body. A body
// that is not whole is not read: half a truth is none. The key goes out of the
// message before it is cleaned, as masking digits would take the key apart;
// censor takes it out of everything else.
func (d *decoder) decode(a *Answer) {
	a.decodeHeader(&d.dates)
	if a.Truncated || a.Coding != "" {
		return
	}
	root := objectOf(a.Body)
	success, hasSuccess := root.flag("success")
	fault := root.object("error")
	a.Success = success
	a.Code = errorCode(fault.text("code"))
	a.Envelope = hasSuccess || a.Code != ""
	a.Message = cleanMessage(d.redact(fault.text("message")))
	a.Details = fault.fieldNames("details")
	meta := root.object("meta")
	stamp := meta.text("timestamp")
	if at, zoned := parseTime(stamp); zoned {
		a.Timestamp, a.TimestampUnit = at, Precision(stamp)
	}
	if a.RequestID == "" {
		a.RequestID = identifier(meta.text("request_id"))
	}
	a.decodeContacts(root.object("data"))
}

// errorCode returns s where it has the shape of the API's codes: capitals,
// digits and underscores. Otherwise it returns "".
func errorCode(s string) string {
	if len(s) > 64 {
		return ""
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return ""
		}
	}
	return s
}

func (a *Answer) decodeContacts(data object) {
	var list []json.RawMessage
	list, a.Listed = data.list("contacts")
	for _, item := range list {
		a.Contacts = append(a.Contacts, contactIn(objectOf(item)))
	}
	found := contactIn(data.object("contact"))
	if found.isZero() {
		found = contactIn(data)
	}
	if !found.isZero() {
		a.Contact = &found
	}
	if p := data.object("pagination"); p != nil {
		more, _ := p.flag("has_more")
		a.Pagination = &Pagination{
			Page: p.number("page"), PageSize: p.number("page_size"),
			TotalCount: p.number("total_count"), TotalPages: p.number("total_pages"),
			HasMore: more,
		}
	}
}

// decodeAccount fills AccountID from the answer to /v3/me, if it is the API's.
func (a *Answer) decodeAccount() {
	if !a.Envelope || !isSuccess(a.Status) {
		return
	}
	a.AccountID = accountIn(objectOf(a.Body).object("data"))
}

// accountIn returns the id of the account that o, the data of /v3/me,
// describes. Its shape is not documented; these are the places where APIs of
// this kind have it, the most telling first.
func accountIn(o object) string {
	for _, at := range []string{"id", "account_id", "customer_id", "organization_id"} {
		if id := o.scalar(at); id != "" {
			return id
		}
	}
	for _, at := range []string{"account", "customer", "organization"} {
		if id := o.object(at).scalar("id"); id != "" {
			return id
		}
	}
	return ""
}

// Overloaded reports whether the answer, or its lack, is what comes from a server
// that has more to do than it can: it refuses connections or resets them, or
// something in front of it has no answer of its own.
func (a Answer) Overloaded() bool {
	if a.Err == nil {
		return (a.Status == http.StatusServiceUnavailable || a.Status == http.StatusBadGateway) && !a.Envelope
	}
	ends := []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF}
	return !a.DeadConn && slices.ContainsFunc(ends, func(end error) bool { return errors.Is(a.Err, end) })
}
