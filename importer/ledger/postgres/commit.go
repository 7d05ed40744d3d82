package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/ledger/storage"
)

// fenced takes the row of the pool until the end of the transaction, if the fence stands.
// clock_timestamp: now() is when the transaction began.
const fenced = `SELECT epoch FROM pools
	WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() FOR SHARE`

// signed writes down which transaction it is. It tells what has become of a commit whose
// answer is lost. The server's own number of the transaction can't: after a crash it may
// give the same number to another one.
const signed = `INSERT INTO commits (pool, token) VALUES ($1, $2) ON CONFLICT (pool) DO UPDATE SET token = excluded.token`

// lastSigned is the transaction that was written last. It waits for one that is being
// committed.
const lastSigned = `INSERT INTO commits (pool, token) VALUES ($1, '') ON CONFLICT (pool) DO UPDATE SET token = commits.token RETURNING token`

// commit writes a group in one transaction.
func (s *Store) commit(group []storage.Pending) error {
	err := s.tx.gather(group)
	if err == nil {
		err = s.db.retry(s.transaction)
	}
	if err != nil {
		return explain(err)
	}
	for _, e := range s.tx.endings {
		e.committed()
	}
	return nil
}

// transaction sends what was gathered, and commits it.
func (s *Store) transaction(ctx context.Context) error {
	token := rand.Text()
	var committing bool
	err := s.db.withConn(ctx, func(conn *pgx.Conn) error {
		err := s.send(ctx, conn, token)
		if err == nil {
			err = s.tx.step("COMMIT")
		}
		if err != nil {
			if !conn.IsClosed() {
				_, _ = conn.Exec(ctx, "ROLLBACK") // a connection that is not at rest is closed
			}
			return err
		}
		committing = true
		tag, err := conn.Exec(ctx, "COMMIT")
		if err == nil && tag.String() != "COMMIT" {
			err = fmt.Errorf("%w: a transaction was rolled back at its end", storage.ErrDamaged)
		}
		return err
	})
	if broken := (*brokenError)(nil); committing && errors.As(err, &broken) {
		return s.whatBecameOf(ctx, token, broken)
	}
	return err
}

// send sends the transaction up to its commit, in one round trip.
func (s *Store) send(ctx context.Context, conn *pgx.Conn, token string) (err error) {
	batch := new(pgx.Batch)
	batch.Queue("BEGIN")
	batch.Queue(fenced, s.fence.Pool, s.fence.Epoch)
	batch.Queue(signed, s.fence.Pool, token)
	for _, statement := range s.tx.statements {
		if err := statement.queue(ctx, s.db, conn, batch); err != nil {
			return err
		}
	}
	results := conn.SendBatch(ctx, batch)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	if _, err := results.Exec(); err != nil {
		return err
	}
	err = results.QueryRow().Scan(new(int64))
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%w (pool %s, epoch %d)", storage.ErrLeaseLost, s.fence.Pool, s.fence.Epoch)
	}
	if err != nil {
		return err
	}
	if _, err := results.Exec(); err != nil {
		return err
	}
	for _, statement := range s.tx.statements {
		if err := statement.result(results); err != nil {
			return err
		}
	}
	return nil
}

// whatBecameOf asks what the server has made of a transaction whose commit it was sent: nil
// if it is written. Otherwise all of it is to be made again, which the fence refuses where
// another holder has written since.
func (s *Store) whatBecameOf(ctx context.Context, token string, broken *brokenError) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		var last string
		err := s.db.withConn(ctx, func(conn *pgx.Conn) error {
			return conn.QueryRow(ctx, lastSigned, s.fence.Pool).Scan(&last)
		})
		again := (*brokenError)(nil)
		switch {
		case err == nil && last == token:
			return nil
		case err == nil:
			return broken
		case !errors.As(err, &again):
			return fmt.Errorf("whether the last rows were written is not known: %w", unreachable(errors.Join(err, broken.err)))
		}
		if !wait(ctx, pause) {
			return fmt.Errorf("whether the last rows were written is not known: %w", unreachable(broken.err))
		}
	}
}
