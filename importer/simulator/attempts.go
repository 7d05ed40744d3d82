package simulator

import (
	"hash/maphash"
	"sync"
)

// attempts counts the requests of each operation and number.
type attempts struct {
	seed   maphash.Seed
	once   sync.Once
	shards [shards]struct {
		sync.Mutex
		n map[attempt]int
	}
}

type attempt struct {
	operation Operation
	phone     string
}

// next counts one more and returns how many there are, this one included.
func (a *attempts) next(op Operation, phone string) int {
	a.once.Do(func() {
		a.seed = maphash.MakeSeed()
		for i := range a.shards {
			a.shards[i].n = map[attempt]int{}
		}
	})
	key := attempt{op, phone}
	sh := &a.shards[maphash.String(a.seed, phone)%shards]
	sh.Lock()
	defer sh.Unlock()
	sh.n[key]++
	return sh.n[key]
}
