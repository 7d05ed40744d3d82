// Package engine runs an import of a fleet through the importer: the input from the store,
// the ledger in PostgreSQL under the pool's fence, the pace handed over from one holder of
// the pool to the next, and the report back into the store.
//
//	worker.Slice → key → pace → input → importer.Run → report → pool.Ending
//
// What ends an import and what only makes it wait:
//
//   - Done: every row has its outcome, and the report is in the store.
//   - It needs somebody, and is stopped with the reason and a report: a key that is refused or
//     could never be sent, too many invalid or failed rows, another account than the expected
//     one, a call that the API does not take, options that don't fit the file, an input that
//     is missing or changed.
//   - Time alone can mend it, or whoever runs the workers, for all imports at once, and it
//     waits: an outage of the API, of the store or of the database, a store that refuses the
//     worker, a key that can't be read, a full disk of the worker's.
//   - The slice, the worker or the lease has ended: it is open, as it was.
//   - Any other error counts: after some of them in a row it is stopped.
package engine
