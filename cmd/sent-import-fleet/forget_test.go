//go:build fleet && linux

package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestForget: nothing is left of an import that is forgotten, neither in the database nor in
// the store, and everything of the others is.
func TestForget(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, perMinute, nil)
	r.worker("w0")
	goes, stays := r.add("acct0", 0, 20), r.add("acct1", 1, 20)
	again := r.enqueue("acct0", filepath.Join(r.dir, "lists", "acct0-0.csv"), "--existing", "off") // the same job
	r.finished(time.Minute)
	if out, code := r.run("forget", fmt.Sprint(goes.id)); code != exitFailed || !strings.Contains(out, "can't be forgotten before") {
		t.Errorf("at once: exit %d: %s", code, out)
	}
	if out, code := r.run("forget", "--older-than", "48h"); code != exitOK || !strings.Contains(out, "No import is that old") {
		t.Errorf("none is old: exit %d: %s", code, out)
	}
	r.exec(`UPDATE imports SET changed_at = now() - interval '49 hours' WHERE pool LIKE '%acct0'`)
	if out, code := r.run("forget", fmt.Sprint(goes.id)); code != exitOK || !strings.Contains(out, "another import of the same file") {
		t.Errorf("the first of two: exit %d: %s", code, out)
	}
	if n := r.number(`SELECT count(*) FROM rows`); n != 40 {
		t.Errorf("%d rows are left, want all while the second import has them", n)
	}
	out, code := r.run("forget", "--older-than", "48h")
	if want := fmt.Sprintf("import %d: acct0-0.csv (acct0) is forgotten\n", again); code != exitOK || out != want {
		t.Errorf("exit %d, got %q, want %q", code, out, want)
	}
	r.checkForgotten()
	if n := r.number(`SELECT count(*) FROM rows`); n != 20 {
		t.Errorf("%d rows are left, want the other account's 20", n)
	}
	r.check(stays)
	r.enqueue("acct0", filepath.Join(r.dir, "lists", "acct0-0.csv"))
	r.finished(time.Minute)
	if n := r.number(`SELECT (counts->>'created')::bigint + (counts->>'duplicate')::bigint FROM imports WHERE pool LIKE '%acct0'`); n != 20 {
		t.Errorf("the same file again: %d rows are created or duplicate, want 20", n)
	}
}

// checkForgotten: no table has a job that is in none of the imports, and the store has the
// other import's input and report alone.
func (r *rig) checkForgotten() {
	r.t.Helper()
	rows, err := r.conns.Query(r.t.Context(), `SELECT table_name FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'job' AND table_name <> 'imports'`, r.schema)
	if err != nil {
		r.t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			r.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if len(tables) < 5 {
		r.t.Errorf("got only the tables %v", tables)
	}
	for _, table := range tables {
		if n := r.number(`SELECT count(*) FROM ` + table + ` WHERE job NOT IN (SELECT j.job FROM jobs j JOIN imports i ON i.job = j.id)`); n != 0 {
			r.t.Errorf("%s has %d rows of a forgotten job", table, n)
		}
	}
	prefixes := make(map[string]int)
	err = filepath.WalkDir(filepath.Join(r.dir, "store"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(filepath.Join(r.dir, "store"), path)
			prefixes[strings.Join(strings.Split(filepath.ToSlash(rel), "/")[:2], "/")]++
		}
		return err
	})
	if err != nil || len(prefixes) != 2 {
		r.t.Errorf("the store has %v, %v; want an input and a report", prefixes, err)
	}
}
