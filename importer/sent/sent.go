// Package sent speaks to the contacts API of Sent (v3): one request in, one
// Answer out, and a pure verdict on what the answer means.
//
//	Create ─► Answer ─► Classify ───────► Verdict   what became of the number
//	Lookup ─► Answer ─► ClassifyLookup ─► Verdict   is the contact there
//	Me, List ► Answer ─► ClassifyRead ───► Verdict   may the run go on
//
// # What it promises
//
// A call of Create is at most one request on the wire. There are no retries,
// and net/http is kept from its own: it sends a request again when a
// kept-alive connection turns out to be dead, and takes an Idempotency-Key for
// leave to do so with a POST. Such a hidden second request could answer "the
// contact exists" because the first one had created it. A request whose body
// cannot be rewound is never sent again; that is how Create sends its body.
// The reads may be sent again once in that case: they change nothing, and
// Answer.Sends tells.
//
// The bytes of a creation are the same in every attempt, so an idempotency key
// always meets one body.
//
// The key leaves in one header, x-api-key, to the one host of the base URL:
// redirects are not followed, plain http is for this machine only and goes
// through no proxy, and no error,
// message or printed value of this package holds the key or a phone number.
// What a server echoes of the key, in parts and in the common escapes too, is
// taken out of every field of an Answer but Header and Body; an id that holds
// it is no id.
//
// # What an answer means
//
// Classify calls a row Created only when everything agrees: a 2xx status, a
// whole body, success, an id, and our number in it. It calls it a duplicate
// (Exists) only for RESOURCE_007. Whatever is not understood is Unknown, never
// a guess: the same request with the same key, or a look-up, settles it later.
// What is wrong with the account or the call, and so would fail every row, is
// Stop.
//
// Only the API can say so. An answer is the API's ([Answer.FromAPI]) if it has
// the API's envelope, or is an empty 401 or 403. Anything else comes from
// something on the way, which may have sent the request on: it is Unknown, like
// no answer at all, and a [Trouble] says in plain words what it was, what to do
// about it, and whether waiting can help.
//
// # Where the promise ends
//
// Whether a contact that Exists was made by a lost request of ours is not in
// the answer. The caller knows what was sent before, and looks the contact up.
package sent
