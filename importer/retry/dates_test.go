package retry

import (
	"testing"
	"time"

	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// A contact was made when it was changed last, if it says when that was; a date that
// can't be read is none.
func TestDatesOf(t *testing.T) {
	created := serverclock.Interval{From: t0, To: t0.Add(time.Millisecond)}
	updated := serverclock.Interval{From: t0.Add(time.Hour), To: t0.Add(time.Hour + time.Second)}
	const createdText, updatedText = "2026-03-01T12:00:00.000Z", "2026-03-01T13:00:00Z"
	for name, c := range map[string]struct {
		contact *sent.Contact
		want    serverclock.Dates
	}{
		"none":    {nil, serverclock.Dates{}},
		"created": {&sent.Contact{CreatedAt: t0, CreatedAtText: createdText}, serverclock.Dates{Created: created, Made: created}},
		"restored": {&sent.Contact{CreatedAt: t0, CreatedAtText: createdText, UpdatedAt: updated.From, UpdatedAtText: updatedText},
			serverclock.Dates{Created: created, Updated: updated, Made: updated}},
		"no zone": {&sent.Contact{CreatedAt: t0, CreatedAtText: createdText, Zoneless: true},
			serverclock.Dates{Created: created, Made: created, Zoneless: true}},
		"unreadable": {&sent.Contact{CreatedAtText: "yesterday"}, serverclock.Dates{Unreadable: "yesterday"}},
		"unreadable change": {&sent.Contact{CreatedAt: t0, CreatedAtText: createdText, UpdatedAtText: "now"},
			serverclock.Dates{Created: created, Unreadable: "now"}},
	} {
		if got := DatesOf(c.contact); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
