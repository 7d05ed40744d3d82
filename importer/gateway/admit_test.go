package gateway

import (
	"errors"
	"testing"
	"time"

	"sent-import/importer/pace"
)

// A run that is stopped while a request waits for the ledger sends it no more: after a
// refusal of the key each request would be refused as well, and ten lock the key.
func TestAdmitAfterAStopDuringTheLease(t *testing.T) {
	g := New(t.Context(), Options{Outage: time.Minute, Concurrency: 1, Connections: 1, Limiter: pace.New(pace.Options{Unlimited: true})})
	defer g.life.close()
	reason := errors.New("the reason")
	g.UseLease(func(time.Time) error {
		g.Stop(reason)
		return nil
	})
	if _, err := g.Admit(); !errors.Is(err, reason) {
		t.Errorf("got %v, want %v", err, reason)
	}
}
