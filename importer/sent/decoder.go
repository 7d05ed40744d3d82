package sent

import (
	"net/http"
	"strings"
)

// decoder reads answers, from any number of goroutines.
type decoder struct {
	// The key is held by functions, so that printing a decoder cannot show it.
	redact func(string) string // replaces the key in a text
	holds  func(string) bool   // reports whether the key is in a text

	readers readers
}

func newDecoder(key string) *decoder {
	s := newSecret(key)
	return &decoder{redact: s.redact, holds: s.holds}
}

// decode fills the fields that are read from Status, Header and Body. A body
// that is cut off or compressed is not read. The key is removed from the message
// before the message is cleaned, because masking the digits of the key would
// leave its other parts; censor removes it from everything else.
func (d *decoder) decode(a *Answer) {
	a.decodeHeader()
	if a.Truncated || a.Coding != "" {
		return
	}
	root := d.readers.object(a.Body)
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

// decodeHeader reads the fields that are in the headers.
func (a *Answer) decodeHeader() {
	a.Date, _ = http.ParseTime(a.Header.Get("Date")) // zero where there is none
	a.RequestID = identifier(a.Header.Get("X-Request-Id"))
	a.Replayed = strings.EqualFold(a.Header.Get("Idempotent-Replayed"), "true")
	a.Sandbox = strings.EqualFold(a.Header.Get("X-Sandbox"), "true")
	now := a.Date
	if now.IsZero() {
		now = a.ReceivedAt
	}
	a.RetryAfter, a.HasRetryAfter = retryAfter(a.Header.Get("Retry-After"), now)
	a.RateLimit = rateLimit(a.Header)
}

// errorCode returns s where it has the shape of the API's codes: at most 64
// capitals, digits and underscores. Otherwise it returns "".
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
	list, listed := data.list("contacts")
	a.Listed = listed
	for _, item := range list {
		a.Contacts = append(a.Contacts, contactIn(asObject(item)))
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

// censor removes the key from every text of an answer that reports and the
// ledger may keep. An id or a code that holds the key becomes "".
func (d *decoder) censor(a *Answer) {
	if d.holds(a.Code) {
		a.Code = ""
	}
	d.censorAccount(&a.Account)
	a.RequestID, a.Message = d.redact(a.RequestID), d.redact(a.Message)
	for i := range a.Details {
		a.Details[i] = d.redact(a.Details[i])
	}
	for i := range a.Contacts {
		d.censorContact(&a.Contacts[i])
	}
	if a.Contact != nil {
		d.censorContact(a.Contact)
	}
}

func (d *decoder) censorContact(c *Contact) {
	if d.holds(c.ID) {
		c.ID = ""
	}
	for _, text := range []*string{&c.PhoneNumber, &c.FormatE164, &c.CreatedAtText, &c.UpdatedAtText} {
		*text = d.redact(*text)
	}
}
