package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/ledger/storage"
)

// fenced takes the row of the pool until the end of the transaction, if the fence stands.
// clock_timestamp: now() is when the transaction began. The transaction's number is for the
// case that the answer to its commit is lost.
const fenced = `SELECT pg_current_xact_id()::text FROM pools
	WHERE pool = $1 AND epoch = $2 AND lease_until > clock_timestamp() FOR SHARE`

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
	var number string
	var committing bool
	err := s.db.withConn(ctx, func(conn *pgx.Conn) (err error) {
		if number, err = s.send(ctx, conn); err == nil {
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
		return s.db.whatBecameOf(ctx, number, broken)
	}
	return err
}

// send sends the transaction up to its commit, in one round trip, and returns its number.
func (s *Store) send(ctx context.Context, conn *pgx.Conn) (number string, err error) {
	batch := new(pgx.Batch)
	batch.Queue("BEGIN")
	batch.Queue(fenced, s.fence.Pool, s.fence.Epoch)
	for _, statement := range s.tx.statements {
		if err := statement.queue(ctx, s.db, conn, batch); err != nil {
			return "", err
		}
	}
	results := conn.SendBatch(ctx, batch)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	if _, err := results.Exec(); err != nil {
		return "", err
	}
	err = results.QueryRow().Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%w (pool %s, epoch %d)", storage.ErrLeaseLost, s.fence.Pool, s.fence.Epoch)
	}
	if err != nil {
		return "", err
	}
	for _, statement := range s.tx.statements {
		if err := statement.result(results); err != nil {
			return "", err
		}
	}
	return number, nil
}

// whatBecameOf asks what the server has made of a transaction whose commit it was sent: nil
// if it is committed. Then nothing is written again; else all of it.
func (db *DB) whatBecameOf(ctx context.Context, number string, broken *brokenError) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		var status *string
		err := db.withConn(ctx, func(conn *pgx.Conn) error {
			return conn.QueryRow(ctx, `SELECT pg_xact_status($1::text::xid8)`, number).Scan(&status)
		})
		again := (*brokenError)(nil)
		switch {
		case err == nil && status != nil && *status == "committed":
			return nil
		case err == nil && status != nil && *status == "aborted":
			return broken // to be made again
		case err == nil && status == nil, err != nil && !errors.As(err, &again):
			return fmt.Errorf("whether the last rows were written is not known: %w", unreachable(errors.Join(err, broken.err)))
		}
		if !wait(ctx, pause) {
			return fmt.Errorf("whether the last rows were written is not known: %w", unreachable(broken.err))
		}
	}
}
