package simulator

import (
	"sync"
	"time"
)

// peak finds the most requests within any window of a fixed length, in constant
// time and memory: it counts each millisecond (or the like) apart. A window is
// that many whole steps, so a request that comes exactly one length after
// another is not in its window.
type peak struct {
	mu    sync.Mutex
	step  time.Duration
	steps []uint32 // a ring, indexed by step number modulo its length
	last  int64    // the newest step number
	sum   uint64   // of all steps
	most  uint64
}

func newPeak(window, step time.Duration) *peak {
	return &peak{step: step, steps: make([]uint32, window/step)}
}

func (p *peak) add(since time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := max(int64(since/p.step), p.last)
	if now-p.last >= int64(len(p.steps)) {
		clear(p.steps)
		p.sum, p.last = 0, now
	}
	for p.last < now {
		p.last++
		i := p.last % int64(len(p.steps))
		p.sum -= uint64(p.steps[i])
		p.steps[i] = 0
	}
	p.steps[now%int64(len(p.steps))]++
	p.sum++
	p.most = max(p.most, p.sum)
}

func (p *peak) max() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(p.most)
}
