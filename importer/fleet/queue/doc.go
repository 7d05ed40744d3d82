// Package queue hands pools to workers: River (riverqueue.com), which keeps its jobs in
// the fleet's PostgreSQL, for dispatch, slots, wake-ups and schedules.
//
//	Insert → river_job → River's fetch on some worker → Work(drain)
//
// A job says only that a pool may be worked on in an epoch. It is not what decides: whoever
// gets it takes the pool's lease (package pool), and a job of an older epoch, of an epoch
// that was taken before, or that comes twice, finds nothing to take and is done. So what
// River does not promise costs nothing: a job that is rescued while its worker is alive, or
// that is completed by a worker that was believed to be dead.
//
// A transaction that inserts a job and stays open stalls the queue, since River reads jobs
// in the order of their ids: so Insert is the last statement of a transaction.
package queue
