package importer_test

import (
	"testing"

	"sent-import/importer"
	"sent-import/importer/create"
	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// literalID is the id that the stage's job has in a ledger of versions that took
// the base URL as it was given.
func (g *stage) literalID(job ledger.Job, baseURL string) string {
	return jobid.Identity{FileSHA256: job.Input.SHA256, Account: "acct", BaseURL: baseURL, Reading: job.Meaning}.JobID()
}

// One machine has one job, however it is spelled; a job that an older version
// has made under a spelling keeps its id, and with it its keys.
func TestAttack09SpellingsOfOneJob(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.o.BaseURL = "http://LOCALHOST/"
		first := g.run()
		for _, spelling := range []string{"http://localhost", "http://localhost.:80", "http://LocalHost"} {
			g.o.BaseURL = spelling
			if r := g.run(); r.Job.ID != first.Job.ID || r.ThisRun.Requests != (importer.Requests{}) {
				t.Errorf("%s: got job %s and requests %+v, want %s and none", spelling, r.Job.ID, r.ThisRun.Requests, first.Job.ID)
			}
		}
	})
}

func TestJobKeepsItsLiteralBaseURL(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.die(death{at: 1}) // it has planned, and asks for the account
		l, job := g.onDisk()
		old := g.literalID(job, "http://LOCALHOST")
		if _, err := l.Rename(job, old, 1, "acct"); err != nil {
			t.Fatal(err)
		}
		if err := l.RememberAccount(jobid.Fingerprint(g.o.Key), "http://LOCALHOST", "acct"); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		g.o.BaseURL = "http://LOCALHOST/"
		r := g.run()
		if r.Job.ID != old {
			t.Errorf("got job %s, want %s", r.Job.ID, old)
		}
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
		for _, row := range r.rows {
			if want := create.KeyOf(ledger.Job{ID: old}, row.Phone, 1); row.Key != want {
				t.Errorf("row %d: got key %s, want %s", row.Number, row.Key, want)
			}
		}
		g.o.Fresh = true
		if r := g.run(); r.Job.ID != old+"-2" {
			t.Errorf("started over: got job %s, want %s-2", r.Job.ID, old)
		}
	})
}
