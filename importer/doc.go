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
// rows of the file and agree with the server, row by row. Where people who opted out are
// to be marked, the contact of each such number is marked then, and no other.
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
//     gap. The next run continues with the page after it.
//   - After a claim, before its request: the row is in doubt, although nothing
//     was sent. The next run sends it, with the key that it would have had.
//   - While a request is under way, or after its answer and before the settle:
//     the row is in doubt. The next run sends it again with the same
//     idempotency key. The API answers from its memory (created/recovered), or
//     creates it now, or says that it exists: then it is looked up, and the
//     date of its creation tells whether our request did it or it was there.
//   - Between a creation and the mark of its contact as opted out, or while a mark is
//     under way: that the contact is there, and its id, were written before. The next run
//     only marks it; a mark that is sent twice marks once.
//   - After a settle: the row is done and is never sent again.
//   - Between a burnt key and the request with the next one: the next key's
//     number is on the disk before it is used.
//   - While contact ids of duplicates are looked up: the rows were settled
//     before. The next run that is asked to continues with those without an id.
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
// # What each error means
//
// A bad row is an outcome, never an error. A [Stop] in a Result says why the
// run ended early: its rows stay pending, and the same call goes on. An error
// says that the run could not begin or go on: [*UsageError], [ErrLocked],
// [ErrInputChanged], a file that can't be read, a damaged or full disk. What
// was settled before stays settled in any case. Report and Verify add [ErrNoJob]
// and [ErrWrongKey]; a ledger that can't be read is [ErrDamaged].
//
// While the API has answered nothing in a run, what time cannot fix (a certificate, a
// scheme, a proxy's address or password) ends it at once, and a host name that does not
// exist or a refused connection after a minute: it could not begin ([Stop.AtStart]).
// Later, all of this is an outage. The last failure stands in [Stop.LastError].
//
// # What the calls promise
//
//   - [Run] plans the file or finds it planned, creates what is left, and returns what
//     became of every row, over all runs of the job.
//   - [Check] plans the file and sends nothing: no key, no network, no job.
//   - [Verify] asks the API whether it holds what the report says, marks included, and
//     changes nothing.
//   - [Undo] deletes the contacts that a job has created, and no others. Killed at any
//     moment, the same call goes on: that a deletion is going to be sent is on the disk
//     before. Until it is complete, Run refuses the job's file.
//   - [Jobs] and [Report] read the ledger and send nothing.
//   - [Prune] forgets finished jobs, never one that is open or running.
//
// How it is done: README.md beside this file is the map. Package create says whose contact
// it is that is found after a lost request, and what the account's list may settle; package
// gateway, who has answered; package serverclock, what dates prove; package retry, what
// follows an answer; package ledger, what is on the disk.
package importer
