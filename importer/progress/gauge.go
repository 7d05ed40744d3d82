package progress

import (
	"sync"
	"time"
)

// The gauge looks at the last minute, which is what the API's limit is about,
// and says nothing before a sixth of it has passed.
const (
	gaugeSeconds = 60
	gaugeAtLeast = 10 * time.Second
)

// gauge measures at which rate requests go out. It is what a run really gets:
// less than its limiter allows where the API is slow, or refuses, or the
// allowance is shared.
type gauge struct {
	mu      sync.Mutex
	began   time.Time // of the first request
	counts  [gaugeSeconds]int
	seconds [gaugeSeconds]int64 // Unix time that each count is of
}

// add counts a request that goes out now.
func (g *gauge) add(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.began.IsZero() {
		g.began = now
	}
	second := now.Unix()
	at := second % gaugeSeconds
	if g.seconds[at] != second {
		g.seconds[at], g.counts[at] = second, 0
	}
	g.counts[at]++
}

// perMinute is the rate of the last minute, or of the time since the first
// request if that is less; 0 while it is too short to tell, or where nothing
// went out.
func (g *gauge) perMinute(now time.Time) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	span := min(now.Sub(g.began), gaugeSeconds*time.Second)
	if g.began.IsZero() || span < gaugeAtLeast {
		return 0
	}
	n := 0
	for at, second := range g.seconds {
		if second > now.Unix()-gaugeSeconds {
			n += g.counts[at]
		}
	}
	return float64(n) / span.Minutes()
}
