package simulator

import "time"

// peak finds the largest number of requests within any window of a fixed length,
// in constant time and memory: it counts them per step (a millisecond). A window
// is that many whole steps, so a request that comes exactly one length after
// another is not in its window.
type peak struct {
	step  time.Duration
	steps []uint32 // a ring, indexed by step number modulo its length
	last  int64    // the newest step number
	sum   int64    // of all steps
	most  int64
}

func newPeak(window, step time.Duration) peak {
	return peak{step: step, steps: make([]uint32, window/step)}
}

// add counts a request. Times that run backwards count as the newest time.
func (p *peak) add(since time.Duration) {
	now := max(int64(since/p.step), p.last)
	if now-p.last >= int64(len(p.steps)) {
		clear(p.steps)
		p.sum, p.last = 0, now
	}
	for p.last < now {
		p.last++
		i := p.last % int64(len(p.steps))
		p.sum -= int64(p.steps[i])
		p.steps[i] = 0
	}
	p.steps[now%int64(len(p.steps))]++
	p.sum++
	p.most = max(p.most, p.sum)
}
