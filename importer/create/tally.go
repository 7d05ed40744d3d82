package create

import (
	"sent-import/importer/outcome"
	"sync"
)

// tally counts the rows that this run has settled.
type tally struct {
	mu sync.Mutex
	c  outcome.Counts
}

func (t *tally) add(s outcome.Status) outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.c.Add(s, 1)
	return t.c
}

func (t *tally) counts() outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.c
}
