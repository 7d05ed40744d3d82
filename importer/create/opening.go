package create

import (
	"context"
	"sync"

	"sent-import/importer/sent"
)

// maxAlone is how often the first row may be refused for its rate before the others go all
// the same: if that is the row's own trouble, it would hold them up for ever.
const maxAlone = 3

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

// serves reports whether the verdict shows that the API is there and decides about
// contacts.
func serves(v sent.Verdict) bool {
	return v.Kind != sent.Unknown && v.Kind != sent.NotExecuted && v.Kind != sent.NotSent
}
