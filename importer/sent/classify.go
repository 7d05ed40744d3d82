package sent

import (
	"strings"

	"sent-import/importer/outcome"
)

// Classify tells what the answer to the creation of phone (E.164) means. It
// goes by the status where that alone settles the matter, then by error.code,
// then by the code's prefix, because the catalogue of codes grows. Where status
// and code contradict each other it takes the reading that cannot lose or
// invent a contact:
//
//   - a 2xx is Created or Unknown, whatever error it carries;
//   - a 5xx is Unknown, whatever code it carries; 503 SERVICE_001 alone is
//     known not to be carried out, and an AUTH_ code stops the run;
//   - a 429 is RateLimited, also an empty one, unless its code says that the
//     account's balance or quota is used up or that it is suspended: waiting
//     does not cure that;
//   - RESOURCE_007 is Exists with any other 4xx that is not about the call;
//   - an unknown CONFLICT_ or RESOURCE_ code is Rejected, never a duplicate;
//   - any other 4xx that is not the API's ([Answer.FromAPI]), such as the page of
//     a firewall or an empty 404, is Unknown: it may come from behind the API;
//   - a 3xx stops the run: the key is taken to no other address.
//
// It is pure: the same arguments have the same verdict.
func Classify(phone string, a Answer) Verdict {
	v := classifyCreation(phone, a)
	if (v.Kind == Created || v.Kind == Exists) && a.Sandbox && !a.AskedSandbox {
		v = stop(SandboxAnswer, a)
	}
	if a.Replayed && a.FromAPI() {
		v = ofReplay(v, a)
	}
	return v
}

func classifyCreation(phone string, a Answer) Verdict {
	switch {
	case a.Err != nil:
		return lost(outcome.Network, a)
	case isSuccess(a.Status):
		return classifySuccess(phone, a)
	}
	return classifyRefusal(a)
}

// classifySuccess is about a 2xx: Created if everything agrees.
func classifySuccess(phone string, a Answer) Verdict {
	foreign := func(what string) Verdict {
		return unknown(outcome.BadResponse, "the answer ("+a.gist()+") "+what)
	}
	switch {
	case !a.Envelope:
		return lost(outcome.BadResponse, a)
	case !a.Success:
		return foreign("does not say success")
	case a.Contact == nil || a.Contact.ID == "":
		return foreign("has no contact id")
	case !a.Contact.Is(phone):
		return foreign("is about another number")
	}
	return Verdict{Kind: Created, Contact: *a.Contact}
}

// ofReplay judges a stored answer of the API's, whose meaning would be v if it were fresh.
// What settles the row or is about the key and the call stands. The rest tells
// how things were, not how they are: a balance that was too low, an error of
// the server's.
func ofReplay(v Verdict, a Answer) Verdict {
	switch v.Kind {
	case Created:
		v.Recovered = true
		return v
	case Exists, InvalidNumber:
		return v
	case Stop:
		if !v.Cause.passes() {
			return v
		}
	}
	reason := v.FailReason
	if reason == "" {
		reason = outcome.Rejected
	}
	return Verdict{Kind: Burnt, FailReason: reason, Message: "the API keeps repeating a stored answer (" + a.gist() + ")"}
}

// passes reports whether the cause can be over while an answer that tells of
// it is still stored.
func (c Cause) passes() bool {
	switch c {
	case AccountSuspended, ProfileUnknown, OutOfBalance, OutOfQuota, SandboxAnswer:
		return true
	}
	return false
}

// classifyRefusal is about every answer that is no 2xx, to any request. It
// decides what the status decides, and leaves the rest to the code.
func classifyRefusal(a Answer) Verdict {
	switch status := a.Status; {
	case status < 200 || status > 599:
		return lost(outcome.BadResponse, a)
	case status < 400:
		return stop(Redirected, a)
	case status == 429 && (a.Envelope || a.isEmpty()):
		return classifyTooMany(a)
	case status == 401 || status == 403 || strings.HasPrefix(a.Code, "AUTH_"):
		return classifyAccess(a)
	case status >= 500:
		return classifyServerError(a)
	case status == 408 || status == 425:
		return lost(outcome.ServerError, a)
	case !a.FromAPI():
		return lost(outcome.BadResponse, a)
	case status == 402:
		return stop(OutOfBalance, a)
	case isAboutCall(status):
		return stop(BadCall, a)
	case status == 404:
		return classifyNotFound(a)
	}
	return classifyCode(a)
}

// isAboutCall reports whether a 4xx status is about the request as such, so
// that every row would get it.
func isAboutCall(status int) bool {
	switch status {
	case 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 421, 426, 428, 431, 451:
		return true
	}
	return false
}

// classifyTooMany is about a 429.
func classifyTooMany(a Answer) Verdict {
	switch a.Code {
	case "BUSINESS_003", "BUSINESS_008", "BUSINESS_014":
		return stop(businessCause(a.Code), a)
	}
	return rateLimited(a)
}

func rateLimited(a Answer) Verdict {
	return Verdict{Kind: RateLimited, FailReason: outcome.RateLimited, Message: "too many requests (" + a.gist() + ")"}
}

// classifyAccess is about a 401, a 403, or an AUTH_ code. A page with such a
// status is a firewall's or a proxy's, and says nothing of the key.
func classifyAccess(a Answer) Verdict {
	if !a.FromAPI() {
		return lost(outcome.BadResponse, a)
	}
	return stop(accessCause(a), a)
}

// accessCause is about a 401, a 403, or an AUTH_ code.
func accessCause(a Answer) Cause {
	switch {
	case a.Code == "AUTH_001" || a.Code == "AUTH_002":
		return KeyRefused
	case strings.HasPrefix(a.Code, "AUTH_"):
		return AccessRefused
	case a.Status == 401:
		return KeyRefused
	}
	return businessCause(a.Code)
}

func businessCause(code string) Cause {
	switch code {
	case "BUSINESS_003":
		return OutOfBalance
	case "BUSINESS_008":
		return OutOfQuota
	case "BUSINESS_014":
		return AccountSuspended
	}
	return AccessRefused
}

// classifyServerError is about a 5xx.
func classifyServerError(a Answer) Verdict {
	if a.Status == 503 && a.Code == "SERVICE_001" {
		return Verdict{
			Kind: NotExecuted, FailReason: outcome.ServerError,
			Message: "the API's store of idempotency keys is down (" + a.gist() + ")",
		}
	}
	return lost(outcome.ServerError, a)
}

// classifyNotFound is about a 404 of the API's: of the profile, or of the path.
func classifyNotFound(a Answer) Verdict {
	if strings.HasPrefix(a.Code, "RESOURCE_") {
		return stop(ProfileUnknown, a)
	}
	return stop(WrongAddress, a)
}

// classifyCode is about the 4xx whose meaning is in the code.
func classifyCode(a Answer) Verdict {
	switch a.Code {
	case "RESOURCE_007":
		return Verdict{Kind: Exists, Message: "the account has a contact with this number"}
	case "CONFLICT_001":
		return Verdict{
			Kind: InFlight, FailReason: outcome.OutcomeUnknown,
			Message: "an earlier request for this number is not finished (" + a.gist() + ")",
		}
	case "CONFLICT_005":
		return stop(KeyReuse, a)
	case "BUSINESS_002":
		return rateLimited(a)
	case "VALIDATION_003", "VALIDATION_007":
		return stop(BadCall, a)
	}
	return classifyPrefix(a)
}

// classifyPrefix is about codes that mean what others with the prefix mean.
func classifyPrefix(a Answer) Verdict {
	prefix, _, _ := strings.Cut(a.Code, "_")
	switch prefix {
	case "VALIDATION":
		return classifyValidation(a)
	case "BUSINESS":
		return stop(businessCause(a.Code), a)
	case "SERVICE", "INTERNAL":
		return lost(outcome.ServerError, a)
	}
	return Verdict{Kind: Rejected, FailReason: outcome.Rejected, Message: "the API refused the number (" + a.gist() + ")"}
}

// classifyValidation is about the number, unless the details name fields and
// the phone is not among them: then it is about what all requests have.
func classifyValidation(a Answer) Verdict {
	for _, name := range a.Details {
		if strings.Contains(strings.ToLower(name), "phone") {
			return invalidNumber(a)
		}
	}
	if len(a.Details) > 0 {
		return stop(BadCall, a)
	}
	return invalidNumber(a)
}

func invalidNumber(a Answer) Verdict {
	return Verdict{Kind: InvalidNumber, Message: "the API does not accept the number (" + a.gist() + ")"}
}
