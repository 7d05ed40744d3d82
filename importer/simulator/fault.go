package simulator

import (
	"fmt"
	"strconv"
	"time"
)

// Kind is what goes wrong. Its text is the one that [ParseFaults] reads.
type Kind string

// Kinds that replace the answer, before or after the request was executed.
const (
	None        Kind = ""
	Internal    Kind = "500"      // INTERNAL_001 in the envelope
	BadGateway  Kind = "502"      // a proxy's HTML page
	Unavailable Kind = "503"      // a proxy's HTML page; not SERVICE_001
	Timeout504  Kind = "504"      // a proxy's HTML page
	Reset       Kind = "reset"    // the connection is reset, no answer
	Hang        Kind = "hang"     // no answer until the client goes, or for Delay; then the connection is cut
	Cut         Kind = "cut"      // the connection is cut in the middle of the body
	Empty       Kind = "empty"    // 200 with an empty body
	Foreign     Kind = "foreign"  // 200 with JSON that is not the API's
	Page        Kind = "html"     // a page with Status, as a captive portal (200), a firewall (403) or a load balancer (404) answers
	Bare        Kind = "bare"     // Status without a body, 403 if it is zero
	Failure     Kind = "error"    // Status and Code, for codes that no client knows
	Redirect    Kind = "redirect" // 307 to Location
)

// Kinds that say that nothing was executed. After is ignored.
const (
	TooMany  Kind = "429"      // BUSINESS_002 with RetryAfter
	Service  Kind = "service"  // 503 SERVICE_001, the idempotency cache is down; hits creations with a key only
	InFlight Kind = "inflight" // 409 CONFLICT_001; hits creations with a key only
)

// Kinds that need an executed request. They come after the commit, whatever
// After says. Those that spoil a contact leave other answers as they are.
const (
	Status200   Kind = "200"         // 200 instead of 201: harmless
	WrongNumber Kind = "wrongnumber" // the contact of another number
	NoID        Kind = "noid"        // the contact without its id
	ReusedID    Kind = "reusedid"    // the id of another number's contact
	BadDate     Kind = "baddate"     // a created_at that is no time
	Huge        Kind = "huge"        // the answer goes on for Bytes
	Slow        Kind = "slow"        // Delay before the commit, with the key in flight, client or not; then the true answer
	Late        Kind = "late"        // Delay after the commit, with the key free again; then the true answer
)

// Fault is one fault. The zero Fault is none. A Fault is comparable.
type Fault struct {
	Kind Kind
	// After lets the request be executed first, so that only its answer is
	// lost. See the kinds for those which ignore it.
	After bool
	// Delay is the time of Hang (0: until the client goes), Slow and Late (0: 1 s).
	Delay time.Duration
	// RetryAfter is the text of the header of TooMany, Failure, Page and of the
	// proxy's errors. Empty: "1" for TooMany, none for the others. "date+30s"
	// stands for the HTTP date 30 s after the server's time; "none" for no header.
	RetryAfter string
	// Status and Code are the answer of Failure. Zero: 500, INTERNAL_099. Status is
	// a Page's (zero: 200) and a Bare's (zero: 403) as well.
	Status int
	Code   string
	// Location is where Redirect points. Empty: https://elsewhere.invalid/v3/contacts.
	Location string
	// Bytes is the size of a Huge body. 0: 10 GB.
	Bytes int64
	// On says which operations a plan may hit with this fault. 0: creations and
	// look-ups.
	On Scope
}

// stage is where in a request's life a kind can strike.
type stage int

const (
	either     stage = iota // before or after, as After says
	beforeOnly              // nothing is executed
	afterOnly               // the answer of an executed request is spoiled
)

// Kinds returns every kind but None, as they are documented.
func Kinds() []Kind {
	return []Kind{
		Internal, BadGateway, Unavailable, Timeout504, Reset, Hang, Cut, Empty, Foreign, Page, Bare, Failure, Redirect,
		TooMany, Service, InFlight,
		Status200, WrongNumber, NoID, ReusedID, BadDate, Huge, Slow, Late,
	}
}

func (f Fault) stage() stage {
	switch f.Kind {
	case TooMany, Service, InFlight:
		return beforeOnly
	case None, Status200, WrongNumber, NoID, ReusedID, BadDate, Huge, Slow, Late:
		return afterOnly
	}
	return either
}

// Executes reports whether a request with this fault is executed.
func (f Fault) Executes() bool {
	switch f.stage() {
	case beforeOnly:
		return false
	case afterOnly:
		return true
	}
	return f.After
}

// needsKey reports whether only a creation with an Idempotency-Key can meet it.
func (f Fault) needsKey() bool { return f.Kind == Service || f.Kind == InFlight }

// String is the fault as [ParseFaults] reads it, without a probability:
// "500-after@post". The zero Fault is "none".
func (f Fault) String() string {
	if f.Kind == None {
		return "none"
	}
	s := string(f.Kind)
	switch {
	case f.stage() != either:
	case f.After:
		s += "-after"
	default:
		s += "-before"
	}
	if arg := f.argument(); arg != "" {
		s += "=" + arg
	}
	return s + f.On.suffix()
}

func (f Fault) argument() string {
	switch f.Kind {
	case Hang, Slow, Late:
		if f.Delay != 0 {
			return f.Delay.String()
		}
	case TooMany, Unavailable:
		return f.RetryAfter
	case Failure:
		if f.Status != 0 || f.Code != "" {
			return fmt.Sprintf("%d/%s", f.Status, f.Code)
		}
	case Page, Bare:
		if f.Status != 0 {
			return strconv.Itoa(f.Status)
		}
	case Redirect:
		return f.Location
	case Huge:
		if f.Bytes != 0 {
			return strconv.FormatInt(f.Bytes, 10)
		}
	}
	return ""
}
