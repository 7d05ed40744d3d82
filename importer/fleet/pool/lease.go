package pool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/fleet/queue"
)

// ErrLost says that the pool is not, or no longer, the caller's: nothing was written.
var ErrLost = errors.New("another worker may have this account's imports by now: the lease is lost")

// Lease is the right to work on the imports of a pool, as long as its epoch lasts.
type Lease struct {
	Pool   string
	Epoch  int64
	Holder string          // who has it, for people
	Pace   json.RawMessage // that the last holder has left behind; nil: none
}

// fence is the SQL condition of a holder's write, for the arguments $1, $2: see the package
// comment.
const fence = `EXISTS (SELECT 1 FROM pools WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() FOR SHARE)`

// Take takes the pool of a drain. Its error is ErrLost where the drain is an old one, or its
// epoch was taken before: then there is nothing to do.
func (d *DB) Take(ctx context.Context, drain queue.Drain, holder string) (Lease, error) {
	l := Lease{Pool: drain.Pool, Epoch: drain.Epoch, Holder: storable(holder)}
	err := d.conns.QueryRow(ctx, `UPDATE pools SET holder = $3, lease_until = clock_timestamp() + $4, drain_at = NULL
		WHERE pool = $1 AND epoch = $2 AND holder IS NULL RETURNING pace`, l.Pool, l.Epoch, l.Holder, LeaseTime).Scan(&l.Pace)
	return l, lost(err)
}

// lost is ErrLost for a write that met no row.
func lost(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrLost
	}
	return err
}

// Pulse is what a holder tells with a renewal of its lease.
type Pulse struct {
	Pace      json.RawMessage // nil: as it was
	Import    int64           // that is worked on; 0: none
	Mark      int64           // how far it is, in a number that grows with it
	Job       string          // in the ledger; "": as it was
	Counts    json.RawMessage // its rows by class; nil: as they were
	PerMinute float64         // requests, of late
}

// Beat renews the lease and writes the pulse down, unless the import has ended since. cancelled
// says that it was cancelled. Its error is ErrLost where the lease is over.
func (d *DB) Beat(ctx context.Context, l Lease, p Pulse) (cancelled bool, err error) {
	batch := new(pgx.Batch) // one transaction, one way to the database and back
	batch.Queue(`UPDATE pools SET lease_until = clock_timestamp() + $3, pace = coalesce($4, pace)
		WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() RETURNING epoch`, l.Pool, l.Epoch, LeaseTime, p.Pace)
	batch.Queue(`UPDATE imports SET counts = coalesce($6, counts), job = coalesce(nullif($7, ''), job), per_minute = $5, mark = greatest(mark, $4), changed_at = clock_timestamp(),
			takeovers = CASE WHEN $4 > mark THEN 0 ELSE takeovers END, tries = CASE WHEN $4 > mark THEN 0 ELSE tries END
		WHERE id = $3 AND state = 'open' AND `+fence, l.Pool, l.Epoch, p.Import, p.Mark, p.PerMinute, p.Counts, p.Job)
	batch.Queue(`SELECT EXISTS (SELECT 1 FROM imports WHERE id = $1 AND state = 'cancelled')`, p.Import)
	results := d.conns.SendBatch(ctx, batch)
	err = lost(results.QueryRow().Scan(new(int64)))
	if err == nil {
		_, err = results.Exec()
	}
	if err == nil {
		err = results.QueryRow().Scan(&cancelled)
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	return cancelled, err
}

// Release ends a slice: it gives the pool back, with a new drain behind all others if
// imports are left. Its error is ErrLost where the lease was over before.
func (d *DB) Release(ctx context.Context, l Lease, pace json.RawMessage) error {
	err := pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE pools SET lease_until = '-infinity', current = NULL, pace = coalesce($3, pace), sliced_at = clock_timestamp()
			WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() RETURNING epoch`, l.Pool, l.Epoch, pace).Scan(new(int64))
		if err != nil {
			return lost(err)
		}
		due, open, err := nextDue(ctx, tx, l.Pool)
		if err != nil || !open {
			return err
		}
		return d.begin(ctx, tx, l.Pool, due)
	})
	if err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("release the pool: %w", err)
	}
	return err
}

// nextDue is when the first open import of a pool, whose row the transaction has locked, may
// begin; open is false where there is none.
func nextDue(ctx context.Context, tx pgx.Tx, pool string) (due time.Time, open bool, err error) {
	var seconds *float64 // from now on
	err = tx.QueryRow(ctx, `SELECT extract(epoch FROM greatest(min(not_before), clock_timestamp()) - clock_timestamp())::float8
		FROM imports WHERE pool = $1 AND state = 'open' HAVING count(*) > 0`, pool).Scan(&seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		return due, false, nil
	}
	if err != nil {
		return due, false, err
	}
	if seconds != nil && *seconds > 0 {
		due = time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	}
	return due, true, nil
}
