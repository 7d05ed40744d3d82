// Package sent is the HTTP client of the Sent contacts API (v3): one request in,
// one Answer out, and pure functions that say what the Answer means.
//
//	Create ─► Answer ─► Classify ───────► Verdict   what happened to the number
//	Lookup ─► Answer ─► ClassifyLookup ─► Verdict   does the contact exist
//	Mark ───► Answer ─► ClassifyMark ───► Verdict   has the contact opted out
//	Get ────► Answer ─► ClassifyGet ────► Verdict   is the contact there, as it is
//	Me, List ► Answer ─► ClassifyRead ───► Verdict   may the run continue
//
// # What it promises
//
// A call of Create sends at most one request. There are no retries, and net/http
// is kept from its own: it repeats a request when a kept-alive connection turns
// out to be dead, and an Idempotency-Key makes it repeat a POST as well. Such a
// hidden second request could answer "the contact exists" because the first one
// had created it. net/http never repeats a request whose body cannot be rewound;
// that is how Create sends its body. A read may be repeated once in that case:
// it changes nothing, and Answer.Sends counts it.
//
// The bytes of a creation are the same in every attempt, so that an idempotency
// key always meets the same body.
//
// The key is sent in one header, x-api-key, to the one host of the base URL.
// Redirects are not followed, and plain http reaches this machine only, through
// no proxy. No error, message or printed value of this package holds the key or a
// phone number. What a server echoes of the key, whole, in parts or in the common
// escapes, is removed from every field of an Answer but Header and Body; an id
// that holds the key is not accepted as an id.
//
// # What an answer means
//
// Classify calls a row Created only when everything agrees: a 2xx status, a
// whole body, success, an id, and our number in it. It calls a row a duplicate
// (Exists) only for RESOURCE_007. Anything that is not understood is Unknown,
// never a guess: the same request with the same key, or a look-up, settles it
// later. Stop is for what is wrong with the account or the call and would fail
// every row.
//
// Only the API can say so. An answer is the API's ([Answer.FromAPI]) if it has
// the API's envelope, or is an empty 401 or 403. Any other answer comes from
// something between, which may have passed the request on: it is Unknown, like
// no answer at all. The Verdict then says in plain words what it was, what to do,
// and whether waiting can help ([Persistence]).
//
// ClassifyMark calls a contact Marked only for the API's word that it has opted out.
// A mark that is sent twice marks once, so it needs no idempotency key: one without
// an answer is sent again.
//
// # Where the promise ends
//
// The answer Exists does not tell whether a lost request of ours created the
// contact. The caller knows what was sent before, and looks the contact up.
package sent
