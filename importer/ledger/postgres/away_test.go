//go:build fleet

package postgres_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv/pgtest"
)

// TestRestart: while the server is away, shut down or crashed, writes and queries wait; all
// that was acknowledged is there afterwards, and all that waited is written once.
func TestRestart(t *testing.T) {
	cluster, err := pgtest.New()
	must(t, "New", err)
	t.Cleanup(func() { _ = cluster.Close() })
	db := openDB(t, newURL(t, cluster.URL()), postgres.Options{})
	prepare(t, db)
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	var want []int
	for i, end := range []func() error{cluster.Stop, cluster.Kill} {
		stop, done := make(chan struct{}), make(chan []int) // closed below; gives what was acknowledged
		go writeOn(s, 1000*i, stop, done)
		must(t, "end the server", end())
		must(t, "start the server", cluster.Start())
		found, err := storage.Query(s, `SELECT count(*) FROM numbers`, storage.ScanOne[int])
		if err != nil {
			t.Errorf("a query after the start: got %v, %v", found, err)
		}
		close(stop)
		want = append(want, <-done...)
		must(t, "Failure", s.Failure())
	}
	if got := numbers(t, db); !slices.Equal(got, want) {
		t.Errorf("got %d numbers %v, want the %d that were acknowledged, each written once", len(got), got, len(want))
	}
}

// writeOn writes numbers until it is to stop, or 900 of them.
func writeOn(s *postgres.Store, from int, stop <-chan struct{}, done chan<- []int) {
	var acknowledged []int
	for n := from; n < from+900; n++ {
		select {
		case <-stop:
			done <- acknowledged
			return
		default:
		}
		if err := storage.Write(s, insert(n)); err == nil {
			acknowledged = append(acknowledged, n)
		}
	}
	done <- acknowledged
}

// TestUnreachable: after the patience, the error says what it is, and nothing more is written.
func TestUnreachable(t *testing.T) {
	direct := newDB(t)
	p := newProxy(t, direct.Pool().Config().ConnConfig.ConnString())
	db := openDB(t, p.URL, postgres.Options{Patience: 200 * time.Millisecond})
	s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
	must(t, "Write", storage.Write(s, insert(1)))
	p.Disconnect()
	if err := storage.Write(s, insert(2)); !errors.Is(err, storage.ErrUnreachable) {
		t.Errorf("got %v, want %v", err, storage.ErrUnreachable)
	}
	if err := s.Failure(); !errors.Is(err, storage.ErrUnreachable) {
		t.Errorf("Failure: got %v, want %v", err, storage.ErrUnreachable)
	}
	if _, err := storage.Query(s, `SELECT count(*) FROM numbers`, storage.ScanOne[int]); !errors.Is(s.Explain(err), storage.ErrUnreachable) {
		t.Errorf("a query: got %v, want %v", err, storage.ErrUnreachable)
	}
	if got := numbers(t, direct); !slices.Equal(got, []int{1}) {
		t.Errorf("got the numbers %v, want 1", got)
	}
}
