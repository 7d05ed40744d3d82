package sent

import (
	"strings"

	"sent-import/importer/outcome"
)

// Classify says what the answer to the creation of phone (E.164) means. It
// decides by the status where that is enough, then by error.code, then by the
// code's prefix, because the catalogue of codes grows. Where status and code
// contradict each other it takes the reading that cannot lose or invent a
// contact:
//
//   - a 2xx is Created or Unknown, whatever error it carries;
//   - a 5xx is Unknown, whatever code it carries; only 503 SERVICE_001 is known
//     not to be carried out, and an AUTH_ code stops the run;
//   - a 429 is RateLimited, even an empty one, unless its code says that the
//     account's balance or quota is used up or the account is suspended: waiting
//     does not fix that;
//   - RESOURCE_007 is Exists with any other 4xx that is not about the call;
//   - an unknown CONFLICT_ or RESOURCE_ code is Rejected, never a duplicate;
//   - any other 4xx that is not the API's ([Answer.FromAPI]), such as the page of
//     a firewall or an empty 404, is Unknown: the API may have got the request;
//   - a 3xx stops the run: the key is sent to no other address.
//
// It is pure.
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

// classifySuccess classifies a 2xx: Created if everything agrees.
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

// ofReplay classifies a stored answer of the API's, which would mean v if it were
// fresh. A verdict that settles the row, or that is about the key or the call,
// stands. The rest describes the past: a balance that was too low, a server
// error.
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

// passes reports whether the cause can be gone while an answer that names it is
// still stored.
func (c Cause) passes() bool {
	switch c {
	case AccountSuspended, ProfileUnknown, OutOfBalance, OutOfQuota, SandboxAnswer:
		return true
	}
	return false
}

// classifyRefusal classifies an answer to any request that is not a 2xx: by its
// status where that is enough, otherwise by its code.
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

// isAboutCall reports whether a 4xx status is about the request itself, so that
// every row would get it.
func isAboutCall(status int) bool {
	switch status {
	case 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 421, 426, 428, 431, 451:
		return true
	}
	return false
}

// classifyTooMany classifies a 429.
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

// classifyAccess classifies a 401, a 403, or an AUTH_ code. A page with such a
// status is a firewall's or a proxy's, and tells nothing about the key.
func classifyAccess(a Answer) Verdict {
	if !a.FromAPI() {
		return lost(outcome.BadResponse, a)
	}
	return stop(accessCause(a), a)
}

// accessCause is the cause of a 401, a 403, or an AUTH_ code of the API's.
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

// classifyServerError classifies a 5xx.
func classifyServerError(a Answer) Verdict {
	if a.Status == 503 && a.Code == "SERVICE_001" {
		return Verdict{
			Kind: NotExecuted, FailReason: outcome.ServerError,
			Message: "the API's store of idempotency keys is down (" + a.gist() + ")",
		}
	}
	return lost(outcome.ServerError, a)
}

// classifyNotFound classifies a 404 of the API's: the profile or the path is
// unknown.
func classifyNotFound(a Answer) Verdict {
	if strings.HasPrefix(a.Code, "RESOURCE_") {
		return stop(ProfileUnknown, a)
	}
	return stop(WrongAddress, a)
}

// classifyCode classifies a 4xx whose meaning is in the code.
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

// classifyPrefix classifies a code by its prefix.
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

// classifyValidation blames the number, unless the details name fields and the
// phone is not among them: then the request itself is wrong.
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
