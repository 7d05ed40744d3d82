package gateway

import (
	"fmt"
	"sync/atomic"
)

// Budget is how many requests may be made, by one run or by several that share it. It may
// be used by several goroutines. nil has no end.
type Budget struct {
	most int64
	used atomic.Int64
}

// NewBudget returns a budget of n requests, 1 or more.
func NewBudget(n int) *Budget { return &Budget{most: int64(n)} }

// BudgetError says that a run has made the requests that it may. What is not settled stays
// pending.
type BudgetError struct{ Requests int }

func (e *BudgetError) Error() string {
	return fmt.Sprintf("the requests that the command may make are made: %d", e.Requests)
}

// take takes a request from the budget, if one is left.
func (b *Budget) take() error {
	if b != nil && b.used.Add(1) > b.most {
		return &BudgetError{int(b.most)}
	}
	return nil
}

// sent says how many requests one was that was taken: none where there was no file handle
// to send it, several where net/http sent a read again.
func (b *Budget) sent(n int64) {
	if b != nil {
		b.used.Add(n - 1)
	}
}

// Left is how many requests may still be made; -1 for as many as it takes.
func (b *Budget) Left() int {
	if b == nil {
		return -1
	}
	return int(max(0, b.most-b.used.Load()))
}
