package simulator

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// proxyPage is the page of a proxy in front of the API.
const proxyPage = "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"

// spoil turns the answer of the request (zero: it was not executed) into what
// its fault makes of it. Faults of the connection are left to deliver.
func (x *exchange) spoil(a answer) answer {
	if a.form == formAbort {
		return a
	}
	f := x.fault
	switch f.Kind {
	case None, Slow, Late, Reset, Hang, Huge:
		return a
	case Cut:
		return orInternal(a)
	case Internal:
		return internalOf(a)
	case BadGateway, Unavailable, Timeout504:
		return x.proxyError(f)
	case Empty:
		return answer{status: http.StatusOK, form: formEmpty}
	case Foreign:
		return raw(http.StatusOK, "application/json", `{"status":"ok","data":[]}`)
	case Page:
		return x.strangerPage(f)
	case Bare:
		return answer{status: cmp.Or(f.Status, http.StatusForbidden), form: formEmpty}
	case Failure:
		a = failureOf(f)
		a.retryAfter = x.retryAfter(f.RetryAfter)
		return a
	case Redirect:
		return answer{status: http.StatusTemporaryRedirect, form: formEmpty, location: cmp.Or(f.Location, "https://elsewhere.invalid/v3/contacts")}
	case TooMany:
		a = failure(http.StatusTooManyRequests, "BUSINESS_002", "Rate limit exceeded")
		a.retryAfter = x.retryAfter(cmp.Or(f.RetryAfter, "1"))
		return a
	case Service:
		return failure(http.StatusServiceUnavailable, "SERVICE_001", "The idempotency service is unavailable")
	case InFlight:
		return failure(http.StatusConflict, "CONFLICT_001", "A request with this idempotency key is in flight")
	case Status200:
		return with200(a)
	case WrongNumber, NoID, ReusedID, BadDate:
		return x.spoilContact(a)
	}
	panic("simulator: no such kind of fault: " + string(f.Kind))
}

// internalOf keeps the replay's marks of a remembered 500.
func internalOf(a answer) answer {
	if a.status == http.StatusInternalServerError {
		return a
	}
	return internalError()
}

func orInternal(a answer) answer {
	if a.status == 0 {
		return internalError()
	}
	return a
}

func with200(a answer) answer {
	if a.status == http.StatusCreated {
		a.status = http.StatusOK
	}
	return a
}

func failureOf(f Fault) answer {
	return failure(cmp.Or(f.Status, http.StatusInternalServerError), cmp.Or(f.Code, "INTERNAL_099"), "Something went wrong")
}

func (x *exchange) proxyError(f Fault) answer {
	status := map[Kind]int{
		BadGateway: http.StatusBadGateway, Unavailable: http.StatusServiceUnavailable, Timeout504: http.StatusGatewayTimeout,
	}[f.Kind]
	a := raw(status, "text/html", strings.ReplaceAll(proxyPage, "%s", string(f.Kind)+" "+http.StatusText(status)))
	a.retryAfter = x.retryAfter(f.RetryAfter)
	return a
}

// strangerPage returns the page of something else in front of the API: a captive
// portal, a firewall or a load balancer.
func (x *exchange) strangerPage(f Fault) answer {
	var a answer
	switch f.Status {
	case 0, http.StatusOK:
		a = raw(http.StatusOK, "text/html", strings.ReplaceAll(proxyPage, "%s", "Welcome"))
	case http.StatusNotFound:
		a = raw(f.Status, "text/plain; charset=utf-8", "default backend - 404")
	default:
		a = raw(f.Status, "text/html", strings.ReplaceAll(proxyPage, "%s", http.StatusText(f.Status)))
	}
	a.retryAfter = x.retryAfter(f.RetryAfter)
	return a
}

func raw(status int, contentType, text string) answer {
	return answer{status: status, form: formRaw, raw: text, rawType: contentType}
}

// retryAfter replaces the two texts with a meaning. See [Fault].
func (x *exchange) retryAfter(text string) string {
	if text == "none" {
		return ""
	}
	if ahead, ok := strings.CutPrefix(text, "date+"); ok {
		if d, err := time.ParseDuration(ahead); err == nil {
			return x.clock().Add(d).UTC().Format(http.TimeFormat)
		}
	}
	return text
}

// spoilContact changes the contact in a successful answer.
func (x *exchange) spoilContact(a answer) answer {
	switch a.form {
	case formContact:
		a.contact = x.spoiled(a.contact)
	case formContacts:
		contacts := make([]*contact, len(a.page.contacts))
		for i, c := range a.page.contacts {
			contacts[i] = x.spoiled(c)
		}
		spoiled := *a.page
		spoiled.contacts = contacts
		a.page = &spoiled
	}
	a.badDate = x.fault.Kind == BadDate
	return a
}

func (x *exchange) spoiled(c *contact) *contact {
	wrong := *c
	switch x.fault.Kind {
	case WrongNumber:
		wrong.phone = neighbour(c.phone)
		wrong.id = x.s.uuid("wrong number", c.id)
	case NoID:
		wrong.id = ""
	case ReusedID:
		wrong.id = x.s.uuid("reused id")
		if other := x.space().anyOther(c.phone); other != nil {
			wrong.id = other.id
		}
	}
	return &wrong
}

// neighbour returns a number that differs in the last digit.
func neighbour(phone string) string {
	last := phone[len(phone)-1]
	return phone[:len(phone)-1] + string('0'+(last-'0'+1)%10)
}

// slowness is the fault's share of the time before the commit.
func (f Fault) slowness() time.Duration {
	if f.Kind == Slow {
		return f.delay()
	}
	return 0
}

func (f Fault) delay() time.Duration { return cmp.Or(f.Delay, time.Second) }
