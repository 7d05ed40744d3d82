package worker

import (
	"errors"
	"testing"
	"time"

	"sent-import/importer/fleet/pool"
)

// TestAwayIsToldOnce: whoever reads the log learns when the database went and when it came
// back, and not more.
func TestAwayIsToldOnce(t *testing.T) {
	var db sight
	now := time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)
	gone := errors.New("dial:\n\trefused\n\trefused")
	for n, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{gone, "the database can't be used (dial: refused): after 10s without it nothing is sent."},
		{gone, ""},
		{nil, "the database is back, after 10s."},
		{nil, ""},
	} {
		if got := db.tell(now, c.err); got != c.want {
			t.Errorf("look %d: got %q, want %q", n, got, c.want)
		}
		now = now.Add(5 * time.Second)
	}
}

// TestBeginsAreTold: the first slice of an import and the one after a lost worker are told,
// the slices between are not.
func TestBeginsAreTold(t *testing.T) {
	var said string
	w := &Worker{o: Options{Say: func(text string) { said = text }}}
	for want, i := range map[string]pool.Import{
		"import 7 (acme): begins.":                                 {},
		"import 7 (acme): goes on here after its worker was lost.": {Job: "x", Takeovers: 1},
		"": {Job: "x"},
	} {
		said = ""
		i.ID, i.KeyRef = 7, "acme"
		if w.tellBegin(i); said != want {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}
