package simulator

import "sync"

// attempts counts the requests of each operation and number. The zero value is
// ready.
type attempts struct {
	mu sync.Mutex
	n  map[attempt]int
}

type attempt struct {
	operation Operation
	phone     string
}

// next counts one more request and returns their number.
func (a *attempts) next(op Operation, phone string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == nil {
		a.n = map[attempt]int{}
	}
	key := attempt{op, phone}
	a.n[key]++
	return a.n[key]
}
