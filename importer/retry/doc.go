// Package retry decides what happens to one row after each answer of the API, from
// its first request to its outcome. It is pure: it has no ledger, no clock and no
// network, and is told everything.
//
//	reply → Row.AfterPost, Row.AfterLookup → Step: post again, look up, settle, or stop the run
//
// What the steps rest on:
//
//   - A creation whose answer was lost is sent again with the same idempotency key.
//     When the attempts are used up, one look-up decides.
//   - A contact that exists after a lost request is ours or not by the date of its
//     creation; package serverclock judges that.
//   - A burnt key, which the API answers with a stored failure, is followed by the
//     next one.
//   - What is no fault of the row is no attempt: a refusal for the rate or the load, a
//     dead connection, an outage. Each has a bound, beyond which it is the row's own.
package retry
