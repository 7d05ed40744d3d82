package create

import (
	"context"
	"sync"
)

// opening holds back all rows but the first until the API has answered that one.
type opening struct {
	answered chan struct{} // closed by open
	once     *sync.Once
}

func newOpening() opening { return opening{make(chan struct{}), new(sync.Once)} }

// open lets the others go.
func (o opening) open() { o.once.Do(func() { close(o.answered) }) }

func (o opening) wait(ctx context.Context) {
	select {
	case <-o.answered:
	case <-ctx.Done():
	}
}
