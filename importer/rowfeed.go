package importer

import (
	"sync"

	"sent-import/importer/outcome"
)

const (
	// feedAhead is how many settles may wait to be told: enough that a reader which is
	// slow for a moment holds nothing up, and a bound for its memory.
	feedAhead = 512
	// feedBatch is how many rows are read from the ledger at once.
	feedBatch = 256
)

// rowFeed gives rows to Options.Settled once they are settled on the disk. What it gives is
// read from the ledger again, so that it is what the report says.
type rowFeed struct {
	settled func(written <-chan error, rows ...int) // for create.Options; nil: nobody wants rows
	told    func()                                  // returns when all rows so far have been given; nil like settled
	close   func() error                            // gives the rest, and returns why rows could not be read; may be called again
}

// settling are rows whose settles are on their way to the disk, or somebody who waits until
// those before have been given.
type settling struct {
	rows    []int
	written <-chan error
	told    chan<- struct{} // closed then; nil: nobody waits
}

// feedRows starts to give rows. The feed must be closed.
func (s *session) feedRows() rowFeed {
	if s.o.Settled == nil {
		return rowFeed{close: func() error { return nil }}
	}
	queue := make(chan settling, feedAhead) // closed by close
	var done sync.WaitGroup
	var broken error
	done.Go(func() { broken = s.feed(queue) })
	return rowFeed{
		settled: func(written <-chan error, rows ...int) { queue <- settling{rows: rows, written: written} },
		told: func() {
			told := make(chan struct{})
			queue <- settling{told: told}
			<-told
		},
		close: sync.OnceValue(func() error {
			close(queue)
			done.Wait()
			return broken
		}),
	}
}

// feed gives the rows of the queue until it is closed. After an error it only empties it.
func (s *session) feed(queue <-chan settling) (broken error) {
	var rows []int
	for next := range queue {
		rows = rows[:0]
		for more := next.told == nil; more; {
			if <-next.written == nil { // else they are not settled
				rows = append(rows, next.rows...)
			}
			if more = len(rows) < feedBatch; more {
				select {
				case next, more = <-queue:
					more = more && next.told == nil
				default:
					more = false
				}
			}
		}
		if broken == nil && len(rows) > 0 {
			broken = s.giveRows(rows)
		}
		if next.told != nil {
			close(next.told)
		}
	}
	return broken
}

func (s *session) giveRows(numbers []int) error {
	rows, err := s.ledger.RowsOf(s.job.entry, numbers)
	for _, row := range rows {
		s.o.Settled(s.reported(row))
	}
	return err
}

// tellPlanned gives the rows that the plan has settled, if this session has made it.
func (s *session) tellPlanned() error {
	if s.o.Settled == nil || s.job.planned == nil || s.checked != nil {
		return nil
	}
	for row, err := range s.ledger.Rows(s.job.entry) {
		if err != nil {
			return err
		}
		if row.Row.Status != outcome.Pending {
			s.o.Settled(s.reported(row))
		}
	}
	return nil
}
