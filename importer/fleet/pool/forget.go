package pool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// RememberedFor is how long an import must have ended before it may be forgotten: the API
// answers its requests from its memory for 24 hours, and until then the same file again would
// be told that it has created what the forgotten import created.
const RememberedFor = 24 * time.Hour

// ErrKept says that an import can't be forgotten yet.
var ErrKept = errors.New("can't be forgotten")

// Forgotten is an import that is forgotten, and what goes with it.
type Forgotten struct {
	Import
	LastOfInput bool // no other import has its input
	LastOfJob   bool // no other import has its job in the ledger
}

// Ended returns the imports that have ended, or were stopped, at least age ago, the oldest
// first.
func (d *DB) Ended(ctx context.Context, age time.Duration) (ids []int64, err error) {
	rows, err := d.conns.Query(ctx, `SELECT id FROM imports WHERE state <> 'open' AND changed_at < clock_timestamp() - $1::interval ORDER BY id`, age)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// Forget forgets an import that has ended, or was stopped, RememberedFor ago. remove removes
// what goes with it, in the same transaction or elsewhere; where it fails the import is
// there still, and can be forgotten again. Nobody can enqueue for the account meanwhile; who
// works on its other imports is not held up. Errors: [ErrNoImport], [ErrKept], remove's.
func (d *DB) Forget(ctx context.Context, id int64, remove func(context.Context, pgx.Tx, Forgotten) error) (f Forgotten, err error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return f, err
	}
	err = pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		// The store may take its time. KEY SHARE keeps out who locks the pool to enqueue, and
		// neither the fence of a holder nor its renewals.
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT FROM pools WHERE pool = $1 FOR KEY SHARE`, i.Pool()); err != nil {
			return err
		}
		if f, err = forgettable(ctx, tx, id); err != nil {
			return err
		}
		if err := remove(ctx, tx, f); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM imports WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("import %d: %w", id, err)
	}
	return f, nil
}

// forgettable is the import with what only it has, or ErrKept.
func forgettable(ctx context.Context, tx pgx.Tx, id int64) (f Forgotten, err error) {
	f.Import, err = scanImport(tx.QueryRow(ctx, `SELECT `+readable+` FROM imports WHERE id = $1 FOR UPDATE`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return f, ErrNoImport
	}
	if err != nil {
		return f, err
	}
	var old, wanted bool
	err = tx.QueryRow(ctx, `SELECT i.changed_at < clock_timestamp() - $2::interval,
			EXISTS (SELECT 1 FROM imports o WHERE o.id <> i.id AND o.input_sha256 = i.input_sha256 AND o.pool = i.pool AND o.state = 'open'),
			NOT EXISTS (SELECT 1 FROM imports o WHERE o.id <> i.id AND o.input_sha256 = i.input_sha256),
			NOT EXISTS (SELECT 1 FROM imports o WHERE o.id <> i.id AND o.pool = i.pool AND o.job = i.job)
		FROM imports i WHERE i.id = $1`, id, RememberedFor).Scan(&old, &wanted, &f.LastOfInput, &f.LastOfJob)
	switch {
	case err != nil:
		return f, err
	case f.State == Open:
		return f, fmt.Errorf("it %w: it is open; cancel it first", ErrKept)
	case wanted: // it may have the same job; that is known once it has one
		return f, fmt.Errorf("it %w: another import of the same file is open", ErrKept)
	case !old:
		return f, fmt.Errorf("it %w before %s: the API remembers its requests for 24 hours", ErrKept, f.Changed.Add(RememberedFor).Local().Format(time.DateTime))
	}
	return f, nil
}
