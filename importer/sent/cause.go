package sent

// Cause is why a run cannot go on.
type Cause string

// The causes of Stop, with the answers that have them.
const (
	KeyRefused       Cause = "key_refused"       // 401, AUTH_001, AUTH_002
	AccessRefused    Cause = "access_refused"    // 403 and other AUTH_ and BUSINESS_ codes
	AccountSuspended Cause = "account_suspended" // BUSINESS_014
	ProfileUnknown   Cause = "profile_unknown"   // 404 RESOURCE_
	WrongAddress     Cause = "wrong_address"     // 404 without a code of the API
	OutOfBalance     Cause = "out_of_balance"    // BUSINESS_003, 402
	OutOfQuota       Cause = "out_of_quota"      // BUSINESS_008
	KeyReuse         Cause = "key_reuse"         // CONFLICT_005: an idempotency key met another body
	BadCall          Cause = "bad_call"          // the request is wrong in itself: VALIDATION_003, VALIDATION_007, 405, 413, …
	Redirected       Cause = "redirected"        // 3xx
	SandboxAnswer    Cause = "sandbox_answer"    // a real request was answered by the sandbox
)

// KeyPlace is where the key is kept, in the words of messages. A program that takes it from
// elsewhere puts its own words there.
const KeyPlace = "SENT_DM_API_KEY or the key file"

// words returns what happened and how to fix it. Rows that were not settled wait
// for the next run, so every fix ends in running again.
func (c Cause) words() (what, fix string) {
	switch c {
	case KeyRefused:
		return "the API refused the key",
			"check in the Sent dashboard that the key is active, put the whole of it into " + KeyPlace + ", and run again (ten refusals in a row lock a key)"
	case AccessRefused:
		return "the API does not let this key create contacts",
			"check in the Sent dashboard that the account is activated and verified, has a channel, and that the key's role may change contacts; then run again"
	case AccountSuspended:
		return "the account is suspended",
			"ask Sent's support to lift it, and run again"
	case ProfileUnknown:
		return "the API does not know the profile, or it is not this account's",
			"check the profile's id, and that the key is the organization's, and run again"
	case WrongAddress:
		return "there is no contacts API at this address",
			"check the base URL (" + DefaultBaseURL + " is the API's), and run again"
	case OutOfBalance:
		return "the account's balance is too low",
			"top it up in the Sent dashboard, and run again"
	case OutOfQuota:
		return "the account's quota is used up",
			"raise it or wait until it is renewed, and run again"
	case KeyReuse:
		return "the API says that an idempotency key of this job was used for another request, which is a fault of sent-import",
			"please report it with the request's id, and use new keys: run the file again as a fresh job"
	case BadCall:
		return "the API does not accept the request as such, whatever the number",
			"check the base URL and the profile, and whether there is a newer sent-import; then run again"
	case Redirected:
		return "the API's address redirects elsewhere, and the key is not taken there",
			"set the base URL to the final address, and run again"
	case SandboxAnswer:
		return "the API answered as its sandbox: nothing is created",
			"use a live key and run again, or run in the sandbox"
	}
	panic("sent: no such cause: " + string(c))
}
