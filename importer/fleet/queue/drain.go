package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Drain says that the imports of a pool may be worked on in an epoch. It is the argument
// of a job.
type Drain struct {
	Pool  string `json:"pool"`
	Epoch int64  `json:"epoch"`
}

// Kind names the jobs.
func (Drain) Kind() string { return "drain" }

// attempts is how often a job that ends with an error is begun: with a pause of
// retryAfter, a fault of some minutes. Later the sweeper makes a new job.
const attempts = 25

// InsertOpts are those of every drain. It is unique by its arguments, all of them: an epoch
// has one job.
func (Drain) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Inserter inserts jobs.
type Inserter struct{ client *river.Client[pgx.Tx] }

// NewInserter returns an Inserter for the database.
func NewInserter(db *pgxpool.Pool) (*Inserter, error) {
	client, err := river.NewClient(riverpgxv5.New(db), &river.Config{Logger: quiet()})
	if err != nil {
		return nil, fmt.Errorf("prepare River: %w", err)
	}
	return &Inserter{client}, nil
}

// Insert inserts the job of a drain, to be worked on at once, or if later is not zero, some
// seconds after that time. It is the last statement of the transaction.
func (i *Inserter) Insert(ctx context.Context, tx pgx.Tx, d Drain, later time.Time) error {
	_, err := i.client.InsertTx(ctx, tx, d, &river.InsertOpts{ScheduledAt: later})
	if err != nil {
		return fmt.Errorf("insert the drain: %w", err)
	}
	return nil
}

// Live is an SQL condition: there is a job for the pool and the epoch of the row p, which
// some worker will begin, or has begun within the last minute.
const Live = `EXISTS (SELECT 1 FROM river_job j
	WHERE j.kind = 'drain' AND j.args @> jsonb_build_object('pool', p.pool, 'epoch', p.epoch)
	AND (j.state IN ('available', 'pending', 'retryable', 'scheduled') OR j.state = 'running' AND j.attempted_at > now() - interval '1 minute'))`
