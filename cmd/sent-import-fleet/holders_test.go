//go:build fleet && linux

package main

import (
	"context"
	"time"
)

// tenure is who had an account, from when to when at most.
type tenure struct {
	holder      string
	from, until time.Time
}

// checkHolders holds each request that the API got against the journal: its worker had the
// account; and against the other requests: no other worker has sent one since it took the
// account. So two never have one at a time, also where a lease and the next overlap.
func (r *rig) checkHolders() {
	r.t.Helper()
	tenures := r.tenures()
	last := make(map[string]map[string]time.Time) // request of each account by worker
	for _, q := range r.seen() {
		if r.cameBack(q) {
			continue
		}
		had, ok := heldBy(tenures[q.ref], q)
		if !ok {
			r.t.Errorf("%s sent a request for %s at %s, when it did not have the account: %+v", q.worker, q.ref, q.at.Format(time.StampMilli), tenures[q.ref])
			return
		}
		for other, at := range last[q.ref] {
			if other != q.worker && at.After(had.from) {
				r.t.Errorf("%s sent a request for %s at %s, and %s one at %s, when the first had the account since %s",
					q.worker, q.ref, q.at.Format(time.StampMilli), other, at.Format(time.StampMilli), had.from.Format(time.StampMilli))
				return
			}
		}
		if last[q.ref] == nil {
			last[q.ref] = make(map[string]time.Time)
		}
		last[q.ref][q.worker] = q.at
	}
}

// cameBack reports whether a request is one that a stopped worker was about to send when it
// was continued: it had looked at its clock before. It has the key that the successor uses.
func (r *rig) cameBack(q request) bool {
	for _, at := range r.continued[q.worker] {
		if after := q.at.Sub(at); after >= 0 && after < onTheWay {
			return true
		}
	}
	return false
}

// onTheWay is how long a request is on its way to the API on this machine, at most.
const onTheWay = 2 * time.Second

// heldBy is the last tenure of the request's worker that had begun before the request; ok is
// false where it was over by then.
func heldBy(tenures []tenure, q request) (had tenure, ok bool) {
	for _, t := range tenures {
		if t.holder == q.worker && !q.at.Before(t.from) && t.from.After(had.from) {
			had = t
		}
	}
	return had, q.at.Before(had.until.Add(onTheWay))
}

// tenures reads the journal: an epoch's holder has the account from the moment at which it
// took it until the next epoch begins, or its lease runs out.
func (r *rig) tenures() map[string][]tenure {
	r.t.Helper()
	rows, err := r.conns.Query(context.Background(), `SELECT split_part(pool, '|', 2), holder, min(at), least(max(lease_until),
			coalesce((SELECT min(n.at) FROM journal n WHERE n.pool = j.pool AND n.epoch > j.epoch), 'infinity'::timestamptz))
		FROM journal j WHERE holder IS NOT NULL AND lease_until > '-infinity' GROUP BY pool, epoch, holder`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	all := make(map[string][]tenure)
	for rows.Next() {
		var ref string
		var t tenure
		if err := rows.Scan(&ref, &t.holder, &t.from, &t.until); err != nil {
			r.t.Fatal(err)
		}
		all[ref] = append(all[ref], t)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return all
}
