package pool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Enqueued says what an enqueue has done.
type Enqueued string

// What it can have done.
const (
	Made     Enqueued = "new"      // there is a new import
	Known    Enqueued = "known"    // it was open, or done with nothing left to try
	Reopened Enqueued = "reopened" // it was stopped, cancelled, or done with rows that can be tried again
)

// identity tells imports apart: the same content with the same options in the same account
// is the same import, whatever the file is called.
func (w Wanted) identity() string {
	text, err := json.Marshal([]any{w.Pool(), w.Profile, w.Sandbox, w.InputSHA256, w.Options})
	if err != nil {
		panic("pool: the options are no JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Enqueue makes an import, or finds that it is there, and sees that its pool is worked on.
// The input is in the store before. All or nothing: one transaction.
func (d *DB) Enqueue(ctx context.Context, w Wanted) (i Import, did Enqueued, err error) {
	err = pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO pools (pool) VALUES ($1) ON CONFLICT DO NOTHING`, w.Pool()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT FROM pools WHERE pool = $1 FOR UPDATE`, w.Pool()); err != nil {
			return err
		}
		if i, did, err = d.open(ctx, tx, w); err != nil || did == Known {
			return err
		}
		return d.ensureDrain(ctx, tx, w.Pool(), w.NotBefore)
	})
	if err != nil {
		return i, did, fmt.Errorf("enqueue %s: %w", w.InputName, err)
	}
	return i, did, nil
}

// open opens the import again, or finds it, or makes it, in a transaction that has locked
// the pool: so nobody else makes it meanwhile, and no number of an import is left out.
func (d *DB) open(ctx context.Context, tx pgx.Tx, w Wanted) (i Import, did Enqueued, err error) {
	identity := w.identity()
	i, err = scanImport(tx.QueryRow(ctx, `UPDATE imports SET state = 'open', reason = '', takeovers = 0, tries = 0, mark = 0, not_before = $2, exit_code = NULL, changed_at = clock_timestamp()
		WHERE identity = $1 AND (state IN ('stopped', 'cancelled') OR state = 'done' AND (counts->>'failed')::bigint > 0) RETURNING `+readable, identity, orEver(w.NotBefore)))
	if !errors.Is(err, pgx.ErrNoRows) {
		return i, Reopened, err
	}
	i, err = scanImport(tx.QueryRow(ctx, `SELECT `+readable+` FROM imports WHERE identity = $1`, identity))
	if !errors.Is(err, pgx.ErrNoRows) {
		return i, Known, err
	}
	i, err = scanImport(tx.QueryRow(ctx, `INSERT INTO imports (identity, pool, key_ref, base_url, profile, sandbox, input_name, input_sha256, input_bytes, options, not_before)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING `+readable,
		identity, w.Pool(), w.KeyRef, w.BaseURL, w.Profile, w.Sandbox, storable(w.InputName), w.InputSHA256, w.InputBytes, w.Options, orEver(w.NotBefore)))
	return i, Made, err
}

// ensureDrain begins a new epoch of a pool whose row the transaction has locked, unless
// somebody has the pool, who looks for imports before giving it back, or a drain is on its
// way that comes early enough. One that is on its way and lost is the sweeper's.
func (d *DB) ensureDrain(ctx context.Context, tx pgx.Tx, pool string, due time.Time) error {
	var cared bool
	err := tx.QueryRow(ctx, `SELECT holder IS NOT NULL AND lease_until > clock_timestamp()
			OR holder IS NULL AND drain_at IS NOT NULL AND drain_at <= greatest($2, clock_timestamp())
		FROM pools WHERE pool = $1`, pool, orEver(due)).Scan(&cared)
	if err != nil || cared {
		return err
	}
	return d.begin(ctx, tx, pool, due)
}
