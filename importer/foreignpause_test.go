package importer_test

import (
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
)

// TestPauseOfAnotherRunIsShown: a pause that a run was asked for holds the next one as well,
// also where the first was killed meanwhile, and people see why nothing is sent.
func TestPauseOfAnotherRunIsShown(t *testing.T) {
	scenario{rows: 4, o: importer.Options{Rate: "auto"}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		file, err := importer.PaceFile(g.o.State, g.o.Key, g.o.BaseURL)
		if err != nil {
			t.Fatal(err)
		}
		killed := pace.New(pace.Options{Shared: file, Rand: func() float64 { return 0 }})
		killed.Pause(35 * time.Second)
		until := killed.PausedUntil()
		if err := killed.Close(); err != nil {
			t.Fatal(err)
		}
		g.o.Progress = new(importer.Progress)
		shown := make(chan time.Time, 1) // after 5 seconds
		time.AfterFunc(5*time.Second, func() { shown <- g.o.Progress.Snapshot().PausedUntil })
		g.undo(t.Context(), r.Job.ID, importer.UndoOptions{}).complete(t, outcome.UndoCounts{Deleted: 4})
		if shown := <-shown; shown.Sub(until).Abs() > time.Second {
			t.Errorf("after 5 s a pause until %v is shown, and it lasts until %v", shown, until)
		}
	})
}
