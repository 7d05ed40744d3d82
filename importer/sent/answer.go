package sent

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Answer is the result of one request: the response as it came, and what could
// be read from it. A field that the response did not have, or had in a wrong
// shape, is zero. Body, Contact and Contacts hold phone numbers: never log them.
// Printing an Answer shows none of them.
type Answer struct {
	// Err is why there is no response. It is nil as soon as a status line came,
	// even if the body did not. Its text holds no phone number and no key.
	Err error

	// NeverSent is the proof that no byte of the request left this process: the
	// request cannot have had an effect.
	NeverSent bool

	// NoHandle says that the request was not sent because this process had no
	// file handle left.
	NoHandle bool

	// DeadConn says that the request failed on a kept-alive connection before any
	// byte of a response came, and not because of a timeout. The connection may
	// have been dead before, closed by the server or dropped by a device between:
	// then the request was not carried out, but nothing proves that.
	DeadConn bool

	// Sends is how many times the request was given to a connection: 0 or 1 for
	// a Create, and 2 or more for a read that net/http sent again after a dead
	// kept-alive connection.
	Sends int

	SentAt     time.Time // when the request began, by the local clock
	ReceivedAt time.Time // when the response or the error was complete, by the local clock

	Plain bool // the request used plain http

	Status    int
	Header    http.Header
	Body      []byte // decompressed, at most 1 MiB
	Truncated bool   // Body is incomplete: it was longer, or the connection ended in it

	// Coding is the content coding that makes the body unreadable, such as br; ""
	// where it is readable.
	Coding string

	Date time.Time // the server's clock, in whole seconds

	// Timestamp is meta.timestamp: the server's clock when the answer was made,
	// which for a replay is long ago. It is zero where the text has no time zone.
	// TimestampUnit is its unit; it is cut off there, not rounded.
	Timestamp     time.Time
	TimestampUnit time.Duration
	RequestID     string // X-Request-Id, or meta.request_id
	Replayed      bool   // Idempotent-Replayed: the stored answer to an earlier request
	Sandbox       bool   // X-Sandbox: nothing was carried out

	// AskedSandbox is the request's sandbox field: the answer of a sandbox that
	// was not asked for tells nothing about this request.
	AskedSandbox bool

	// RetryAfter is how long the server asks to wait: 0 or more, without an upper
	// limit. HasRetryAfter tells 0 from an absent header.
	RetryAfter    time.Duration
	HasRetryAfter bool
	RateLimit     RateLimit

	Envelope bool     // the body is a whole JSON object with the API's success, or an error with a code of its shape
	Success  bool     // success is true
	Code     string   // error.code, such as RESOURCE_007
	Message  string   // error.message, safe to show: one line, at most 300 characters, phone numbers masked
	Details  []string // the names of the fields that error.details is about, sorted

	Contact    *Contact    // the only contact of the answer, from data or data.contact
	Contacts   []Contact   // data.contacts; an element that is no contact is a zero Contact
	Listed     bool        // data.contacts is there, possibly empty
	Pagination *Pagination // data.pagination
	Account    Account     // of Me, MeOfKey and SenderProfiles
}

// RateLimit is what the X-RateLimit headers say. Not every answer has them.
type RateLimit struct {
	Limit        int       // requests per minute; 0 where the header is absent
	Remaining    int       // how many of them are left; see HasRemaining
	HasRemaining bool      // tells 0 left from an absent header
	Reset        time.Time // when the window starts again, by the server's clock; zero where the header is absent
}

// Pagination is the position of a page in a list. Absent fields are 0.
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

// FromAPI reports whether the answer is the API's own: it has the API's
// envelope, or it is the empty 401 or 403 that the API gives. Any other answer
// was made by a firewall, a proxy or a network's sign-in page; its status and
// headers tell nothing about the API.
func (a Answer) FromAPI() bool {
	return a.Err == nil && (a.Envelope || (a.Status == 401 || a.Status == 403) && a.isEmpty())
}

// Overloaded reports whether the answer, or its lack, is typical of an overloaded
// server: it refuses or resets connections, or a proxy in front of it answers 502
// or 503.
func (a Answer) Overloaded() bool {
	if a.Err == nil {
		return (a.Status == http.StatusServiceUnavailable || a.Status == http.StatusBadGateway) && !a.Envelope
	}
	ends := []error{refused, reset, aborted, broken, io.EOF, io.ErrUnexpectedEOF}
	return !a.DeadConn && slices.ContainsFunc(ends, func(end error) bool { return errors.Is(a.Err, end) })
}

// isEmpty reports whether the answer has no body, and was not cut off either.
func (a Answer) isEmpty() bool { return len(a.Body) == 0 && !a.Truncated }

func isSuccess(status int) bool { return status >= 200 && status < 300 }

// gist is the answer's status, code and message, for a text.
func (a Answer) gist() string {
	s := strconv.Itoa(a.Status)
	if a.Code != "" {
		s += " " + a.Code
	}
	if a.Message != "" {
		s += ": " + a.Message
	}
	return s
}
