//go:build browser

package browser

import (
	"os"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// TestMillionRows: the page of a job of a million rows has less than 2 MB, and is there at
// once.
func TestMillionRows(t *testing.T) {
	j := jobs()[fullest]
	j.rows, j.row = 1_000_000, rowOf(outcome.ReasonCreated, outcome.PhoneInvalid, outcome.ServerError)
	path := write(t, j)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 2<<20 {
		t.Errorf("got %d bytes, want 2 MB at most", info.Size())
	}
	p := open(t)
	p.show(t, path, normal(desktop))
	took := time.Duration(eval[float64](t, p, "performance.getEntriesByType('navigation')[0].loadEventEnd")) * time.Millisecond
	t.Logf("%d bytes, loaded in %v", info.Size(), took)
	if took > 3*time.Second { // a tenth of that, on a machine that has nothing else to do
		t.Errorf("got a page that is there after %v, want it at once", took)
	}
}
