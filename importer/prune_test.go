package importer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// jobIDs are the jobs of the stage's ledger, the newest first.
func (g *stage) jobIDs() (ids []string) {
	g.t.Helper()
	jobs, err := importer.Jobs(g.o.State)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, j := range jobs {
		ids = append(ids, j.ID)
	}
	return ids
}

// prune forgets jobs, and returns those that were forgotten.
func (g *stage) prune(age time.Duration) (ids []string) {
	g.t.Helper()
	pruned, err := importer.Prune(g.o.State, age)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, j := range pruned.Jobs {
		ids = append(ids, j.ID)
	}
	return ids
}

// forgetful runs the importer where contacts of an earlier generation, or of a
// job that was forgotten, are in the account: they are duplicates of this one.
func (g *stage) forgetful() map[outcome.Reason]int {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	o := g.o
	o.Transport = transport
	r, err := importer.Run(g.t.Context(), o)
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return r.Reasons
}

// Only jobs that are finished and old are forgotten, and what is imported again
// after that is told as what it is: the contacts exist.
func TestPrune(t *testing.T) {
	scenario{rows: 3, server: simulator.Options{Latency: steady(time.Second)}}.play(t, func(t *testing.T, g *stage) {
		old := g.run()
		g.write("phone\n" + number(5) + "\n")
		g.o.MaxDuration = time.Nanosecond // ends before its first request
		open := g.run()
		g.o.MaxDuration = 0
		time.Sleep(48 * time.Hour) // virtual
		g.write("phone\n" + number(6) + "\n")
		young := g.run()
		if got := g.prune(49 * time.Hour); got != nil {
			t.Errorf("nothing is that old: got %v forgotten", got)
		}
		if got := g.prune(47 * time.Hour); len(got) != 1 || got[0] != old.Job.ID {
			t.Errorf("got %v forgotten, want %s", got, old.Job.ID)
		}
		if got := g.jobIDs(); len(got) != 2 || got[0] != young.Job.ID || got[1] != open.Job.ID {
			t.Errorf("got %v left, want %s and %s", got, young.Job.ID, open.Job.ID)
		}
		g.write("phone\n" + number(0) + "\n" + number(1) + "\n" + number(2) + "\n")
		if got := g.forgetful(); got[outcome.AlreadyExists] != 3 {
			t.Errorf("imported again: got %v, want 3 duplicates", got)
		}
	})
}

// A finished generation of a job whose newest one is open stays, and so does a
// job that somebody is running.
func TestPruneKeeps(t *testing.T) {
	scenario{rows: 3, server: simulator.Options{Latency: steady(time.Second)}}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		time.Sleep(48 * time.Hour) // virtual
		l, _ := g.onDisk()
		lock, err := l.Lock(first.Job.ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := g.prune(importer.MinPruneAge); got != nil {
			t.Errorf("got %v forgotten, which is locked", got)
		}
		if err := errors.Join(lock.Release(), l.Close()); err != nil {
			t.Fatal(err)
		}
		g.o.Fresh, g.o.MaxDuration = true, time.Nanosecond
		second := g.run()
		time.Sleep(48 * time.Hour) // virtual
		if got := g.prune(importer.MinPruneAge); got != nil {
			t.Errorf("got %v forgotten, want %s kept with %s", got, first.Job.ID, second.Job.ID)
		}
		g.o.Fresh, g.o.MaxDuration = false, 0
		g.forgetful()
		time.Sleep(48 * time.Hour) // virtual
		if got := g.prune(importer.MinPruneAge); len(got) != 1 || got[0] != second.Job.ID || len(g.jobIDs()) != 0 {
			t.Errorf("got %v forgotten and %v left, want both generations gone", got, g.jobIDs())
		}
	})
}

// A job that the API's memory of idempotency keys reaches back to is not
// forgotten.
func TestPruneTooYoung(t *testing.T) {
	var usage *importer.UsageError
	if _, err := importer.Prune(t.TempDir(), importer.MinPruneAge-1); !errors.As(err, &usage) {
		t.Errorf("got %v, want a usage error", err)
	}
	if pruned, err := importer.Prune(t.TempDir(), importer.MinPruneAge); err != nil || pruned.Jobs != nil {
		t.Errorf("without a ledger: got %v and %v, want nothing", pruned.Jobs, err)
	}
}

// What was freed is told: of the ledger's file, and of standard input that was kept.
func TestPruneTellsWhatItFrees(t *testing.T) {
	scenario{}.play(t, func(t *testing.T, g *stage) {
		var list strings.Builder
		for i := range 500 {
			list.WriteString(number(i) + "\n")
		}
		g.o.Input, g.o.Stdin, g.o.Concurrency = "-", strings.NewReader("phone\nx\n"+list.String()), 32
		g.run()
		time.Sleep(importer.MinPruneAge) // in virtual time
		pruned, err := importer.Prune(g.o.State, importer.MinPruneAge)
		if err != nil || len(pruned.Jobs) != 1 {
			t.Fatalf("got %+v, %v", pruned, err)
		}
		if want := int64(len("phone\nx\n") + list.Len()); pruned.SpoolBytes != want || pruned.LedgerBytes < 10_000 {
			t.Errorf("got %d bytes of standard input, want %d; and %d bytes of the ledger", pruned.SpoolBytes, want, pruned.LedgerBytes)
		}
	})
}
