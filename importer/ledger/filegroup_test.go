//go:build !fleet

package ledger

import (
	"sent-import/importer/ledger/storage"
	"testing"
	"testing/synctest"
)

// TestGroupCommit: what is ready at the same time shares a commit, whether somebody
// waits for it or not.
func TestGroupCommit(t *testing.T) { synctest.Test(t, testGroupCommit) }

func testGroupCommit(t *testing.T) {
	const rows, claimed = 300, 200
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(rows))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:claimed], testTime))
	held, release := holdWriter(t, l)
	first := l.db.Start(func(storage.Tx) error { return nil })
	<-held
	var results []<-chan error
	for _, k := range tasks[:claimed] {
		results = append(results, run.Settle(k, createdOutcome(k.Number), nil, testTime))
	}
	for i := claimed; i < rows; i++ {
		claim := make(chan error, 1) // one result
		go func() { claim <- run.Claim(tasks[i:i+1], testTime) }()
		results = append(results, claim)
	}
	synctest.Wait() // for every claim to be handed over
	commits := 0
	results = append(results, l.db.Start(func(tx storage.Tx) error {
		*seam(tx) = func(step string) error {
			if step == "COMMIT" {
				commits++
			}
			return nil
		}
		return nil
	}))
	release()
	must(t, "the first", <-first)
	for _, result := range results {
		must(t, "Settle or Claim", <-result)
	}
	if commits != 1 {
		t.Errorf("got %d commits for %d writes that were ready, want 1", commits, rows)
	}
	if doubt, untouched := tasksOf(t, l, job); len(doubt) != rows-claimed || len(untouched) != 0 {
		t.Errorf("got %d rows that are claimed and %d that are pending, want %d and none", len(doubt), len(untouched), rows-claimed)
	}
}
