//go:build fleet

package postgres_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv/pgtest"
)

// TestCommitInDoubt cuts the connection at a commit, so that we don't know whether the server
// has seen it: the transaction is written once.
func TestCommitInDoubt(t *testing.T) {
	for name, at := range map[string]pgtest.Cut{
		"the commit is lost": pgtest.BeforeServer, "its answer is lost": pgtest.BeforeAnswer, "the server takes the connection for open": pgtest.HalfOpen, "the commit comes late": pgtest.Late,
	} {
		t.Run(name, func(t *testing.T) {
			direct := newDB(t)
			p := newProxy(t, direct.Pool().Config().ConnConfig.ConnString())
			s := storeOf(t, openDB(t, p.URL, postgres.Options{}), postgres.Fence{Pool: pool, Epoch: 1})
			must(t, "Write", storage.Write(s, insert(1)))
			c := cutNext(t, p, at)
			written := s.Start(func(tx storage.Tx) error {
				if err := tx.Exec(`SET LOCAL idle_in_transaction_session_timeout = ` + patienceOfServer[at]); err != nil {
					return err
				}
				return insert(2)(tx)
			})
			<-c.Reached
			if at != pgtest.HalfOpen { // there the server ends the transaction by itself
				if at == pgtest.Late {
					waitForLock(t, direct)
				}
				c.Release()
			}
			must(t, "the write whose commit is cut", <-written)
			must(t, "Write", storage.Write(s, insert(3)))
			if got := numbers(t, direct); !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("got the numbers %v, want 1, 2 and 3, each written once", got)
			}
		})
	}
}

// patienceOfServer is how long the server waits for what comes after a transaction's last
// statement, in ms: less than idleInTransaction, where the test waits for its end.
var patienceOfServer = map[pgtest.Cut]string{pgtest.BeforeServer: "10000", pgtest.BeforeAnswer: "10000", pgtest.HalfOpen: "200", pgtest.Late: "10000"}

// waitForLock waits until somebody waits for the end of a transaction.
func waitForLock(t *testing.T, db *postgres.DB) {
	t.Helper()
	began := time.Now()
	for waiting := false; !waiting; {
		if time.Since(began) > 20*time.Second {
			t.Fatal("nobody waits")
		}
		err := db.Pool().QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)`).Scan(&waiting)
		must(t, "look at the locks", err)
	}
}

// TestCommitInDoubtOverCrash: the server crashes between a commit and its answer, and gives
// the number of a transaction that is lost to another one, of another pool. What was lost is
// written again, and what was not is not.
func TestCommitInDoubtOverCrash(t *testing.T) {
	cluster, err := pgtest.New()
	must(t, "New", err)
	t.Cleanup(func() { _ = cluster.Close() })
	url := newURL(t, cluster.URL())
	prepare(t, openDB(t, url, postgres.Options{}))
	keepsNothingUnasked(t, cluster)
	for n, at := range []pgtest.Cut{pgtest.Stuck, pgtest.BeforeAnswer} {
		p := newProxy(t, url)
		s := storeOf(t, openDB(t, p.URL, postgres.Options{}), postgres.Fence{Pool: pool, Epoch: 1})
		must(t, "Write", storage.Write(s, insert(100*n)))
		c := cutNext(t, p, at)
		written := s.Start(insert(100*n + 1))
		<-c.Reached
		number := transactionOf(t, url, 100*n+1)
		must(t, "Kill", cluster.Kill())
		must(t, "Start", cluster.Start())
		after := openDB(t, url, postgres.Options{})
		others(t, after, n, number)
		c.Release()
		must(t, "the write whose answer is lost", <-written)
		if got := numbers(t, after); !slices.Contains(got, 100*n+1) {
			t.Errorf("%d: the write was told as written, and is not there: %v", n, got)
		}
	}
}

// keepsNothingUnasked has the server bring nothing to the disk that no commit asks for, so
// that it forgets in a crash which transactions were under way.
func keepsNothingUnasked(t *testing.T, cluster *pgtest.Cluster) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), cluster.URL())
	must(t, "connect", err)
	for _, setting := range []string{"wal_level = minimal", "max_wal_senders = 0", "wal_writer_delay = '10s'", "autovacuum = off"} {
		_, err := conn.Exec(t.Context(), "ALTER SYSTEM SET "+setting)
		must(t, setting, err)
	}
	must(t, "close", conn.Close(t.Context()))
	must(t, "Stop", cluster.Stop())
	must(t, "Start", cluster.Start())
}

// transactionOf is the server's number of the transaction that writes a number, under way or
// committed.
func transactionOf(t *testing.T, url string, n int) (number int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, "connect", err)
	err = conn.QueryRow(t.Context(), `SELECT coalesce((SELECT xmin::text::bigint FROM numbers WHERE n = $1),
		(SELECT max(backend_xid::text::bigint) FROM pg_stat_activity WHERE state = 'idle in transaction'))`, n).Scan(&number)
	must(t, "find the transaction", err)
	must(t, "close", conn.Close(t.Context()))
	return number
}

// others writes for another pool until one of its transactions has the number or, where the
// server has kept that, a later one.
func others(t *testing.T, db *postgres.DB, nth int, number int64) {
	t.Helper()
	exec(t, db, `INSERT INTO pools (pool, epoch, lease_until) VALUES ('other', 1, 'infinity') ON CONFLICT DO NOTHING`)
	s := storeOf(t, db, postgres.Fence{Pool: "other", Epoch: 1})
	for n, reached := 0, false; !reached; n++ {
		must(t, "Write", storage.Write(s, insert(1000*(nth+1)+n)))
		err := db.Pool().QueryRow(t.Context(), `SELECT max(xmin::text::bigint) >= $1 FROM numbers WHERE n >= 1000`, number).Scan(&reached)
		must(t, "find the transactions", err)
	}
}

// TestCommitInDoubtAfterTakeover: the answer to a commit is lost, and another holder has
// written before the server is asked: the lease is lost, whatever has become of the commit,
// and the write is not made again.
func TestCommitInDoubtAfterTakeover(t *testing.T) {
	for name, test := range map[string]struct {
		at   pgtest.Cut
		want []int
	}{
		"the commit is lost": {pgtest.BeforeServer, []int{1, 3}}, "its answer is lost": {pgtest.BeforeAnswer, []int{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			direct := newDB(t)
			p := newProxy(t, direct.Pool().Config().ConnConfig.ConnString())
			s := storeOf(t, openDB(t, p.URL, postgres.Options{}), postgres.Fence{Pool: pool, Epoch: 1})
			must(t, "Write", storage.Write(s, insert(1)))
			c := cutNext(t, p, test.at)
			written := s.Start(insert(2))
			<-c.Reached
			exec(t, direct, `UPDATE pools SET epoch = 2`)
			must(t, "the successor", storage.Write(storeOf(t, direct, postgres.Fence{Pool: pool, Epoch: 2}), insert(3)))
			c.Release()
			if err := <-written; !errors.Is(err, storage.ErrLeaseLost) {
				t.Errorf("got %v, want %v", err, storage.ErrLeaseLost)
			}
			if err := s.Failure(); !errors.Is(err, storage.ErrLeaseLost) {
				t.Errorf("Failure: got %v, want %v", err, storage.ErrLeaseLost)
			}
			if got := numbers(t, direct); !slices.Equal(got, test.want) {
				t.Errorf("got the numbers %v, want %v", got, test.want)
			}
		})
	}
}
