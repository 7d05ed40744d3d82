package ledger

import (
	"fmt"
	"maps"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// ReasonCounts counts the rows of the job by reason. The counts are kept, and counted
// again only after another run: see counts in the schema.
func (l *Ledger) ReasonCounts(j Job) (map[outcome.Reason]int, error) {
	kept, state, err := l.keptCounts(j)
	if err != nil || len(kept) > 0 {
		return kept, l.wrap("read the counts", err)
	}
	counts, err := l.countReasons(j)
	if err != nil {
		return nil, err
	}
	if j.Planned && j.Rows > 0 {
		l.keepCounts(j, state, counts)
	}
	return counts, nil
}

// stateQuery gives another text after every commit in which a row of a planned job
// can have changed: each commit of a run increments the run's commits. The time and
// the requests are there for an older program that has the ledger open and does not
// count its commits.
const stateQuery = `SELECT count(*) || '/' || coalesce(sum(commits), 0) || '/' || coalesce(max(finished_at), 0) || '/' || coalesce(sum(creates + lookups), 0) FROM runs WHERE job = ?1`

// State is a text for the job and what its rows are like: it is another one after every
// commit in which a row can have changed.
func (l *Ledger) State(j Job) (string, error) {
	found, err := storage.Query(l.db, stateQuery, storage.ScanOne[string], j.pk)
	if err != nil {
		return "", l.wrap("read the state of the job", err)
	}
	return fmt.Sprintf("%s %d %d %s", j.ID, j.pk, millis(j.CreatedAt), found[0]), nil
}

// Changes is how many commits there were in which a row of the job can have changed, and its
// runs with them. It never shrinks.
func (l *Ledger) Changes(j Job) (int, error) {
	found, err := storage.Query(l.db, `SELECT count(*) + coalesce(sum(commits), 0) FROM runs WHERE job = ?`, storage.ScanOne[int], j.pk)
	if err != nil {
		return 0, l.wrap("read the state of the job", err)
	}
	return found[0], nil
}

// keptCounts returns the counts that were kept, if the job is still in the state in
// which it was counted; otherwise none, and the job's state.
func (l *Ledger) keptCounts(j Job) (kept map[outcome.Reason]int, state string, err error) {
	found, err := storage.Query(l.db, stateQuery, storage.ScanOne[string], j.pk)
	if err != nil {
		return nil, "", err
	}
	items, err := storage.Query(l.db, `SELECT reason, row_count FROM counts WHERE job = ?1 AND state = (`+stateQuery+`)`, scanKept, j.pk)
	if err != nil || len(items) == 0 {
		return nil, found[0], err
	}
	kept, total := make(map[outcome.Reason]int), 0
	for _, c := range items {
		kept[c.reason] += c.rows
		total += c.rows
	}
	if total != j.Rows {
		return nil, found[0], nil // the job was planned again
	}
	return kept, found[0], nil
}

// keepCounts keeps the counts of the job's rows with the state that the job had before
// they were counted. If the job is in another state by now, they are never used.
// Nobody waits for the write, and its error is ignored: kept counts only save time.
func (l *Ledger) keepCounts(j Job, state string, counts map[outcome.Reason]int) {
	counts = maps.Clone(counts) // the caller may change them
	l.db.StartPatient(func(tx storage.Tx) error { return writeCounts(tx, j, counts, state) })
}

// writeCounts writes the counts of a planned job's rows, with the state in which they were
// counted; nil: the one in which the job is.
func writeCounts(tx storage.Tx, j Job, counts map[outcome.Reason]int, state any) error {
	if err := tx.Exec(`DELETE FROM counts WHERE job = ?`, j.pk); err != nil {
		return err
	}
	for reason, n := range counts {
		err := tx.Exec(`INSERT INTO counts (job, reason, row_count, state) SELECT ?1, ?2, ?3, coalesce(?4, (`+stateQuery+`))
			WHERE EXISTS (SELECT 1 FROM jobs WHERE job = ?1 AND state = 'planned')`, j.pk, string(reason), n, state)
		if err != nil {
			return err
		}
	}
	return nil
}

// countStep is how many rows one statement counts. SQLite sorts rows in memory to
// group them: this many need less than a megabyte, whatever the job's size.
const countStep = 20_000

// maxNumber is the largest number that a row can have: each row has a line, and
// the plan counts lines in 32 bits.
const maxNumber = math.MaxUint32

// countReasons counts the rows themselves, on two connections if there are more than
// countStep.
func (l *Ledger) countReasons(j Job) (map[outcome.Reason]int, error) {
	const query = `SELECT status, reason, count(*) FROM rows WHERE job = ? AND number BETWEEN ? AND ? GROUP BY status, reason`
	last, err := storage.Query(l.db, `SELECT coalesce(max(number), 0) FROM rows WHERE job = ?`, storage.ScanOne[int], j.pk)
	if err != nil {
		return nil, l.wrap("count rows", err)
	}
	most := maxNumber
	if j.Planned {
		most = min(most, j.Rows)
	}
	if last[0] > most {
		return nil, l.wrap("count rows", fmt.Errorf("job %s: %w: it has a row %d of at most %d", j.ID, ErrDamaged, last[0], most))
	}
	var mu sync.Mutex // guards counts and total
	counts, total := make(map[outcome.Reason]int), 0
	group := new(errgroup.Group)
	group.SetLimit(2)
	for from, to := math.MinInt, 0; to < last[0]; from = to + 1 {
		to = min(max(from, 0)+countStep, last[0])
		group.Go(func() error {
			found, err := storage.Query(l.db, query, scanCount, j.pk, from, to)
			mu.Lock()
			defer mu.Unlock()
			for _, c := range found {
				counts[c.reason] += c.rows
				total += c.rows
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, l.wrap("count rows", err)
	}
	if j.Planned && total != j.Rows {
		return nil, l.wrap("count rows", fmt.Errorf("job %s: %w: it has %d of the %d rows", j.ID, ErrDamaged, total, j.Rows))
	}
	return counts, nil
}

type reasonCount struct {
	reason outcome.Reason
	rows   int
}

func scanCount(s *storage.Row, c *reasonCount) error {
	var status, reason string
	if err := s.Scan(&status, &reason, &c.rows); err != nil {
		return err
	}
	known, ok := classes()[status+" "+reason]
	if !ok {
		return fmt.Errorf("%w: %d rows have the status %q with the reason %q", ErrDamaged, c.rows, status, reason)
	}
	c.reason = known.Reason
	return nil
}

func scanKept(s *storage.Row, c *reasonCount) error {
	if err := s.Scan((*string)(&c.reason), &c.rows); err != nil {
		return err
	}
	if c.reason.Status() == "" || c.rows < 0 {
		return fmt.Errorf("%w: %d rows were counted for the reason %q", ErrDamaged, c.rows, c.reason)
	}
	return nil
}
