//go:build fleet && linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStoreIsDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, perMinute, nil)
	r.worker("w0")
	goes := r.add("acct0", 0, 100)
	r.until("it begins", time.Minute, func() bool { return r.by("acct0", "w0") > 20 })
	waits := r.add("acct1", 1, 50, "--not-before", time.Now().Add(time.Second).Format(time.RFC3339))
	store := filepath.Join(r.dir, "store")
	if err := os.Rename(store, store+".away"); err != nil {
		t.Fatal(err)
	}
	reason := func(l list) string {
		for _, i := range r.status(fmt.Sprint(l.id)).Imports {
			return i.Reason
		}
		return ""
	}
	r.until("the second says that the store is away", time.Minute, func() bool { return strings.Contains(reason(waits), "store") })
	r.until("the first has all rows, and waits with its report", time.Minute, func() bool { return strings.Contains(reason(goes), "report") })
	if n := len(r.api.Truth().ByPhone("acct0", "")); n != goes.rows {
		t.Errorf("the first has created %d contacts, want %d", n, goes.rows)
	}
	if err := os.Rename(store+".away", store); err != nil { // it would go into one that was made meanwhile
		t.Fatal(err)
	}
	r.finished(2 * time.Minute)
	r.check(goes, waits)
}

func TestInputIsMissingOrChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 6000, nil)
	missing, changed, good := r.add("acct0", 0, 10), r.add("acct0", 1, 10), r.add("acct0", 2, 10)
	for id, spoil := range map[int64]func(path string) error{
		missing.id: os.Remove,
		changed.id: func(path string) error { return os.WriteFile(path, []byte("phone\n+12125550100\n"), 0o600) },
	} {
		var sha string
		for _, i := range r.status(fmt.Sprint(id)).Imports {
			sha = i.SHA256
		}
		if err := spoil(filepath.Join(r.dir, "store", "inputs", sha)); err != nil {
			t.Fatal(err)
		}
	}
	r.worker("w0")
	r.finished(time.Minute)
	for _, l := range []list{missing, changed} {
		if i := r.status(fmt.Sprint(l.id)).Imports[0]; i.State != "stopped" || !strings.Contains(i.Reason, "in the store") {
			t.Errorf("import %d is %s (%s), want it stopped for its input", l.id, i.State, i.Reason)
		}
	}
	r.check(good)
}
