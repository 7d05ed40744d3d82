// Package worker works on the pools of a fleet: a process with some slots, each of which
// drains one pool for a slice of time.
//
//	queue → Take → heart → Next → engine → Finish → … → Release
//
// A slice ends when its time is over, when the pool has no import left that is due, when
// the worker is asked to end, or when the lease is lost. In the last case nothing more is
// written: somebody else may have the pool. In the others the pool is released, which makes
// a new drain for what is left.
//
// The heart renews the lease on connections of its own, so nothing that the engine does can
// delay it, and it is what the engine asks before each request: see [Heart.Alive].
//
// What happens to a worker:
//
//   - asked to end: it fetches nothing more, its slices end, requests in flight settle,
//     pools are released;
//   - killed: its leases run out, and the sweeper of any other worker gives its pools away;
//   - stopped and continued, or cut off from the database: its heart finds that its time is
//     over, or that the lease is somebody else's; its slices end without writing;
//   - a panic of the engine: the import is tried again, and stopped after some times.
package worker
