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
// knows from that row on. Where a column says so, a first pass over the file finds these
// numbers, and a second one decides.
//
// Nothing is sent before all rows are in the ledger.
//
// [Check] has no ledger: the rows go from the collector to whoever writes the report, in
// one pass. There a hint says how many rows an option would help, too, which only the end
// of the file shows. A pass takes nothing of that kind for granted; when a row shows that
// rows before it have come out wrong, the pass reads on without giving rows, and the next
// one knows. A list of numbers with their calling codes needs no second pass.
package plan
