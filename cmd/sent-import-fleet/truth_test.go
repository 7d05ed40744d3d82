//go:build fleet && linux

package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"

	"sent-import/importer/fleet/store"
	"sent-import/importer/simulator"
)

// list is what was enqueued.
type list struct {
	id   int64
	ref  string
	nth  int
	rows int
}

// add makes a list and hands it over.
func (r *rig) add(ref string, nth, rows int, flags ...string) list {
	r.t.Helper()
	return list{r.enqueue(ref, r.file(ref, nth, rows), flags...), ref, nth, rows}
}

// check holds the lists' reports against what the API holds: the promise. Each number is
// there once, and the report says of each row what is true. No account had two workers at a
// time, or more requests than it may send, and what was asked again had the same key.
func (r *rig) check(lists ...list) {
	r.t.Helper()
	truth := r.api.Truth()
	contacts := make(map[string]map[string]simulator.Contact)
	for _, c := range truth.Contacts {
		if contacts[c.Account] == nil {
			contacts[c.Account] = make(map[string]simulator.Contact)
		}
		if _, twice := contacts[c.Account][c.Phone]; twice || c.Commits > 1 {
			r.t.Errorf("%s: %s was created more than once", c.Account, c.Phone)
		}
		contacts[c.Account][c.Phone] = c
	}
	for _, l := range lists {
		r.checkReport(l, contacts[l.ref])
	}
	r.checkHolders()
	stats := r.api.Stats()
	if stats.RateLimited > 0 {
		r.t.Errorf("%d requests were more than an account may send in a minute", stats.RateLimited)
	}
	if stats.Duplicates > 0 {
		r.t.Errorf("%d creations met a contact: a row was asked again with another key", stats.Duplicates)
	}
}

func (r *rig) checkReport(l list, contacts map[string]simulator.Contact) {
	r.t.Helper()
	dir := r.fetch(l)
	if dir == "" {
		return
	}
	f, err := os.Open(filepath.Join(dir, "report.csv"))
	if err != nil {
		r.t.Error(err)
		return
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != l.rows+1 {
		r.t.Errorf("import %d: the report has %d lines (%v), want %d", l.id, len(rows), err, l.rows+1)
		return
	}
	column := make(map[string]int)
	for n, name := range rows[0] {
		column[name] = n
	}
	for n, row := range rows[1:] {
		phone := numberOf(l.nth, n)
		c, there := contacts[phone]
		if row[column["status"]] != "created" || row[column["contact_id"]] != c.ID || !there {
			r.t.Errorf("import %d, row %d: the report says %q, and the API has %q (there: %t)", l.id, n+1, row, c.ID, there)
			return
		}
	}
}

// fetch fetches the report of an import that has to be done, and returns its directory; ""
// if it is not.
func (r *rig) fetch(l list) string {
	r.t.Helper()
	ctx := context.Background()
	var state, reason, prefix string
	var exit *int
	err := r.conns.QueryRow(ctx, `SELECT state, reason, report, exit_code FROM imports WHERE id = $1`, l.id).Scan(&state, &reason, &prefix, &exit)
	if err != nil || state != "done" || exit == nil || *exit != exitOK {
		r.t.Errorf("import %d is %s (%s), %v; want it done, with nothing left", l.id, state, reason, err)
		return ""
	}
	dir := filepath.Join(r.dir, "out", strconv.FormatInt(l.id, 10))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		r.t.Error(err)
		return ""
	}
	if _, err := r.store().FetchReport(ctx, prefix, dir); err != nil {
		r.t.Error(err)
		return ""
	}
	return dir
}

// store is the fleet's.
func (r *rig) store() *store.Store {
	r.t.Helper()
	s, err := store.Open(context.Background(), r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// status is what sent-import-fleet status says.
func (r *rig) status(of ...string) (v statusView) {
	r.t.Helper()
	out, code := r.run(append([]string{"status", "--json"}, of...)...)
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil {
		r.t.Fatalf("status: exit %d, %v: %s", code, err, out)
	}
	return v
}
