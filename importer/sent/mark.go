package sent

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"sent-import/importer/outcome"
)

// Mark marks the contact with an id as opted out, for every channel. It is sent at
// most once, and may be sent again whatever became of it. ClassifyMark says what the
// Answer means.
func (c *Client) Mark(ctx context.Context, id string) Answer {
	return c.send(ctx, call{method: http.MethodPatch, to: c.contact(id), id: id, body: []byte(`{"opt_out":true}`)})
}

// Get asks for the contact with an id. ClassifyGet says what the Answer means.
func (c *Client) Get(ctx context.Context, id string) Answer {
	return c.send(ctx, call{method: http.MethodGet, to: c.contact(id), id: id})
}

// contact is the address of the contact with an id.
func (c *Client) contact(id string) *url.URL {
	at := c.contacts
	at.RawPath = at.EscapedPath() + "/" + url.PathEscape(id)
	at.Path += "/" + id
	return &at
}

// ClassifyMark says what the answer to the mark of the contact with the id means:
//
//   - Marked with a 2xx in the API's envelope that shows the contact, opted out;
//     any other 2xx is Unknown;
//   - Absent with 404 RESOURCE_001;
//   - Rejected with any other refusal of the API's that is not about the account, as
//     that of an inherited contact (403 or 422 with a code of its own): it is about
//     this contact only;
//   - otherwise RateLimited, NotSent, Unknown or Stop, as after a creation. An empty
//     401 or 403 is about the account.
//
// It is pure.
func ClassifyMark(id string, a Answer) Verdict {
	if a.Err == nil && isSuccess(a.Status) {
		return classifyMarked(id, a)
	}
	return classifyChange(a)
}

// classifyChange classifies an answer to a mark or a deletion that is not a 2xx.
func classifyChange(a Answer) Verdict {
	switch {
	case isAbsent(a):
		return Verdict{Kind: Absent}
	case a.Err == nil && refusesContact(a):
		return refusedChange(a)
	}
	v := classifyCreation("", a)
	switch v.Kind {
	case RateLimited, NotSent, Stop, Unknown:
		return v
	case NotExecuted, InFlight: // of a request with a key, which this one has not
		return unknown(outcome.ServerError, v.Message)
	}
	return refusedChange(a)
}

func refusedChange(a Answer) Verdict {
	return Verdict{Kind: Rejected, FailReason: outcome.Rejected, Message: "the API refused it (" + a.gist() + ")"}
}

// classifyMarked classifies a 2xx.
func classifyMarked(id string, a Answer) Verdict {
	switch {
	case !a.Envelope:
		return lost(outcome.BadResponse, a)
	case !a.Success || a.Contact == nil || a.Contact.ID != id || !a.Contact.OptOut:
		return unknown(outcome.BadResponse, "the answer ("+a.gist()+") does not show the contact as opted out")
	case a.Sandbox:
		return stop(SandboxAnswer, a)
	}
	return Verdict{Kind: Marked, Contact: *a.Contact}
}

// isAbsent reports whether the API has no contact with the id.
func isAbsent(a Answer) bool { return a.Err == nil && a.Status == 404 && a.Code == "RESOURCE_001" }

// refusesContact reports whether a 403, 422 or 400 is about the one contact. Codes
// that are documented as the account's, or the key's, are about all of them; AUTH_004,
// a role that is not enough, is left out of those, since it may be how an inherited
// contact is refused: a key that may create contacts has got as far as this.
func refusesContact(a Answer) bool {
	switch a.Code {
	case "", "AUTH_001", "AUTH_002", "AUTH_005", "AUTH_006", "AUTH_007", "BUSINESS_002", "BUSINESS_003", "BUSINESS_008", "BUSINESS_014":
		return false
	}
	return a.Envelope && (a.Status == 403 || a.Status == 422 || a.Status == 400 && strings.HasPrefix(a.Code, "VALIDATION_"))
}

// ClassifyGet says whether the account has the contact with the id: Found with the
// contact as it is, Absent with 404 RESOURCE_001; otherwise RateLimited, NotSent,
// Unknown or Stop. It is pure.
func ClassifyGet(id string, a Answer) Verdict {
	switch {
	case isAbsent(a):
		return Verdict{Kind: Absent}
	case a.Err != nil || !isSuccess(a.Status):
		return classifyFailedRead(a)
	case !a.Envelope:
		return lost(outcome.BadResponse, a)
	case !a.Success || a.Contact == nil || a.Contact.ID != id:
		return unknown(outcome.BadResponse, "the answer ("+a.gist()+") does not show the contact")
	}
	return Verdict{Kind: Found, Contact: *a.Contact}
}
