package ledger

import (
	"fmt"
	"iter"
)

// page is how many rows are read at once. Readers never keep a read open for
// long: meanwhile the write-ahead log could not be copied into the file.
const page = 1000

// paged turns a function that reads the page after a row number into a
// sequence. While one page is used, the next one is read. doing is for errors.
func paged[T any](l *Ledger, doing string, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
	return pagedAhead(l, 1, doing, next, number)
}

// pagedAhead does the same and reads so many pages at once. More than one page is
// possible only where every row of the job is read: otherwise it is not known where
// the page after the next begins. In a damaged file the numbers may come in any
// order; they are checked, since a page after a lower number would be read for ever.
func pagedAhead[T any](l *Ledger, pages int, doing string, next func(after int) ([]T, error), number func(T) int) iter.Seq2[T, error] {
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
				yield(none, l.wrap(doing, err))
				return
			}
			if len(items) == page {
				ahead = append(ahead, readAhead(next, number(items[page-1])+(pages-1)*page))
			}
			for _, item := range items {
				if number(item) <= after {
					err = l.wrap(doing, fmt.Errorf("%w: row %d is out of order", ErrDamaged, number(item)))
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

// readAhead starts to read a page; the function that it returns waits for the page.
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

// wait returns when the pages that are still being read have been read: no
// goroutine outlives the sequence.
func wait[T any](ahead []func() ([]T, error)) {
	for _, p := range ahead {
		_, _ = p()
	}
}
