//go:build fleet && linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sent-import/importer/fleet/engine"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
)

// addDirectly hands a list over without a process of its own.
func (r *rig) addDirectly(ref string, nth, rows int) list {
	r.t.Helper()
	ctx := context.Background()
	file := r.file(ref, nth, rows)
	in, err := r.store().PutInput(ctx, file)
	if err != nil {
		r.t.Fatal(err)
	}
	i, err := r.enqueueWith(ctx, ref, filepath.Base(file), in, engine.Settings{})
	if err != nil {
		r.t.Fatal(err)
	}
	return list{i.ID, ref, nth, rows}
}

func (r *rig) enqueueWith(ctx context.Context, ref, name string, in store.Input, with engine.Settings) (pool.Import, error) {
	db, err := pool.New(r.conns)
	if err != nil {
		return pool.Import{}, err
	}
	i, _, err := db.Enqueue(ctx, pool.Wanted{
		KeyRef: ref, BaseURL: r.server.URL, InputName: name, InputSHA256: in.SHA256, InputBytes: in.Bytes, Options: with.Text(),
	})
	return i, err
}

// TestManyAccounts has two workers with 20 slots each and 200 accounts, and kills one of
// them: every account goes on, and none waits for long.
func TestManyAccounts(t *testing.T) {
	t.Parallel()
	const accounts, slice = 200, 20 * time.Second
	r := newRig(t, shared, accounts, 600, nil)
	var lists []list
	for n, ref := range r.refs {
		lists = append(lists, r.addDirectly(ref, n%7, 25))
	}
	began := time.Now()
	first := r.worker("w0", "--slots", "20", "--slice", slice.String())
	r.worker("w1", "--slots", "20", "--slice", slice.String())
	r.until("half of the accounts are under way", time.Minute, func() bool { return len(r.seen()) > accounts*25/4 })
	r.signal(first, syscall.SIGKILL)
	r.finished(3 * time.Minute)
	r.note("200 accounts with 25 rows each, one of two workers killed", time.Since(began))
	longest := r.longestGap(began)
	r.note("the longest time that an account waited", longest)
	if longest > 3*slice {
		t.Errorf("an account waited %s, want 3 slices (%s) at most", longest, 3*slice)
	}
	r.check(lists...)
}

// longestGap is the longest time without a request of an account, from when all were
// enqueued until its last request.
func (r *rig) longestGap(began time.Time) (longest time.Duration) {
	last := make(map[string]time.Time)
	for _, q := range r.seen() {
		before, ok := last[q.ref]
		if !ok {
			before = began
		}
		longest = max(longest, q.at.Sub(before))
		last[q.ref] = q.at
	}
	if len(last) != len(r.refs) {
		r.t.Errorf("%d accounts had requests, want all %d", len(last), len(r.refs))
	}
	return longest
}

// TestFairness has three accounts with long lists share one slot: none waits for the end of
// another.
func TestFairness(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 3, 600, nil)
	var lists []list
	for _, ref := range r.refs {
		lists = append(lists, r.addDirectly(ref, 0, 60))
	}
	r.worker("w0", "--slots", "1", "--slice", "2s")
	r.finished(2 * time.Minute)
	var turns []string
	for _, q := range r.seen() {
		if len(turns) == 0 || turns[len(turns)-1] != q.ref {
			turns = append(turns, q.ref)
		}
	}
	if len(turns) < 7 || fmt.Sprint(turns[:3]) != fmt.Sprint(turns[3:6]) {
		t.Errorf("the accounts' turns were %v, want them one after the other", turns)
	}
	r.check(lists...)
}
