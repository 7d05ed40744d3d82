package importer_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
	"sent-import/importer/simulator"
)

// No request goes out before its row is claimed on the disk: what a kill at
// this moment leaves behind is a row in doubt.
func TestClaimIsOnDiskBeforeTheRequest(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		transport, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		r := g.runOver(t.Context(), watcher{transport, func(r *http.Request) {
			if r.Method != http.MethodPost {
				return
			}
			text, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(strings.NewReader(string(text)))
			if !g.inDoubt(string(text)) {
				t.Error("a request went out before its claim was on the disk")
			}
		}})
		r.complete(t)
	})
}

// inDoubt reports whether the ledger on the disk has a claimed row whose number
// is in the text.
func (g *stage) inDoubt(text string) bool {
	l, job := g.onDisk()
	defer l.Close()
	for task, err := range l.InDoubt(job) {
		if err != nil {
			g.t.Fatal(err)
		}
		if strings.Contains(text, task.Phone) && task.ClaimedRun != 0 {
			return true
		}
	}
	return false
}

// What a run that died can have sent ends with its lease and the grace: a
// contact that somebody else made later is a duplicate, and so is one that was
// there before our claim.
func TestSomebodyElseCreates(t *testing.T) {
	const lease = serverclock.LeaseTime
	for _, test := range []struct {
		name   string
		before bool          // before our claim
		after  time.Duration // after our death
		want   outcome.Reason
	}{
		{"before the claim", true, 0, outcome.AlreadyExists},
		{"after lease and grace", false, lease + importer.DefaultTimeout + serverclock.Skew + time.Second, outcome.AlreadyExists},
		{"a day after", false, 24 * time.Hour, outcome.AlreadyExists},
	} {
		for _, offset := range testOffsets() {
			t.Run(test.name+"/"+offset.String(), func(t *testing.T) {
				t.Parallel()
				scenario{server: forgetful(offset), rows: 3}.play(t, func(t *testing.T, g *stage) {
					insert := func() { g.server.Insert("acct", "", number(1), time.Now().Add(offset)) }
					if test.before {
						insert()
						time.Sleep(5 * time.Second) // virtual
					}
					g.die(death{at: 3, executed: test.before})
					if !test.before {
						time.Sleep(test.after) // virtual
						insert()
					}
					time.Sleep(time.Hour) // virtual
					r := g.run()
					r.complete(t)
					if got := r.rows[1].Reason; got != test.want {
						t.Errorf("got %s, want %s", got, test.want)
					}
				})
			})
		}
	}
}
