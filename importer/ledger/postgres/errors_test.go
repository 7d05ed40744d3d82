//go:build fleet

package postgres_test

import (
	"errors"
	"slices"
	"testing"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
)

// failOnce is a statement that fails in the first transaction that makes it: a sequence is not
// rolled back.
const failOnce = `CREATE SEQUENCE tries;
	CREATE FUNCTION fail_once(code text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
		IF nextval('tries') > 1 THEN RETURN 0; END IF;
		IF code = 'end' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); END IF;
		RAISE EXCEPTION 'a test' USING ERRCODE = code;
	END $$`

func failing(code string, n int) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		if err := tx.Exec(`INSERT INTO numbers (n) VALUES (? + 1000 + fail_once(?))`, n, code); err != nil {
			return err
		}
		return insert(n)(tx)
	}
}

// TestErrorsThatPass: a transaction that fails as it well may not a moment later is made
// again, as a whole.
func TestErrorsThatPass(t *testing.T) {
	for _, code := range []string{"40001", "40P01", "25006", "53000", "53200", "53300", "53400", "55006", "55P03", "57014", "57P01", "57P02", "57P03", "08006", "end"} {
		db := newDB(t)
		exec(t, db, failOnce)
		s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
		must(t, code, storage.Write(s, failing(code, 1)))
		must(t, code+", the next", storage.Write(s, insert(2)))
		if got := numbers(t, db); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("%s: got the numbers %v, want 1 and 2", code, got)
		}
	}
}

// TestErrorsThatStay: all who share the transaction are told of an error that stays, nothing
// of it is written, and nothing is later.
func TestErrorsThatStay(t *testing.T) {
	for code, want := range map[string]error{"53100": storage.ErrDiskFull, "23505": nil, "XX001": storage.ErrDamaged, "42P01": storage.ErrDamaged} {
		db := newDB(t)
		exec(t, db, failOnce)
		s := storeOf(t, db, postgres.Fence{Pool: pool, Epoch: 1})
		must(t, code, storage.Write(s, insert(1)))
		began, gate := make(chan struct{}), make(chan struct{}) // while it waits, the others become one group
		first := s.Start(func(storage.Tx) error { close(began); <-gate; return nil })
		<-began
		results := []<-chan error{s.Start(insert(2)), s.Start(failing(code, 3)), s.StartPatient(insert(4))}
		close(gate)
		must(t, code+", the group before", <-first)
		for n, result := range append(results, s.Start(insert(5))) {
			if err := <-result; err == nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%s, write %d: got %v, want %v", code, n, err, want)
			}
		}
		if err := s.Failure(); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: no request may begin any more: got %v, want %v", code, err, want)
		}
		if got := numbers(t, db); !slices.Equal(got, []int{1}) {
			t.Errorf("%s: got the numbers %v, want 1", code, got)
		}
	}
}
