package create

import (
	"sync"

	"sent-import/importer/outcome"
)

// settledRows counts the rows that this run has settled.
type settledRows struct {
	mu sync.Mutex
	c  outcome.Counts
}

func (t *settledRows) add(s outcome.Status) outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.c.Add(s, 1)
	return t.c
}

func (t *settledRows) counts() outcome.Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.c
}
