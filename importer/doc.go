// Package importer imports a contact list: it plans a file into the ledger,
// creates one contact for each open row through the API, and gives the report
// its rows.
//
//	file → plan → ledger → list → claim → request → verdict → settle → ledger → report
//
// # The promise
//
// Kill it at any moment, with any mix of timeouts, 429s, 5xx and existing
// contacts, and run the same command again. In the end the account holds each
// valid number of the file exactly once, and the report's classes add up to the
// rows of the file and agree with the server, row by row.
//
// # What happens if it is killed
//
// "Killed" is kill -9, a crash, or the power going: nothing is left but what is
// on the disk.
//
//   - While the file is read the first time: nothing was written. The next run
//     begins anew.
//   - In the plan: the job is marked as not planned. Its rows are dropped and
//     the file is planned again. Nothing was sent: requests for rows begin
//     only when all rows are in the ledger.
//   - While the account is asked for: the plan stands, under the key's
//     fingerprint instead of the account's id, and is found again by it. So it
//     stays where the API gives no account but takes creations: a job that has
//     sent any keeps its id, and with it its keys, when the account is told later.
//   - While the account's list of contacts is read: the rows that were found are
//     settled, page by page, and so is the last page that was read without a
//     gap. The next run goes on with the page after it.
//   - After a claim, before its request: the row is in doubt, although nothing
//     was sent. The next run sends it, with the key that it would have had.
//   - While a request is under way, or after its answer and before the settle:
//     the row is in doubt. The next run sends it again with the same
//     idempotency key. The API answers from its memory (created/recovered), or
//     creates it now, or says that it exists: then it is looked up, and the
//     date of its creation tells whether our request did it or it was there; see
//     "Whose contact it is".
//   - After a settle: the row is done and is never sent again.
//   - Between a burnt key and the request with the next one: the next key's
//     number is on the disk before it is used.
//   - While contact ids of duplicates are looked up: the rows were settled
//     before. The next run that is asked to goes on with those without an id.
//   - While the report is written: the old report is still there, whole. The
//     next run, or Report, writes it again.
//   - Never: between two of these. Each step is one commit of the ledger.
//
// A run that died can have sent nothing later than its lease allowed (see
// package ledger), which bounds the time in which a contact can be ours.
//
// Interrupted (the context ends), it stops starting requests, lets those in
// flight settle, and returns a Result. Rows between two attempts are left in
// doubt (pending/unresolved) and are settled first by the next run.
//
// # Whose contact it is
//
// A contact that is found after a lost request is ours if it was created, or
// restored, while that request can have been carried out. Three clocks have a part
// in that, and none of them is trusted:
//
//	span on our clock → + offsets of the server's clock → + datings of contacts → window ∋ date?
//
// What each of them is:
//
//   - The span of a lost request, from its start until a grace after it was given
//     up, is kept on our clock, with the run that it belongs to.
//   - An offset is how far the server's clock is ahead of ours, as an interval. Each
//     answer of the API narrows it down, or adds another if it contradicts them all:
//     a clock was set, or two servers answer. Answers that are not the API's teach
//     nothing. A span is judged when its contact is found, by all offsets that were
//     known in its run or since; the ledger keeps those of each run.
//   - A dating is how far the clock that dates contacts is ahead of the one of the
//     answers, of any size and in both directions. Our own creations that were
//     answered show it. Once 20 agree, that is calibrated and decides, in later runs
//     and for other jobs too. Before, a creation that contradicts the clock of the
//     answers, and a date without a zone, make dates no evidence; as long as nothing
//     does, the clock of the answers decides.
//   - A row whose contact's date is no evidence yet is put back, in doubt, and
//     judged as soon as enough creations of other rows are known. What is left at the
//     end of the run is failed/outcome_unknown, and the next run's.
//   - Where a span says ours and another job of the ledger has the contact among
//     those it created, it is a duplicate. The jobs that ran since the earliest moment
//     of a window are asked, and an hour before.
//
// # Contacts that exist
//
// The API refuses a contact that exists, which costs a request; its list shows a
// hundred for one. So the list is read first, where that pays (see ListChoice),
// and rows whose numbers are in it are settled as duplicates. What makes that
// sound:
//
//   - Only a row for which no request can have been carried out without our
//     knowing is settled by the list: one that was never claimed, or whose
//     requests were all answered, and that did not fail with outcome_unknown. A
//     contact of its number was not made by this job. A row in doubt is left to
//     its key and the time of its contact, whatever the list shows.
//   - Nothing is concluded from a contact that the list does not show. Its row is
//     posted, and the API has the last word. So pages that shift, a list that
//     ends too soon, a page without an answer, and a listing that goes on hours
//     later where it was stopped can cost requests, and nothing else.
//   - A contact counts if it is the account's own, has an id, and its format_e164
//     is the row's number; not if two contacts of a page share an id, or if
//     another row's contact has it.
//   - The settles are on the disk before the first row is claimed.
//
// # What each error means
//
// A bad row is an outcome, never an error. A [Stop] in a Result says why the
// run ended early: its rows stay pending, and the same call goes on. An error
// says that the run could not begin or go on: [*UsageError], [ErrLocked],
// [ErrInputChanged], a file that can't be read, a damaged or full disk. What
// was settled before stays settled in any case.
//
// # Who has answered
//
// An answer is the API's if it has the API's envelope, or is an empty 401 or
// 403. Those two, in answer to a creation or a look-up, mean the account, at any
// time: the run stops. Any other answer, whatever its status says, is trouble on
// the way, like none at all: nothing is learnt from it, and the run stops only
// when it lasts for as long as an outage may. What GET /v3/me and the list answer
// decides nothing about creations, but a 401: without an account the key's
// fingerprint stands for it, without a list contacts that exist cost a request.
//
// While the API has answered nothing in a run, what time cannot cure (a
// certificate, a scheme, a proxy's address or password) ends it at once, and a
// host name that does not exist or a refused connection after a minute: it could
// not begin. Later, all of this is an outage. The last failure stands in the Stop.
//
// # How it goes about a row
//
// When the list has been read, or not, one goroutine reads the open rows from
// the ledger and claims them, those in doubt first; one gives them out in the order of the file, each when there is
// no outage, a slot is free, and the limiter lets it go; a bounded pool takes
// each to its outcome. What to do after an answer is decided by a course, which
// is pure and has no clock. Neither overload nor a dead
// connection is a row's fault: where requests of several rows are refused or reset
// between answers, fewer go out at once (see loadLimit), and after a failure on a
// kept-alive connection the request is made again at once over a fresh one; neither
// counts as an attempt, within bounds. An outage is not a row's fault: after a few
// failures in a row across rows one request at a time goes out as a probe, no
// attempt is counted, and the first answer lets everybody go on. Where a single
// row gets no answer to anything, and no other row is there to tell, the shortest
// page of the list is asked for: if that is answered the row is to blame.
package importer
