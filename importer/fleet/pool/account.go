package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// AccountError says that the pool's key is of an account of which another pool has imports
// open: two pools would use its limit twice, and might work on one job at once.
type AccountError struct {
	KeyRef string // of the pool
	Other  string // reference of the key by which the account's imports are known
}

func (e *AccountError) Error() string {
	return fmt.Sprintf("the key %s is of the same account as the key %s, which has imports that are not done, and one account has one limit: enqueue the file with that one, or again when they are done", e.KeyRef, e.Other)
}

// uniqueViolation is PostgreSQL's code for a second row where there may be one.
const uniqueViolation = "23505"

// ClaimAccount writes down whose account the pool is, as the API has told it, or what stands
// for it. A pool that had it before, and has no open imports, loses it: the key has got
// another name, or is another account's now. Its errors are AccountError, and ErrLost where
// the lease is over.
func (d *DB) ClaimAccount(ctx context.Context, l Lease, account string) error {
	err := pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE pools p SET account = NULL WHERE split_part(pool, '|', 1) = split_part($1, '|', 1) AND account = $2 AND pool <> $1
			AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.pool = p.pool AND i.state = 'open')`, l.Pool, account)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `UPDATE pools SET account = $3 WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() RETURNING epoch`,
			l.Pool, l.Epoch, account).Scan(new(int64))
	})
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != uniqueViolation {
		return lost(err)
	}
	base, ref, _ := strings.Cut(l.Pool, "|")
	var other string
	err = d.conns.QueryRow(ctx, `SELECT pool FROM pools WHERE split_part(pool, '|', 1) = $1 AND account = $2`, base, account).Scan(&other)
	if err != nil {
		return lost(err)
	}
	return &AccountError{KeyRef: ref, Other: strings.TrimPrefix(other, base+"|")}
}
