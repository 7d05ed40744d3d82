package pool

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Status is a pool as it is now.
type Status struct {
	Pool    string
	Epoch   int64
	Holder  string        // who works on it; "": nobody
	Lost    string        // who worked on it, and let the lease run out; "": nobody
	Lease   time.Duration // that is left of the holder's; below 0: it is over
	Current int64         // the import that is worked on; 0: none
	Due     time.Time     // when its drain is due; zero: none is on its way
	Sliced  time.Time     // when a slice ended last; zero: none did
	Open    int           // imports
	Oldest  time.Time     // when the oldest of these was enqueued; zero: there is none
}

// Pools returns the pools, those that have open imports first.
func (d *DB) Pools(ctx context.Context) ([]Status, error) {
	rows, err := d.conns.Query(ctx, `SELECT p.pool, p.epoch, coalesce(p.holder, ''),
			CASE WHEN p.lease_until = '-infinity' THEN 0 ELSE extract(epoch FROM p.lease_until - clock_timestamp())::float8 END,
			coalesce(p.current, 0), p.drain_at, p.sliced_at, count(i.id), min(i.enqueued_at)
		FROM pools p LEFT JOIN imports i ON i.pool = p.pool AND i.state = 'open'
		GROUP BY p.pool ORDER BY count(i.id) = 0, p.pool`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Status, err error) {
		var lease float64
		var due, sliced, oldest *time.Time
		err = row.Scan(&s.Pool, &s.Epoch, &s.Holder, &lease, &s.Current, &due, &sliced, &s.Open, &oldest)
		switch s.Lease = time.Duration(lease * float64(time.Second)); {
		case s.Lease < 0:
			s.Lost, s.Holder, s.Current = s.Holder, "", 0
		case s.Lease == 0: // it was given back
			s.Holder, s.Current = "", 0
		}
		s.Due, s.Sliced, s.Oldest = orZero(due), orZero(sliced), orZero(oldest)
		return s, err
	})
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Tally counts the imports of the fleet by state, and what of it is late.
type Tally struct {
	Imports map[State]int
	Pools   int // with open imports
	Held    int // of these, those that somebody works on
}

// Tally counts.
func (d *DB) Tally(ctx context.Context) (t Tally, err error) {
	t.Imports = make(map[State]int)
	rows, err := d.conns.Query(ctx, `SELECT state, count(*) FROM imports GROUP BY state`)
	if err != nil {
		return t, err
	}
	var state State
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { t.Imports[state] = n; return nil }); err != nil {
		return t, err
	}
	err = d.conns.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE holder IS NOT NULL AND lease_until > clock_timestamp())
		FROM pools p WHERE `+due+`)`).Scan(&t.Pools, &t.Held)
	return t, err
}
