package pool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/fleet/queue"
)

// Swept is a pool that the sweeper has given a new epoch.
type Swept struct {
	Pool   string
	Holder string // who had it and is lost; "": nobody, a drain was lost
	Import int64  // that was worked on; 0: none
	Stop   bool   // the import was stopped: it has lost MaxTakeovers holders without getting further
}

// Sweep gives a new epoch, and a drain, to every pool with open imports whose holder has let
// its lease run out, or that nobody works on and for which no drain is on its way for a
// minute. Pools that somebody else looks at just now are left to them.
func (d *DB) Sweep(ctx context.Context) ([]Swept, error) {
	var all []Swept
	for _, find := range []string{expired, forgotten} {
		for {
			swept, ok, err := d.sweepOne(ctx, find)
			if err != nil {
				return all, fmt.Errorf("look for pools that nobody works on: %w", err)
			}
			if !ok {
				break
			}
			all = append(all, swept)
		}
	}
	return all, nil
}

const due = `EXISTS (SELECT 1 FROM imports i WHERE i.pool = p.pool AND i.state = 'open'`

// expired finds a pool whose holder is lost, and forgotten one for which no drain is on its way.
const (
	expired = `SELECT pool, coalesce(holder, ''), coalesce(current, 0) FROM pools p
		WHERE holder IS NOT NULL AND lease_until > '-infinity' AND lease_until < clock_timestamp() AND ` + due + `)
		LIMIT 1 FOR UPDATE SKIP LOCKED`
	forgotten = `SELECT pool, '', 0::bigint FROM pools p
		WHERE (holder IS NULL OR lease_until = '-infinity') AND began_at < clock_timestamp() - interval '1 minute'
		AND ` + due + ` AND i.not_before < clock_timestamp() - interval '1 minute') AND NOT ` + queue.Live + `
		LIMIT 1 FOR UPDATE SKIP LOCKED`
)

// sweepOne sweeps one pool; ok is false where there is none.
func (d *DB) sweepOne(ctx context.Context, find string) (s Swept, ok bool, err error) {
	err = pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, find).Scan(&s.Pool, &s.Holder, &s.Import)
		if err != nil {
			return err
		}
		if s.Import != 0 {
			if s.Stop, err = takeOver(ctx, tx, s.Import); err != nil {
				return err
			}
		}
		at, open, err := nextDue(ctx, tx, s.Pool)
		if err != nil {
			return err
		}
		if !open {
			at = time.Time{} // its last import was stopped: the drain finds nothing, and the lease is given back
		}
		return d.begin(ctx, tx, s.Pool, at)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return s, false, nil
	}
	return s, err == nil, err
}

// takeOver counts that an import has lost its holder, and stops it if that has happened too
// often without getting further.
func takeOver(ctx context.Context, tx pgx.Tx, id int64) (stopped bool, err error) {
	err = tx.QueryRow(ctx, `UPDATE imports SET takeovers = takeovers + 1, changed_at = clock_timestamp(),
			state = CASE WHEN takeovers + 1 > $2 THEN 'stopped' ELSE state END,
			exit_code = CASE WHEN takeovers + 1 > $2 THEN 4 END, report = CASE WHEN takeovers + 1 > $2 THEN '' ELSE report END,
			reason = CASE WHEN takeovers + 1 > $2 THEN 'its worker was lost ' || takeovers + 1 || ' times in a row without getting any further: look at the workers'' logs and memory, then enqueue the file again' ELSE reason END
		WHERE id = $1 AND state = 'open' RETURNING state = 'stopped'`, id, MaxTakeovers).Scan(&stopped)
	if errors.Is(err, pgx.ErrNoRows) { // it was cancelled
		return false, nil
	}
	return stopped, err
}
