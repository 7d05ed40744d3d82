//go:build fleet && linux

package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sent-import/importer/fleet/engine"
	"sent-import/importer/fleet/store"
)

// TestEnqueueAsTheLastImportEnds enqueues a list for an account at the moment at which a worker
// has written down the end of its last one, and looks whether there is another before it gives
// the account back: it is never left for the sweeper, which would find it after a minute.
func TestEnqueueAsTheLastImportEnds(t *testing.T) {
	t.Parallel()
	const tries, left = 240, 45 * time.Second
	r := newRig(t, shared, 4, 10_000, nil)
	r.exec(`CREATE FUNCTION tell_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('ended', NEW.key_ref); RETURN NULL; END $$;
		CREATE TRIGGER tell_end AFTER UPDATE ON imports FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION tell_end()`)
	listener, err := r.conns.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Release()
	if _, err := listener.Exec(t.Context(), `LISTEN ended`); err != nil {
		t.Fatal(err)
	}
	var inputs []store.Input
	for n := range tries + len(r.refs) {
		in, err := r.store().PutInput(t.Context(), r.file("any", n, 1))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, in)
	}
	var lists []list
	enqueue := func(ref string) {
		n := len(lists)
		i, err := r.enqueueWith(t.Context(), ref, fmt.Sprint(n, ".csv"), inputs[n], engine.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, list{i.ID, ref, n, 1})
	}
	r.worker("w0")
	r.worker("w1")
	for _, ref := range r.refs {
		enqueue(ref)
	}
	for range tries {
		ctx, cancel := context.WithTimeout(t.Context(), left)
		ended, err := listener.Conn().WaitForNotification(ctx)
		cancel()
		if err != nil {
			t.Fatalf("no import ended within %s, after %d lists: %v", left, len(lists), err)
		}
		enqueue(ended.Payload)
	}
	r.finished(left)
	r.check(lists...)
	epochs := r.number(`SELECT sum(epoch) FROM pools`)
	t.Logf("FIGURE of %d lists, %d were enqueued before their account was given back", tries, int64(len(lists))-epochs)
}
