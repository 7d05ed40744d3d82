package create

import (
	"testing"
	"testing/synctest"
	"time"
)

// The time for which the idempotency cache is down ends when it is up.
func TestKeyServiceIsUpInBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keyService
		k.serviceIsDown(time.Hour)
		<-time.After(keylessAfter)
		k.serviceIsUp()
		if due, left := k.serviceIsDown(time.Hour); due || left != keylessAfter {
			t.Errorf("got due %t, %v left, want %v", due, left, keylessAfter)
		}
		if off, _ := k.turnOff(); off {
			t.Error("creations go without keys")
		}
	})
}
