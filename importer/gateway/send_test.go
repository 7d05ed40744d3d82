package gateway

import (
	"testing"
	"time"

	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// A dead connection says nothing of the server: the request is made again over a fresh
// one. If that fails in the same way, row after row, it is an outage. A transport of
// the user's own may know no other way to fail.
func TestDeadConnectionsAreAnOutageOnlyIfFresh(t *testing.T) {
	for _, fresh := range []bool{false, true} {
		g := New(t.Context(), Options{Outage: time.Minute, Progress: new(progress.Progress), Say: func(string) {}})
		defer g.life.close()
		for row := range outageFailures {
			g.judge(Permit{}, Caller{Row: row, Fresh: fresh}, sent.Answer{DeadConn: true}, sent.Verdict{Kind: sent.Unknown})
		}
		if out := g.OutageState().Now; out != fresh {
			t.Errorf("fresh %t: got an outage %t", fresh, out)
		}
	}
}
