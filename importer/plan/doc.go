// Package plan reads a file into the ledger: every row gets what can be decided by
// looking at it, and the rest is pending.
//
//	input (identity, spool) → source → batches → pool (phone) → collector, in file order → ledger
//
// Nothing is sent before all rows are in the ledger.
package plan
