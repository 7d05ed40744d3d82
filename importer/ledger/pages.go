package ledger

import (
	"fmt"
	"iter"
)

// page is how many rows are read at once. Readers never keep a read open for
// long: the write-ahead log could not be folded back while they do.
const page = 1000

// paged turns a function that reads the page after a row number into a
// sequence. The page after the one that is being used is read meanwhile.
func paged[T any](l *Ledger, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return pagedAhead(l, 1, next, number)
}

// pagedAhead does the same with so many pages at once. More than one takes a
// job's every row: only then is it known where the page after the next begins.
// In a damaged file numbers may come in any order, and a page after a lower one
// would be read for ever.
func pagedAhead[T any](l *Ledger, pages int, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		ahead := make([]func() ([]T, error), 0, pages)
		for n := range pages {
			ahead = append(ahead, readAhead(next, n*page))
		}
		defer func() { wait(ahead) }()
		for after := 0; len(ahead) > 0; {
			items, err := ahead[0]()
			ahead = append(ahead[:0], ahead[1:]...)
			if err != nil {
				yield(none, err)
				return
			}
			if len(items) == page {
				ahead = append(ahead, readAhead(next, number(items[page-1])+(pages-1)*page))
			}
			for _, item := range items {
				if number(item) <= after {
					err = l.wrap("read rows", fmt.Errorf("%w: row %d is out of order", ErrDamaged, number(item)))
					item = none
				}
				if !yield(item, err) || err != nil {
					return
				}
				after = number(item)
			}
		}
	}
}

// readAhead begins to read a page; the function that it returns waits for it.
func readAhead[T any](next func(after int) ([]T, error), after int) func() ([]T, error) {
	var items []T
	var err error
	done := make(chan struct{}) // closed when items and err are there
	go func() {
		defer close(done)
		items, err = next(after)
	}()
	return func() ([]T, error) {
		<-done
		return items, err
	}
}

// wait returns when the pages that nobody wants any more have been read:
// nothing reads on when the sequence has ended.
func wait[T any](ahead []func() ([]T, error)) {
	for _, p := range ahead {
		_, _ = p()
	}
}
