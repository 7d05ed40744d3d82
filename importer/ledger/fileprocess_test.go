//go:build !fleet

package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"
)

// TestLockOfKilledProcess: a lock lives no longer than its process, however
// that ends.
func TestLockOfKilledProcess(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	c := startChild(t, "lock", dir, "job")
	if got := c.line(); got != "locked" {
		t.Fatalf("the child says %q, want that it has the lock", got)
	}
	_, err := l.Lock("job", testTime)
	var held *LockedError
	if !errors.As(err, &held) || held.Holder.PID != c.cmd.Process.Pid {
		t.Fatalf("got %v, want a LockedError that names process %d", err, c.cmd.Process.Pid)
	}
	c.kill()
	lock, err := l.Lock("job", testTime)
	must(t, "Lock after the kill", err)
	must(t, "Release", lock.Release())
}

// childLock holds a lock until it is killed.
func childLock(dir, id string) error {
	l, err := Open(dir)
	if err != nil {
		return err
	}
	if _, err := l.Lock(id, testTime); err != nil {
		return err
	}
	fmt.Println("locked")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// TestProcessesOpenAtOnce has processes create one ledger, and others migrate
// an older one.
func TestProcessesOpenAtOnce(t *testing.T) {
	for _, name := range []string{"create", "migrate"} {
		dir := t.TempDir()
		if name == "migrate" {
			closeTest(t, openTest(t, dir))
		}
		var all []*child
		for i := range 3 {
			all = append(all, startChild(t, "open", dir, strconv.Itoa(i)))
		}
		for _, c := range all {
			c.end(t)
		}
		l, err := open(dir, nextSchema)
		must(t, "open", err)
		for i := range all {
			if _, known, err := l.Account(strconv.Itoa(i), "u"); !known || err != nil {
				t.Errorf("%s: what process %d wrote: got %t, %v", name, i, known, err)
			}
		}
		closeTest(t, l)
	}
}

// childOpen creates or opens the ledger with the next version's schema.
func childOpen(dir, id string) error {
	l, err := open(dir, nextSchema)
	if err != nil {
		return err
	}
	return errors.Join(l.RememberAccount(id, "u", id), l.Close())
}
