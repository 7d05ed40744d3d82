//go:build fleet

package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// TestRequestOutlivesLeaseInPostgres: the first request of a holder is on its way, or was about to be
// sent, when another holder takes the pool. The second one asks with the same key: the contact
// is there once, and its report says that the import has created it.
func TestRequestOutlivesLeaseInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	for name, test := range map[string]struct {
		takes time.Duration // the API, for the first request
		sent  time.Duration // the first request: so late. The program is suspended before
	}{
		"it takes half a minute":             {takes: 30 * time.Second},
		"its program is suspended":           {sent: 10 * time.Minute},
		"for longer than the API keeps keys": {sent: 30 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				latency := func(r simulator.Request) time.Duration {
					if r.Operation == simulator.Create && r.Phone == number(0) && r.Attempt == 0 {
						return test.takes
					}
					return 20 * time.Millisecond
				}
				g := scenario{server: simulator.Options{Latency: latency}, rows: 5, o: importer.Options{Timeout: time.Minute}}.begin(t)
				transport, disconnect := simulator.Pipe(g.server)
				t.Cleanup(disconnect)
				db := migrated(t, cluster, fmt.Sprintf("s%d", test.takes+test.sent))
				t.Cleanup(db.Close)
				first, second := g.o, g.o
				first.State, first.Ledger, first.Transport = t.TempDir(), takeOver(t, db, "pool"), suspended{transport, test.sent}
				ended := make(chan error, 1) // of the first holder
				go func() {
					result, err := importer.Run(context.Background(), first)
					if err == nil {
						err = errors.Join(errors.New("it has ended"), result.Close())
					}
					ended <- err
				}()
				time.Sleep(15 * time.Second)
				second.State, second.Ledger, second.Transport = t.TempDir(), takeOver(t, db, "pool"), transport
				result, err := importer.Run(t.Context(), second)
				if err != nil {
					t.Fatal(err)
				}
				if err := <-ended; !errors.Is(err, ledger.ErrLeaseLost) {
					t.Errorf("the first holder: got %v, want %v", err, ledger.ErrLeaseLost)
				}
				wantCreated(t, g.server, result, 5)
				if test.takes > 0 && !slices.ContainsFunc(g.server.Truth().Requests, func(r simulator.Record) bool { return r.Code == "CONFLICT_001" }) {
					t.Error("the second holder has not met the first one's request")
				}
				if err := result.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// suspended is the network of a program that is suspended before its first creation goes out:
// nothing ends the request meanwhile.
type suspended struct {
	next  http.RoundTripper
	pause time.Duration
}

func (s suspended) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.pause > 0 && r.Method == http.MethodPost {
		time.Sleep(s.pause)
		r = r.WithContext(context.WithoutCancel(r.Context()))
	}
	return s.next.RoundTrip(r)
}

// wantCreated holds a result against the API: all rows were created, each once.
func wantCreated(t *testing.T, server *simulator.Server, result *importer.Result, rows int) {
	t.Helper()
	truth := server.Truth()
	holds := truth.ByPhone("acct", "")
	if len(holds) != rows {
		t.Errorf("there are %d contacts, want %d", len(holds), rows)
	}
	for row, err := range result.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if why := disagrees(row, holds, nil); row.Status != outcome.Created || why != "" || holds[row.Phone].Commits != 1 {
			t.Errorf("row %d: %s %s %q (%s), %d commits, want it created once", row.Number, row.Status, row.Reason, row.Message, why, holds[row.Phone].Commits)
		}
	}
	if t.Failed() {
		for _, r := range truth.Requests {
			t.Logf("%+v", r)
		}
	}
}
