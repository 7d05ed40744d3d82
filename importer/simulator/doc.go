// Package simulator simulates the Sent v3 contacts API: an [http.Handler] with
// the account, the answers, the limits and the faults of the real service, and
// with the truth about what happened, to compare reports with. It stands behind
// sent-import demo and sent-import simulate.
//
//	request → outage? → key → stops → rate pool → fault plan → idempotency → account → answer
//
// # How to use it
//
//	sim := simulator.New(simulator.Options{RateLimit: 600, Faults: plan})
//	defer sim.Close()
//	http.ListenAndServe("127.0.0.1:8787", sim)
//
// serves it over the network. [Pipe] makes an [http.Transport] that reaches it
// inside the process, without sockets. Afterwards [Server.Truth] tells what the
// account holds and what became of each request. If a person has chosen the
// options, ask [Options.Validate] first.
//
// # What is simulated
//
// POST /v3/contacts, GET /v3/contacts (the list, and the look-up with phone=),
// GET, PATCH and DELETE /v3/contacts/{id}, GET /v3/me. Any other route answers 404 with a plain page, as a router does.
// Everything is answered in the API's envelope, with X-Request-Id and a Date of
// the server's own clock. A contact is unique per account and profile; a creation
// restores a soft-deleted one, with its old created_at and a new updated_at.
//
// The facts come from the vendor's API documentation: the envelope, the codes
// and statuses, the headers, the 24 hours of the idempotency cache and its five
// seconds of waiting, the first body that counts, sandbox answers that are cached
// under the key, 200 requests a minute with a burst of 50 on the organization's
// pool, the lock after ten authentication failures. Where the documentation
// contradicts itself or is silent, [Options] has both answers, and the zero
// value is the one that is harder for a client.
//
// # Order of the checks
//
// An outage ([Server.BeginOutage]) comes before everything, as a dead proxy does;
// its requests use nothing up. Then comes the key: a refusal (401, 403, the
// lock's 429) does not count for the rate pool. Then the pool: its 429 executes
// nothing and does not reach the fault plan, so that the attempts which a plan
// counts are the same at any speed. Then the fault plan; then, for a creation,
// the idempotency key, validation, and the account. So a request that meets a
// fault has used its share of the pool.
//
// # Stricter than the real service
//
//   - A field in a creation's body that is not phone_number or sandbox, or in a
//     change's that is not opt_out, default_channel or sandbox, is refused with
//     VALIDATION_001.
//   - page and page_size are both required, for a look-up too.
//   - Each further failure locks a locked key again, for twice as long.
//   - A real request that gets a sandbox answer from the cache gets no X-Sandbox
//     header: nothing shows the client that nothing was created.
//   - The server does not notice that a client has gone while it executes: the
//     contact is created after [Options.Latency] or the delay of a [Slow] fault,
//     which may be long after the client gave up.
//   - GET /v3/me uses the same rate pool as the contacts.
//
// # Looser than the real service
//
//   - A number is judged by its calling code and length (and the plan's digits
//     for calling code 1); [Options.StrictNumbers] asks libphonenumber.
//   - Quota, balance, verification and suspension are not computed: [Stop] says
//     when they begin.
//   - There are no other endpoints, webhooks or messages.
//   - Idempotency entries that have expired are replaced, never removed: memory
//     grows with the number of different keys.
//
// # Faults
//
// A [FaultPlan] decides what goes wrong with a request, as a pure function of
// the request's operation, number and attempt (or ordinal), so that the same
// seed gives the same faults at any concurrency. [Random], [Script], [Between],
// [During], [Flapping], [FirstAttempts] and [First] build plans, [ParseFaults]
// reads one from a command line.
//
// # The truth
//
// [Server.Truth] tells what the account holds and what happened to each request;
// over HTTP the same is at /_simulator/truth, the counters alone at
// /_simulator/stats, /_simulator/outage?on=true begins an outage, and
// /_simulator/wait?requests=100 answers when that many requests have arrived.
// Those routes need no key, are not counted and not limited: serve them on a
// loopback address only. The truth contains phone numbers and idempotency keys,
// never an API key.
//
// # Virtual time
//
// Every wait is one timer or the request's context, and [Pipe] uses no sockets.
// So an hour takes no time inside a testing/synctest bubble. Make the Server
// inside the bubble.
package simulator
