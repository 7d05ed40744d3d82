//go:build fleet

package pool_test

import (
	"encoding/json"
	"errors"
	"testing"

	"sent-import/importer/fleet/pool"
)

// TestEndStands: a renewal that is on its way when an import ends changes nothing of it.
func TestEndStands(t *testing.T) {
	for _, state := range []pool.State{pool.Done, pool.Stopped, pool.Cancelled} {
		db, conns := open(t)
		i, _, err := db.Enqueue(t.Context(), wanted("a"))
		if err != nil {
			t.Fatal(err)
		}
		l := take(t, db, conns, "w")
		if state == pool.Cancelled {
			if _, err := db.Cancel(t.Context(), i.ID); err != nil {
				t.Fatal(err)
			}
		}
		ending := pool.Ending{State: state, Counts: json.RawMessage(`{"failed": 2}`)}
		if state == pool.Cancelled {
			ending.State = pool.Open // the worker has not seen it yet
		}
		if _, err := db.Finish(t.Context(), l, i.ID, ending); err != nil {
			t.Fatal(err)
		}
		before, err := db.Import(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		cancelled, err := db.Beat(t.Context(), l, pool.Pulse{Import: i.ID, Mark: 9, PerMinute: 7, Counts: json.RawMessage(`{"failed": 0, "pending": 2}`)})
		if err != nil || cancelled != (state == pool.Cancelled) {
			t.Errorf("%s: got %v, %v", state, cancelled, err)
		}
		after, err := db.Import(t.Context(), i.ID)
		if err != nil || after.State != state || string(after.Counts) != string(before.Counts) || after.PerMinute != 0 || !after.Changed.Equal(before.Changed) {
			t.Errorf("%s: got %+v, %v, want it as it was: %+v", state, after, err, before)
		}
	}
}

// TestAnyText: names of files, and what errors say of them, may be no text.
func TestAnyText(t *testing.T) {
	db, conns := open(t)
	w := wanted("caf\xe9\x00")
	w.InputSHA256 = "a"
	i, _, err := db.Enqueue(t.Context(), w)
	if err != nil || i.InputName != "caf\uFFFD\uFFFD.csv" {
		t.Fatalf("got %q, %v", i.InputName, err)
	}
	l := take(t, db, conns, "w\xff")
	if _, err := db.Finish(t.Context(), l, i.ID, pool.Ending{State: pool.Stopped, Reason: "open /k\xe9ys\x00"}); err != nil {
		t.Fatal(err)
	}
	if after, err := db.Import(t.Context(), i.ID); err != nil || after.Reason != "open /k\uFFFDys\uFFFD" {
		t.Errorf("got %q, %v", after.Reason, err)
	}
}

// TestReopenedImportGetsFurther: an import that is tried again is at its beginning again, so
// that what it does then counts as getting further.
func TestReopenedImportGetsFurther(t *testing.T) {
	db, conns := open(t)
	i, _, err := db.Enqueue(t.Context(), wanted("a"))
	if err != nil {
		t.Fatal(err)
	}
	l := take(t, db, conns, "w")
	if _, err := db.Beat(t.Context(), l, pool.Pulse{Import: i.ID, Mark: 100}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Finish(t.Context(), l, i.ID, pool.Ending{State: pool.Done, Counts: json.RawMessage(`{"failed": 60}`)}); err != nil {
		t.Fatal(err)
	}
	if again, did, err := db.Enqueue(t.Context(), wanted("a")); err != nil || did != pool.Reopened || again.Mark != 0 {
		t.Errorf("got %s with the mark %d, %v; want it open, at its beginning", did, again.Mark, err)
	}
}

// TestReportIsOfTheLastEnd: an import that was tried again, and ended without a report of that,
// does not show the report of the end before, which it may have left behind.
func TestReportIsOfTheLastEnd(t *testing.T) {
	ends := map[string]func(t *testing.T, db *pool.DB, l pool.Lease, id int64) error{
		"stopped": func(t *testing.T, db *pool.DB, l pool.Lease, id int64) error {
			_, err := db.Finish(t.Context(), l, id, pool.Ending{State: pool.Stopped, Reason: "why"})
			return err
		},
		"stopped after errors": func(t *testing.T, db *pool.DB, l pool.Lease, id int64) error {
			var err error
			for range pool.MaxTakeovers {
				_, failed := db.Finish(t.Context(), l, id, pool.Ending{State: pool.Open, Reason: "why", Failed: true})
				err = errors.Join(err, failed)
			}
			return err
		},
		"cancelled": func(t *testing.T, db *pool.DB, l pool.Lease, id int64) error {
			_, err := db.Cancel(t.Context(), id)
			return err
		},
	}
	for name, end := range ends {
		db, conns := open(t)
		i, _, err := db.Enqueue(t.Context(), wanted("a"))
		if err != nil {
			t.Fatal(err)
		}
		l := take(t, db, conns, "w")
		if _, err := db.Finish(t.Context(), l, i.ID, pool.Ending{State: pool.Done, Counts: json.RawMessage(`{"failed": 2}`), Report: "reports/1/1"}); err != nil {
			t.Fatal(err)
		}
		if _, did, err := db.Enqueue(t.Context(), wanted("a")); err != nil || did != pool.Reopened {
			t.Fatalf("got %s, %v", did, err)
		}
		if _, err := db.Finish(t.Context(), l, i.ID, pool.Ending{State: pool.Open}); err != nil {
			t.Fatal(err)
		}
		if between, err := db.Import(t.Context(), i.ID); err != nil || between.Report != "reports/1/1" {
			t.Errorf("%s, while it goes on: got %q, %v; want the report of its last end", name, between.Report, err)
		}
		if err := end(t, db, l, i.ID); err != nil {
			t.Fatal(err)
		}
		if after, err := db.Import(t.Context(), i.ID); err != nil || after.State == pool.Open || after.Report != "" {
			t.Errorf("%s: it is %s with the report %q, %v; want none", name, after.State, after.Report, err)
		}
	}
}
