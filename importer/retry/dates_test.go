package retry

import (
	"testing"
	"time"

	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// The timestamp of a replayed answer is that of the first one, and shows nothing of the
// server's clock now.
func TestExchangeOf(t *testing.T) {
	a := sent.Answer{SentAt: t0, ReceivedAt: t0.Add(time.Second), Date: t0, Timestamp: t0, TimestampUnit: time.Second}
	if x := ExchangeOf(a); !x.Timestamp.Equal(t0) {
		t.Errorf("got the timestamp %v, want %v", x.Timestamp, t0)
	}
	a.Replayed = true
	if x := ExchangeOf(a); !x.Timestamp.IsZero() || !x.Date.Equal(t0) {
		t.Errorf("replayed: got %+v, want the date alone", x)
	}
}

// A dead connection is pardoned once for each request that was made again for it, the
// load of the server while it answers others, or may yet: a row that is refused twice
// within a moment is at no fault.
func TestLuckPardons(t *testing.T) {
	var l Luck
	dead, lost := sent.Answer{DeadConn: true}, sent.Answer{ReceivedAt: t0}
	soon, late := sent.Answer{ReceivedAt: t0.Add(nothingWorks - 1)}, sent.Answer{ReceivedAt: t0.Add(nothingWorks)}
	for i, test := range []struct {
		a    sent.Answer
		b    Blame
		want Pardon
	}{
		{dead, Blame{}, DeadConn}, {dead, Blame{}, Guilty}, {dead, Blame{}, DeadConn}, {lost, Blame{}, Guilty},
		{lost, Blame{Load: true, Answers: 1}, Overloaded}, {soon, Blame{Load: true, Answers: 1}, Overloaded},
		{late, Blame{Load: true, Answers: 1}, Guilty}, {late, Blame{Load: true, Answers: 2}, Overloaded},
	} {
		if got := l.Pardons(test.a, test.b); got != test.want {
			t.Errorf("request %d: got %d, want %d", i+1, got, test.want)
		}
	}
}

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
