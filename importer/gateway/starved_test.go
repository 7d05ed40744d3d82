package gateway

import (
	"testing"
	"testing/synctest"
	"time"
)

// A request that had a handle ends the time for which none has had one.
func TestStarvationEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s starvation
		first, _ := s.begins()
		<-time.After(time.Hour)
		again, lasted := s.begins()
		if !first || again || lasted != time.Hour {
			t.Errorf("got first %t, then %t after %v, want true, then false after an hour", first, again, lasted)
		}
		s.ended()
		if again, lasted := s.begins(); again || lasted != 0 {
			t.Errorf("after a request with a handle: got first %t after %v, want false after nothing", again, lasted)
		}
	})
}
