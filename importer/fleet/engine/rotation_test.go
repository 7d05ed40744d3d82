//go:build fleet

package engine

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
)

// TestNewKeyWhileTheAccountIsNotTold: while the API gives no answer to whose the new key is,
// nothing is sent with it. Then the import goes on as the same job with another key of its
// account, and stops with one of another account.
func TestNewKeyWhileTheAccountIsNotTold(t *testing.T) {
	f := newFleet(t)
	const list = "phone\n+12122000001\n"
	begun, l := f.begin(list)
	for _, key := range []string{"other", "two"} {
		f.key = key
		f.untold.Store(http.StatusServiceUnavailable)
		f.enqueue(list)
		var later *worker.Wait
		if _, ending, err := f.work(l); !errors.As(err, &later) {
			t.Fatalf("key %s: got %+v, %v; want a wait until the account is told", key, ending, err)
		}
		if all := f.api.Truth().Contacts; len(all) != 0 {
			t.Fatalf("key %s: contacts were created: %+v", key, all)
		}
		f.untold.Store(0)
		i := f.run(l)
		switch key {
		case "other":
			if i.State != pool.Stopped || !strings.Contains(i.Reason, "acct2") {
				t.Errorf("a key of another account: %s, %s", i.State, i.Reason)
			}
		case "two":
			if i.State != pool.Done || i.Job != begun.Job || !slices.Equal(f.statuses(i.Report), []string{"created"}) {
				t.Errorf("another key of the account: %s, %s, job %s, begun as %s", i.State, i.Reason, i.Job, begun.Job)
			}
		}
	}
}

// TestNewKeyWhereAccountsAreNeverTold: then the name of the key stands for the account, and an
// import goes on as the same job with another key.
func TestNewKeyWhereAccountsAreNeverTold(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusForbidden} {
		f := newFleet(t)
		f.untold.Store(int64(status))
		const list = "phone\n+12122000001\n"
		begun, l := f.begin(list)
		f.key = "two"
		f.enqueue(list)
		if i := f.run(l); i.State != pool.Done || i.Job != begun.Job || !slices.Equal(f.statuses(i.Report), []string{"created"}) {
			t.Errorf("status %d: %s, %s, job %s, begun as %s", status, i.State, i.Reason, i.Job, begun.Job)
		}
		f.untold.Store(0)
		f.key = "one"
		f.enqueue("phone\n+12122000002\n")
		if i := f.run(l); i.State != pool.Done {
			t.Errorf("status %d, told later: %s, %s", status, i.State, i.Reason)
		}
	}
}

// TestAccountIsNoLongerTold: an import that was begun in an account does not go on where
// nothing tells whose the key is.
func TestAccountIsNoLongerTold(t *testing.T) {
	f := newFleet(t)
	const list = "phone\n+12122000001\n"
	_, l := f.begin(list)
	f.key = "two"
	f.untold.Store(http.StatusForbidden)
	f.enqueue(list)
	if i := f.run(l); i.State != pool.Stopped || !strings.Contains(i.Reason, "acct1") {
		t.Errorf("got %s, %s", i.State, i.Reason)
	}
	if all := f.api.Truth().Contacts; len(all) != 0 {
		t.Errorf("contacts were created: %+v", all)
	}
	f.untold.Store(0)
	f.enqueue(list)
	if i := f.run(l); i.State != pool.Done || !slices.Equal(f.statuses(i.Report), []string{"created"}) {
		t.Errorf("told again: %s, %s", i.State, i.Reason)
	}
}
