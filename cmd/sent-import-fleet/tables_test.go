//go:build fleet && linux

package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTablesOfAnotherVersion: a command that finds older or newer tables begins nothing, and says
// what to do.
func TestTablesOfAnotherVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 6000, nil)
	file := r.file("acct0", 0, 1)
	commands := map[string][]string{
		"status":  {"status"},
		"enqueue": {"enqueue", file, "--key-ref", "acct0"},
		"work":    {"work", "--keys-dir", filepath.Join(r.dir, "keys", "w0")},
	}
	refused := func(name, says string) {
		t.Helper()
		cmd := r.command(commands[name]...)
		limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // a worker that begins does not end
		defer limit.Stop()
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(string(out), says) {
			t.Errorf("%s: exit %d: %q, want %q in it", name, code, out, says)
		}
	}
	r.exec("INSERT INTO fleet_schema VALUES (99)")
	commands["migrate"] = []string{"migrate"}
	for name := range commands {
		refused(name, "(version 99, this program knows up to 1): update sent-import-fleet")
	}
	delete(commands, "migrate")
	r.exec("DELETE FROM fleet_schema WHERE version = 99")
	const migrate = "run sent-import-fleet migrate with the same --database"
	r.exec("DELETE FROM river_migration WHERE version = (SELECT max(version) FROM river_migration)")
	for name := range commands {
		refused(name, migrate)
	}
	r.exec("DROP TABLE river_migration")
	for name := range commands {
		refused(name, migrate)
	}
}

// TestMigrateTogether: those who migrate an empty database at once take turns.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 0, 6000, nil)
	r.exec("DROP SCHEMA " + r.schema + " CASCADE")
	r.exec("CREATE SCHEMA " + r.schema)
	const together = 4
	var all sync.WaitGroup
	for range together {
		all.Go(func() {
			if out, err := r.command("migrate").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if out, code := r.run("status"); code != exitOK {
		t.Errorf("status: exit %d: %s", code, out)
	}
}
