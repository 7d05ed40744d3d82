package create

import (
	"math"
	"sync"
	"time"
)

// keylessAfter is how long the idempotency cache must be down, while look-ups work, before
// creations go without a key.
const keylessAfter = time.Minute

// keyService is what is known of the API's idempotency cache. The zero value is ready.
type keyService struct {
	mu    sync.Mutex
	since time.Time // that it has been down; zero: it is up
	off   bool      // it has been down for so long that requests go without keys
}

// serviceIsDown records that the cache is down, and reports whether it has been for so
// long that it is time to see whether look-ups work, or when it will be: if they don't
// either, it is an outage, which may last no longer than any other.
func (k *keyService) serviceIsDown(outage time.Duration) (due bool, left time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.since.IsZero() {
		k.since = time.Now()
	}
	if k.off {
		return false, math.MaxInt64
	}
	left = min(keylessAfter, outage) - time.Since(k.since)
	return left <= 0, left
}

func (k *keyService) serviceIsUp() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.since = time.Time{}
}

func (k *keyService) areOff() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.off
}

// turnOff has requests go without keys if the time has come. first reports whether they
// went with keys before.
func (k *keyService) turnOff() (off, first bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	off = k.off || !k.since.IsZero() && time.Since(k.since) >= keylessAfter
	first = off && !k.off
	k.off = off
	return off, first
}
