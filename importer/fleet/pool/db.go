package pool

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/fleet/queue"
)

const (
	// LeaseTime is how long a pool is the holder's after each renewal, by the database's
	// clock: enough for a restart of the database, and little enough that a machine that
	// is gone is replaced in half a minute.
	LeaseTime = 15 * time.Second
	// BeatTime is how often a holder renews its lease: two renewals may fail.
	BeatTime = 5 * time.Second
	// SendTime is how long after the beginning of its last renewal a holder may start
	// requests, by its own clock.
	SendTime = 10 * time.Second
	// SweepTime is how often a worker looks for pools that nobody works on.
	SweepTime = 5 * time.Second
	// MaxTakeovers is how often an import may lose its worker, or end with an error,
	// without getting any further, before it is stopped: it may be what kills them.
	MaxTakeovers = 3
)

// DB is the fleet's state. Its methods may be called from several goroutines.
type DB struct {
	conns *pgxpool.Pool
	queue *queue.Inserter
}

// New returns the fleet's state in a database, which stays the caller's.
func New(conns *pgxpool.Pool) (*DB, error) {
	inserter, err := queue.NewInserter(conns)
	return &DB{conns, inserter}, err
}

// begin begins a new epoch of a pool whose row the transaction has locked, with a drain that
// is due at a time. It is the last statement of the transaction.
func (d *DB) begin(ctx context.Context, tx pgx.Tx, pool string, due time.Time) error {
	var epoch int64
	var later *time.Time // nil: at once; River looks at jobs with a time only every five seconds
	err := tx.QueryRow(ctx, `UPDATE pools SET epoch = epoch + 1, holder = NULL, current = NULL, lease_until = '-infinity',
			began_at = clock_timestamp(), drain_at = greatest($2, clock_timestamp()) WHERE pool = $1 RETURNING epoch, CASE WHEN drain_at > clock_timestamp() THEN drain_at END`,
		pool, orEver(due)).Scan(&epoch, &later)
	if err != nil {
		return err
	}
	return d.queue.Insert(ctx, tx, queue.Drain{Pool: pool, Epoch: epoch}, orZero(later))
}

// orEver is the time as PostgreSQL takes it; the zero time is longer ago than any other.
func orEver(t time.Time) any {
	if t.IsZero() {
		return "-infinity"
	}
	return t
}
