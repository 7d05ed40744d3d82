// Package gateway is the one way to the API. Whatever a run asks the API goes
//
//	outage? → concurrency → rate → lease → request → verdict → what everybody learns from it
//
// and through here, so that a refusal, an outage or a full server is met by the run as
// a whole and not by each row.
//
//   - A circuit breaker (breaker.go) tells an outage from the bad luck of a row. In an
//     outage it is open, and one request at a time goes out as a half-open probe.
//   - The concurrency limit (concurrency.go) follows rate × latency and what the server
//     stands (loadlimit.go).
//   - The rate limit (rate.go) is package pace's; a 429 makes everybody wait.
//   - The lease is the ledger's word that a request may begin; see [Gateway.UseLease].
//
// There is one method for each operation of the API. Create and LookUp send one
// request with a [Permit], which a row waits for by itself. The others ask until they
// get an answer that can be understood. Each answer is classified once, here.
//
// # Who has answered
//
// An answer is the API's if it has the API's envelope, or is an empty 401 or 403. Those
// two, in answer to a creation or a look-up, mean the account, at any time: the run stops.
// Any other answer, whatever its status says, is trouble on the way, like none at all:
// nothing is learnt from it, and the run stops only when it lasts for as long as an outage
// may. What GET /v3/me and the list answer decides nothing about creations, but a 401:
// without an account the key's fingerprint stands for it, without a list contacts that
// exist cost a request.
//
// # Whose fault it is
//
// Overload and dead connections are no row's fault: where requests of several rows are
// refused or reset between answers, fewer go out at once, and after a failure on a
// kept-alive connection the request is made again at once over a fresh one. Neither counts
// as an attempt, within bounds. In an outage no attempt is counted, and the first answer
// lets everybody continue. Where a single row gets no answer to anything, and no other row
// is there to tell, the shortest page of the list is asked for ([Gateway.AskForAnything]):
// if that is answered, the row is to blame.
//
// # How a run ends
//
// What ends the run ends [Gateway.Context]; the cause is a [StopError] or the cause of
// the caller's context.
package gateway
