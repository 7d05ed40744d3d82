// Package plan reads a file into the ledger: every row gets what can be decided by
// looking at it, and the rest is pending.
//
//	input (identity, spool) → source → batches → pool (phone) → collector, in file order → ledger
//
// Before that, two looks at the file: [Canonical] leaves out of the reading what the file
// shows anyway, so that one reading is one job; and the first rows decide, for each phone
// column, how numbers without + are read, where neither an option nor the header does.
//
// Who opted out in one row has opted out in all rows with the number: the collector
// knows from that row on, and the rows before are decided once more when all are in the
// ledger, before the job is planned.
//
// Nothing is sent before all rows are in the ledger.
package plan
