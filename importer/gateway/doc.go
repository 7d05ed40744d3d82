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
// What ends the run ends [Gateway.Context]; the cause is a [StopError] or the cause of
// the caller's context.
package gateway
