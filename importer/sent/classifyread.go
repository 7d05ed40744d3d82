package sent

import (
	"strings"

	"sent-import/importer/outcome"
)

// ClassifyLookup says whether the account has a contact with the number phone
// (E.164): Found with a contact that has an id and exactly our number, alone or
// in a list; of several, the account's own before an inherited one. Absent with
// 404 RESOURCE_001 or an empty list. A list of other contacts is Unknown: the
// filter has not worked. Otherwise RateLimited, NotSent, Unknown or Stop. It is
// pure.
func ClassifyLookup(phone string, a Answer) Verdict {
	switch {
	case a.Err == nil && isSuccess(a.Status):
		return classifyFinding(phone, a)
	case a.Err == nil && a.Status == 404 && a.Code == "RESOURCE_001":
		return Verdict{Kind: Absent}
	}
	return classifyFailedRead(a)
}

// classifyFinding classifies the 2xx of a look-up.
func classifyFinding(phone string, a Answer) Verdict {
	if a.Success && !a.Truncated {
		if c := contactWith(phone, a); c != nil {
			return Verdict{Kind: Found, Contact: *c}
		}
		if isEmptyList(a) {
			return Verdict{Kind: Absent}
		}
	}
	if !a.Envelope {
		return lost(outcome.BadResponse, a)
	}
	return unknown(outcome.BadResponse, "the answer ("+a.gist()+") does not tell whether the contact is there")
}

// contactWith returns the contact of the answer that has the number phone and
// an id, the account's own first; nil where there is none.
func contactWith(phone string, a Answer) *Contact {
	all := a.Contacts
	if a.Contact != nil {
		all = append([]Contact{*a.Contact}, all...)
	}
	var inherited *Contact
	for i := range all {
		c := &all[i]
		switch {
		case !c.Is(phone) || c.ID == "":
		case !c.Inherited:
			return c
		case inherited == nil:
			inherited = c
		}
	}
	return inherited
}

// isEmptyList reports whether the answer is an empty list, and its total count
// does not contradict that.
func isEmptyList(a Answer) bool {
	return a.Listed && len(a.Contacts) == 0 && a.Contact == nil && (a.Pagination == nil || a.Pagination.TotalCount <= 0)
}

// ClassifyRead says what the answer to Me or List means: Answered, Absent (404
// of the API's: an account without this endpoint), RateLimited, NotSent, Unknown,
// Stop, or Rejected for a refusal of this call, such as a page size that is too
// large. It is pure.
func ClassifyRead(a Answer) Verdict {
	switch {
	case isSuccess(a.Status) && a.Success:
		return Verdict{Kind: Answered}
	case isSuccess(a.Status):
		return lost(outcome.BadResponse, a)
	case a.FromAPI() && a.Status == 404 && a.Code != "RESOURCE_014":
		return Verdict{Kind: Absent}
	case a.Err == nil && a.Status == 400 && strings.HasPrefix(a.Code, "VALIDATION_"):
		return Verdict{Kind: Rejected, FailReason: outcome.Rejected, Message: "the API refused the call (" + a.gist() + ")"}
	}
	return classifyFailedRead(a)
}

// classifyFailedRead classifies a read without a usable answer. A refusal that
// would be about the number in a creation tells nothing here.
func classifyFailedRead(a Answer) Verdict {
	if a.Err != nil {
		return lost(outcome.Network, a)
	}
	v := classifyRefusal(a)
	switch v.Kind {
	case RateLimited, Stop, Unknown:
		return v
	}
	return unknown(outcome.OutcomeUnknown, "the API did not answer the question ("+a.gist()+")")
}
