//go:build fleet

package pool_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/testenv/pgtest"
)

var (
	cluster *pgtest.Cluster
	schemas atomic.Int64
)

func TestMain(m *testing.M) {
	os.Exit(pgtest.Run(func(c *pgtest.Cluster) { cluster = c }, m.Run))
}

// open makes a schema with the fleet's tables.
func open(t *testing.T) (*pool.DB, *pgxpool.Pool) {
	t.Helper()
	schema := fmt.Sprint("t", schemas.Add(1))
	conns, err := pgxpool.New(t.Context(), cluster.URL("search_path="+schema))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conns.Close)
	if _, err := conns.Exec(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	db, err := pool.New(conns)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Migrate(t.Context()), queue.Migrate(t.Context(), conns)); err != nil {
		t.Fatal(err)
	}
	return db, conns
}

func wanted(content string) pool.Wanted {
	return pool.Wanted{KeyRef: "acme", BaseURL: "http://api", InputName: content + ".csv", InputSHA256: content, Options: json.RawMessage(`{}`)}
}

// drains are the jobs of River that somebody has still to begin, the oldest first.
func drains(t *testing.T, conns *pgxpool.Pool) (all []queue.Drain) {
	t.Helper()
	rows, err := conns.Query(t.Context(), `SELECT args FROM river_job WHERE state IN ('available', 'scheduled') ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d queue.Drain
		if err := rows.Scan(&d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// take takes the pool of the newest drain.
func take(t *testing.T, db *pool.DB, conns *pgxpool.Pool, holder string) pool.Lease {
	t.Helper()
	all := drains(t, conns)
	l, err := db.Take(t.Context(), all[len(all)-1], holder)
	if err != nil {
		t.Fatalf("take %v: %v", all, err)
	}
	return l
}

// expire lets a pool's lease run out.
func expire(t *testing.T, conns *pgxpool.Pool, l pool.Lease) {
	t.Helper()
	if _, err := conns.Exec(t.Context(), `UPDATE pools SET lease_until = clock_timestamp() - interval '1 ms' WHERE pool = $1`, l.Pool); err != nil {
		t.Fatal(err)
	}
}

// status is the only pool's.
func status(t *testing.T, db *pool.DB) pool.Status {
	t.Helper()
	all, err := db.Pools(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("got %v, %v; want one pool", all, err)
	}
	return all[0]
}

func TestSameFileIsTheSameImport(t *testing.T) {
	db, conns := open(t)
	first, did, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil || did != pool.Made {
		t.Fatalf("got %v, %v; want a new import", did, err)
	}
	again, did, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil || did != pool.Known || again.ID != first.ID {
		t.Errorf("the same again: got %d, %v, %v; want %d, known", again.ID, did, err, first.ID)
	}
	other := wanted("a")
	other.Options = json.RawMessage(`{"region":"DE"}`)
	if third, did, err := db.Enqueue(t.Context(), other); err != nil || did != pool.Made || third.ID != first.ID+1 {
		t.Errorf("with other options: got %d, %v, %v; want another import, with the next number", third.ID, did, err)
	}
	if all := drains(t, conns); len(all) != 1 {
		t.Errorf("got drains %v, want one: the first is on its way", all)
	}
	if _, err := db.Cancel(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if back, did, err := db.Enqueue(t.Context(), wanted("a")); err != nil || did != pool.Reopened || back.State != pool.Open {
		t.Errorf("a cancelled one again: got %v, %v, %v; want it reopened", back.State, did, err)
	}
}

func TestEpochIsTakenOnce(t *testing.T) {
	db, conns := open(t)
	if _, _, err := db.Enqueue(t.Context(), wanted("a")); err != nil {
		t.Fatal(err)
	}
	drain := drains(t, conns)[0]
	l := take(t, db, conns, "one")
	for _, stale := range []queue.Drain{drain, {Pool: drain.Pool, Epoch: drain.Epoch - 1}} {
		if _, err := db.Take(t.Context(), stale, "two"); !errors.Is(err, pool.ErrLost) {
			t.Errorf("take %v: got %v, want ErrLost", stale, err)
		}
	}
	if s := status(t, db); s.Holder != "one" || s.Lost != "" {
		t.Errorf("while one has it: got holder %q, lost %q", s.Holder, s.Lost)
	}
	expire(t, conns, l)
	if s := status(t, db); s.Holder != "" || s.Lost != "one" {
		t.Errorf("after its lease: got holder %q, lost %q", s.Holder, s.Lost)
	}
	if _, err := db.Take(t.Context(), drain, "two"); !errors.Is(err, pool.ErrLost) {
		t.Errorf("after its lease: got %v, want ErrLost: only a new epoch may be taken", err)
	}
}

func TestLostLeaseWritesNothing(t *testing.T) {
	db, conns := open(t)
	i, _, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil {
		t.Fatal(err)
	}
	l := take(t, db, conns, "one")
	if _, ok, err := db.Next(t.Context(), l); err != nil || !ok {
		t.Fatalf("next: got %v, %v", ok, err)
	}
	if cancelled, err := db.Beat(t.Context(), l, pool.Pulse{Import: i.ID, Mark: 7}); err != nil || cancelled {
		t.Fatalf("beat: got %v, %v", cancelled, err)
	}
	expire(t, conns, l)
	check := func(when string) {
		t.Helper()
		if _, err := db.Beat(t.Context(), l, pool.Pulse{Import: i.ID, Mark: 8}); !errors.Is(err, pool.ErrLost) {
			t.Errorf("%s, beat: got %v, want ErrLost", when, err)
		}
		if _, _, err := db.Next(t.Context(), l); !errors.Is(err, pool.ErrLost) {
			t.Errorf("%s, next: got %v, want ErrLost", when, err)
		}
		if _, err := db.Finish(t.Context(), l, i.ID, pool.Ending{State: pool.Done}); !errors.Is(err, pool.ErrLost) {
			t.Errorf("%s, finish: got %v, want ErrLost", when, err)
		}
		if err := db.Release(t.Context(), l, nil); !errors.Is(err, pool.ErrLost) {
			t.Errorf("%s, release: got %v, want ErrLost", when, err)
		}
	}
	check("expired")
	swept, err := db.Sweep(t.Context())
	if err != nil || len(swept) != 1 || swept[0].Holder != "one" || swept[0].Import != i.ID {
		t.Fatalf("sweep: got %+v, %v", swept, err)
	}
	check("swept")
	if next := take(t, db, conns, "two"); next.Epoch != l.Epoch+1 {
		t.Errorf("got epoch %d, want %d", next.Epoch, l.Epoch+1)
	}
	check("taken over")
	if after, err := db.Import(t.Context(), i.ID); err != nil || after.Mark != 7 || after.State != pool.Open || after.Takeovers != 1 {
		t.Errorf("got %+v, %v; want mark 7, open, one takeover", after, err)
	}
}

// TestPaceOutlivesItsHolder: a worker that is killed gives nothing back, and its successor has
// the pace of its last beat that told one.
func TestPaceOutlivesItsHolder(t *testing.T) {
	db, conns := open(t)
	if _, _, err := db.Enqueue(t.Context(), wanted("a")); err != nil {
		t.Fatal(err)
	}
	l := take(t, db, conns, "killed")
	for _, told := range []string{`{"limit":200}`, `{"limit":900}`, ""} {
		p := pool.Pulse{}
		if told != "" {
			p.Pace = json.RawMessage(told)
		}
		if _, err := db.Beat(t.Context(), l, p); err != nil {
			t.Fatal(err)
		}
	}
	expire(t, conns, l)
	if swept, err := db.Sweep(t.Context()); err != nil || len(swept) != 1 {
		t.Fatalf("sweep: got %+v, %v", swept, err)
	}
	next := take(t, db, conns, "next")
	var pace struct{ Limit float64 }
	if err := json.Unmarshal(next.Pace, &pace); err != nil || pace.Limit != 900 {
		t.Errorf("the successor has the pace %s (%v), want a limit of 900", next.Pace, err)
	}
}

func TestSweeperStopsWhatKillsItsWorkers(t *testing.T) {
	db, conns := open(t)
	bad, _, err := db.Enqueue(t.Context(), wanted("bad"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Enqueue(t.Context(), wanted("good")); err != nil {
		t.Fatal(err)
	}
	for n := range pool.MaxTakeovers + 1 {
		l := take(t, db, conns, fmt.Sprint("worker ", n))
		next, _, err := db.Next(t.Context(), l)
		if err != nil || next.ID != bad.ID {
			t.Fatalf("loss %d: got import %d, %v; want %d", n, next.ID, err, bad.ID)
		}
		expire(t, conns, l)
		swept, err := db.Sweep(t.Context())
		if want := n == pool.MaxTakeovers; err != nil || len(swept) != 1 || swept[0].Stop != want {
			t.Fatalf("loss %d: got %+v, %v; want stopped %v", n, swept, err, want)
		}
	}
	if after, err := db.Import(t.Context(), bad.ID); err != nil || after.State != pool.Stopped || after.Reason == "" {
		t.Errorf("got %+v, %v; want it stopped, with a reason", after, err)
	}
	if next, ok, err := db.Next(t.Context(), take(t, db, conns, "last")); err != nil || !ok || next.InputName != "good.csv" {
		t.Errorf("got %q, %v, %v; want the other to go on", next.InputName, ok, err)
	}
}

func TestProgressForgetsTakeovers(t *testing.T) {
	db, conns := open(t)
	i, _, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 * pool.MaxTakeovers {
		l := take(t, db, conns, "w")
		if _, _, err := db.Next(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Beat(t.Context(), l, pool.Pulse{Import: i.ID, Mark: int64(n + 1)}); err != nil {
			t.Fatal(err)
		}
		expire(t, conns, l)
		if swept, err := db.Sweep(t.Context()); err != nil || len(swept) != 1 || swept[0].Stop {
			t.Fatalf("loss %d: got %+v, %v; want it to go on", n, swept, err)
		}
	}
}

func TestSweeperFindsLostDrains(t *testing.T) {
	db, conns := open(t)
	if _, _, err := db.Enqueue(t.Context(), wanted("a")); err != nil {
		t.Fatal(err)
	}
	sweep := func(want int) {
		t.Helper()
		if swept, err := db.Sweep(t.Context()); err != nil || len(swept) != want {
			t.Fatalf("got %+v, %v; want %d", swept, err, want)
		}
	}
	age := func() {
		t.Helper()
		if _, err := conns.Exec(t.Context(), `UPDATE pools SET began_at = began_at - interval '2 minutes', drain_at = drain_at - interval '2 minutes'`); err != nil {
			t.Fatal(err)
		}
	}
	age()
	sweep(0) // its job waits for a slot
	if _, err := conns.Exec(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	sweep(1)
	sweep(0)
	if all := drains(t, conns); len(all) != 1 {
		t.Errorf("got %v, want one drain", all)
	}
}

// TestEnqueueWhenTheLastImportEnds enqueues at the moment at which a pool is released: the
// import has a drain, whoever is first.
func TestEnqueueWhenTheLastImportEnds(t *testing.T) {
	db, conns := open(t)
	for try := range 240 {
		if _, _, err := db.Enqueue(t.Context(), wanted(fmt.Sprint("first ", try))); err != nil {
			t.Fatal(err)
		}
		l := take(t, db, conns, "w")
		i, ok, err := db.Next(t.Context(), l)
		if err != nil || !ok {
			t.Fatalf("try %d: got %v, %v", try, ok, err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := db.Finish(context.Background(), l, i.ID, pool.Ending{State: pool.Done}); err != nil {
				t.Error(err)
			}
			if _, ok, err := db.Next(context.Background(), l); err != nil || ok {
				return // it has seen the second one: it would go on with it
			}
			if err := db.Release(context.Background(), l, nil); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Duration(try%24) * 100 * time.Microsecond)
		if _, _, err := db.Enqueue(t.Context(), wanted(fmt.Sprint("second ", try))); err != nil {
			t.Fatal(err)
		}
		both.Wait()
		var cared bool
		err = conns.QueryRow(t.Context(), `SELECT p.current IS NOT NULL AND p.lease_until > clock_timestamp() OR `+queue.Live+` FROM pools p`).Scan(&cared)
		if err != nil || !cared {
			t.Fatalf("try %d: an import was left without a drain (%v)", try, err)
		}
		if _, err := conns.Exec(t.Context(), `UPDATE river_job SET state = 'completed', finalized_at = now() WHERE finalized_at IS NULL;
			UPDATE imports SET state = 'done'; UPDATE pools SET holder = NULL, lease_until = '-infinity', drain_at = NULL, current = NULL`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNotBefore(t *testing.T) {
	db, conns := open(t)
	later := wanted("later")
	later.NotBefore = time.Now().Add(time.Hour)
	if _, _, err := db.Enqueue(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	var state string
	if err := conns.QueryRow(t.Context(), `SELECT state FROM river_job`).Scan(&state); err != nil || state != "scheduled" {
		t.Errorf("got %q, %v; want a scheduled job", state, err)
	}
	if _, _, err := db.Enqueue(t.Context(), wanted("now")); err != nil {
		t.Fatal(err)
	}
	l := take(t, db, conns, "w")
	next, ok, err := db.Next(t.Context(), l)
	if err != nil || !ok || next.InputName != "now.csv" {
		t.Fatalf("got %q, %v, %v; want the one that is due", next.InputName, ok, err)
	}
	if _, err := db.Finish(t.Context(), l, next.ID, pool.Ending{State: pool.Done}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := db.Next(t.Context(), l); err != nil || ok {
		t.Fatalf("got %v, %v; want none to be due", ok, err)
	}
	if err := db.Release(t.Context(), l, nil); err != nil {
		t.Fatal(err)
	}
	var in float64
	err = conns.QueryRow(t.Context(), `SELECT extract(epoch FROM scheduled_at - now())::float8 FROM river_job ORDER BY id DESC LIMIT 1`).Scan(&in)
	if err != nil || in < 3000 || in > 3601 {
		t.Errorf("the next drain comes in %.0f s (%v), want an hour", in, err)
	}
}

// TestAccountOfAnotherName: an account whose key has got another name is the new name's once
// the old one has no open imports; keys may be swapped.
func TestAccountOfAnotherName(t *testing.T) {
	db, conns := open(t)
	claim := func(l pool.Lease, account string) error { return db.ClaimAccount(t.Context(), l, account) }
	old, _, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil {
		t.Fatal(err)
	}
	first := take(t, db, conns, "one")
	if err := claim(first, "acct"); err != nil {
		t.Fatal(err)
	}
	renamed := wanted("b")
	renamed.KeyRef = "renamed"
	if _, _, err := db.Enqueue(t.Context(), renamed); err != nil {
		t.Fatal(err)
	}
	all := drains(t, conns)
	second, err := db.Take(t.Context(), all[len(all)-1], "two")
	if err != nil {
		t.Fatal(err)
	}
	var other *pool.AccountError
	if err := claim(second, "acct"); !errors.As(err, &other) || other.KeyRef != "renamed" {
		t.Errorf("while the old name has an open import: got %v, want an AccountError", err)
	}
	if _, err := db.Cancel(t.Context(), old.ID); err != nil {
		t.Fatal(err)
	}
	if err := claim(second, "acct"); err != nil {
		t.Errorf("after its end: %v", err)
	}
	if err := claim(first, "acct"); !errors.As(err, &other) {
		t.Errorf("the old name again, while the new one has an open import: got %v, want an AccountError", err)
	}
	if err := claim(first, "acct2"); err != nil {
		t.Errorf("the old name, for another account: %v", err)
	}
}
