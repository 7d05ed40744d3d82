//go:build fleet

package postgres_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
)

// TestFence: whoever has not the epoch, or whose lease has ended, writes nothing, now or
// later.
func TestFence(t *testing.T) {
	for name, edit := range map[string]string{
		"a successor has the pool": `UPDATE pools SET epoch = epoch + 1`,
		"the lease has ended":      `UPDATE pools SET lease_until = clock_timestamp()`,
		"the lease was given back": `UPDATE pools SET lease_until = '-infinity'`,
		"the pool is gone":         `DELETE FROM pools`,
	} {
		t.Run(name, func(t *testing.T) {
			db := newDB(t)
			s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
			must(t, "Write", storage.Write(s, insert(1)))
			exec(t, db, edit)
			for n := 2; n <= 3; n++ {
				if err := storage.Write(s, insert(n)); !errors.Is(err, storage.ErrLeaseLost) {
					t.Errorf("got %v, want %v", err, storage.ErrLeaseLost)
				}
			}
			if err := s.Failure(); !errors.Is(err, storage.ErrLeaseLost) {
				t.Errorf("Failure: got %v, want %v", err, storage.ErrLeaseLost)
			}
			if _, err := s.Lock("job", time.Now()); !errors.Is(err, storage.ErrLeaseLost) {
				t.Errorf("Lock: got %v, want %v", err, storage.ErrLeaseLost)
			}
			if got := numbers(t, db); !slices.Equal(got, []int{1}) {
				t.Errorf("got the numbers %v, want 1", got)
			}
		})
	}
}

// TestFenceHoldsSuccessor: while a transaction has the fence, nobody can raise the epoch, so
// a former holder's write is never on the disk after its successor's.
func TestFenceHoldsSuccessor(t *testing.T) {
	db := newDB(t)
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	reached, gate := make(chan struct{}), make(chan struct{}) // closed before the commit, and below
	written := s.Start(func(tx storage.Tx) error {
		tx.(*postgres.Tx).BeforeStep = func(step string) error {
			if step == "COMMIT" {
				close(reached)
				<-gate
			}
			return nil
		}
		return insert(1)(tx)
	})
	<-reached
	_, err := db.Pool().Exec(t.Context(), `SELECT 1 FROM pools FOR UPDATE NOWAIT`)
	if err == nil || !strings.Contains(err.Error(), "55P03") {
		t.Errorf("a successor while a write is under way: got %v, want that the row is locked", err)
	}
	raised := make(chan error, 1) // one result
	go func() {
		_, err := db.Pool().Exec(t.Context(), `UPDATE pools SET epoch = 2`)
		raised <- err
	}()
	close(gate)
	must(t, "the write", <-written)
	must(t, "the successor", <-raised)
}

// TestZombie: what a holder has queued when its pool is taken is not written, and what its
// successor writes at the same time is.
func TestZombie(t *testing.T) {
	db := newDB(t)
	zombie := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	must(t, "Write", storage.Write(zombie, insert(1)))
	exec(t, db, `UPDATE pools SET epoch = 2`)
	next := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 2})
	var lost []<-chan error
	for n := 100; n < 400; n++ {
		lost = append(lost, zombie.StartPatient(insert(n)))
	}
	must(t, "the successor", storage.Write(next, insert(2)))
	for _, result := range lost {
		if err := <-result; !errors.Is(err, storage.ErrLeaseLost) {
			t.Fatalf("got %v, want %v", err, storage.ErrLeaseLost)
		}
	}
	if got := numbers(t, db); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("got the numbers %v, want 1 and 2", got)
	}
}

// TestReadOnly: without a fence nothing is written, and reading goes on.
func TestReadOnly(t *testing.T) {
	db := newDB(t)
	s := storeOf(t, db, postgres.Fence{})
	for range 2 {
		if err := storage.Write(s, insert(1)); !errors.Is(err, postgres.ErrReadOnly) {
			t.Errorf("got %v, want %v", err, postgres.ErrReadOnly)
		}
	}
	found, err := storage.Query(s, `SELECT count(*) FROM numbers WHERE n <> ?`, storage.ScanOne[int], 0)
	if err != nil || found[0] != 0 {
		t.Errorf("got %v, %v, want 0", found, err)
	}
}

// TestValid: what the holder itself knows of its lease stops requests, not writes.
func TestValid(t *testing.T) {
	db := newDB(t)
	late := errors.New("no heartbeat for ten seconds")
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1, Valid: func() error { return late }})
	if err := s.Failure(); err != late {
		t.Errorf("got %v, want %v", err, late)
	}
	must(t, "Write", storage.Write(s, insert(1)))
}

// TestSession: what the promises rest on is set on the connections.
func TestSession(t *testing.T) {
	db := newDB(t)
	for name, want := range map[string]string{
		"synchronous_commit": "on", "fsync": "on", "idle_in_transaction_session_timeout": "10s", "transaction_isolation": "read committed",
	} {
		rows, err := db.Pool().Query(t.Context(), "SHOW "+name)
		must(t, "SHOW", err)
		if got, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string]); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
}
