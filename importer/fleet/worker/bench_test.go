//go:build fleet

package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
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

// bench is a worker whose engine is the test's, with a database of its own.
type bench struct {
	t     *testing.T
	db    *pool.DB
	conns *pgxpool.Pool
	w     *Worker
	end   context.CancelCauseFunc // asks the worker to end

	mu   sync.Mutex
	said []string
}

// newBench makes a worker with slices of that time; 0 is the default.
func newBench(t *testing.T, slice time.Duration, engine Engine) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t}
	schema := fmt.Sprint("t", schemas.Add(1))
	conns, err := pgxpool.New(t.Context(), cluster.URL("search_path="+schema))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conns.Close)
	b.conns = conns
	b.exec("CREATE SCHEMA " + schema)
	b.w, err = New(Options{Queue: conns, Beats: conns, ID: "w0", Slots: 1, Slice: slice, Engine: engine, Say: b.say})
	if err != nil {
		t.Fatal(err)
	}
	b.db, b.w.beatEvery = b.w.db, 20*time.Millisecond
	if err := errors.Join(b.db.Migrate(t.Context()), queue.Migrate(t.Context(), conns)); err != nil {
		t.Fatal(err)
	}
	b.w.ends, b.end = context.WithCancelCause(context.Background())
	t.Cleanup(func() { b.end(nil) })
	return b
}

func (b *bench) say(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, text)
}

// heard reports whether the worker has said something with these words.
func (b *bench) heard(words string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.said, func(text string) bool { return strings.Contains(text, words) })
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.conns.Exec(context.Background(), sql, args...); err != nil {
		b.t.Errorf("%s: %v", sql, err)
	}
}

// enqueue makes imports of one pool, with inputs of these names.
func (b *bench) enqueue(names ...string) (ids []int64) {
	b.t.Helper()
	for _, name := range names {
		i, _, err := b.db.Enqueue(b.t.Context(), pool.Wanted{KeyRef: "acme", BaseURL: "http://api", InputName: name, InputSHA256: name, Options: json.RawMessage(`{}`)})
		if err != nil {
			b.t.Fatal(err)
		}
		ids = append(ids, i.ID)
	}
	return ids
}

func (b *bench) get(id int64) pool.Import {
	b.t.Helper()
	i, err := b.db.Import(context.Background(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// drain is the one that the pool has last got.
func (b *bench) drain() (d queue.Drain) {
	b.t.Helper()
	if err := b.conns.QueryRow(context.Background(), `SELECT pool, epoch FROM pools`).Scan(&d.Pool, &d.Epoch); err != nil {
		b.t.Fatal(err)
	}
	return d
}

// slice works on the pool's drain.
func (b *bench) slice() {
	b.t.Helper()
	if err := b.w.work(context.Background(), b.drain()); err != nil {
		b.t.Errorf("work: %v", err)
	}
}

// released checks that the pool was given back, and when its next drain is due: after a
// time, or with a negative one never.
func (b *bench) released(epoch int64, in time.Duration) {
	b.t.Helper()
	all, err := b.db.Pools(context.Background())
	if err != nil || len(all) != 1 {
		b.t.Fatalf("got pools %v, %v", all, err)
	}
	p := all[0]
	if due := time.Until(p.Due); p.Holder != "" || p.Epoch != epoch || p.Due.IsZero() != (in < 0) || in >= 0 && (due > in || due < in-30*time.Second) {
		b.t.Errorf("got %+v; want it free, in epoch %d, with a drain in %s", p, epoch, in)
	}
}
