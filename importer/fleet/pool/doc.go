// Package pool is the state of a fleet in PostgreSQL: pools, their leases, and their
// imports.
//
//	Enqueue → drain → Take → Next … Beat … Finish → Release → drain → …
//
// A pool is what shares one rate limit: an account at a base URL, named by the reference of
// its key. One worker at a time has it.
//
// # Epochs
//
// Every pool has an epoch. Each drain is of one epoch, and an epoch is taken once: Take asks
// that nobody has taken it. Whoever may work next begins a new epoch first, so what an older
// one writes meets no row. [Lease.Fence] is the condition that every write of a holder
// carries: the pool has this epoch, and its lease has time left by the database's clock at
// that moment. The row is locked for that transaction, so no epoch begins between the check
// and the commit.
//
// A new epoch begins in one place, begin, always with a drain for it in the same
// transaction: when an import is enqueued and nobody has the pool or is going to have it,
// when a slice ends with imports left, and when the sweeper finds a pool that nobody works
// on. Enqueue and Release lock the pool's row before they look for imports, so one of them
// sees what the other has done, and no import is left without a drain.
//
// # Time
//
// A lease is for [LeaseTime], renewed each [BeatTime]. The holder starts no request later
// than [SendTime] after the beginning of its last renewal, by its own clock, so it has
// stopped before anybody else may begin, also when it can't reach the database: 5 seconds
// apart, less what clocks run apart in 15 seconds. A holder that was stopped for longer
// finds its time over before its next request; the one request that it was about to send
// carries the idempotency key that the successor uses.
//
// # Imports
//
// An import is a file with its options; the same again is the same import. It is open until
// it is done, stopped or cancelled; enqueued again it is opened again, unless it is done
// with nothing left to try.
package pool
