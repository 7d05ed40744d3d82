package retry

import (
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// askingRow is a row in doubt of a job that is undone, with a lost request that can be
// carried out until an end.
func askingRow(from, end time.Time) *Row {
	return New(Options{Attempts: 3, Grace: time.Minute, Rand: func() float64 { return 0.5 }}, Start{
		Run: 2, KeyNumber: 1, Attempts: 1, OnlyAsk: true, Mark: true, Spans: serverclock.Spans{{Run: 2, From: from, To: end}},
	})
}

// TestUndoneRowIsNeverCreated: the first request is a look-up, and so is each that follows,
// until no lost request can be carried out any more.
func TestUndoneRowIsNeverCreated(t *testing.T) {
	began := time.Unix(1e9, 0)
	r := askingRow(began, began.Add(50*time.Second))
	s := r.First()
	if s.Do != Lookup || s.Why != ForUndo {
		t.Fatalf("first: got %+v", s)
	}
	absent := func(after time.Duration) Step {
		return r.AfterLookup(ForUndo, sent.Verdict{Kind: sent.Absent}, Reply{Answer: sent.Answer{SentAt: began.Add(after)}}, serverclock.Evidence{Run: 2})
	}
	if s = absent(10 * time.Second); s.Do != Lookup || s.Why != ForUndo || s.Wait != 40*time.Second {
		t.Errorf("while a request may be carried out: got %+v", s)
	}
	if s = absent(50 * time.Second); s.Do != Settle || s.Outcome.Reason != outcome.NotAttempted || s.Outcome.Attempts != 1 {
		t.Errorf("when it is over: got %+v", s)
	}
	r = askingRow(began, began.Add(time.Hour)) // the clock was set back
	for range maxWaits {
		if s = absent(0); s.Do != Lookup || s.Wait != time.Minute+serverclock.LeaseTime {
			t.Errorf("with a clock that was set back: got %+v", s)
		}
	}
	if s = absent(0); s.Do != Settle {
		t.Errorf("with a clock that was set back, at last: got %+v", s)
	}
}

// TestUndoneRowIsNotGuessed: without a creation that shows how contacts are dated, a contact
// with another date than a lost request is in doubt, unless it is much older.
func TestUndoneRowIsNotGuessed(t *testing.T) {
	began := time.Unix(1e9, 0).UTC()
	for before, want := range map[time.Duration]outcome.Reason{3 * time.Hour: outcome.OutcomeUnknown, 30 * 24 * time.Hour: outcome.AlreadyExists, 0: outcome.ReasonRecovered} {
		r := askingRow(began, began.Add(time.Minute))
		contact := sent.Contact{ID: "c1", CreatedAt: began.Add(-before), CreatedAtText: began.Add(-before).Format(time.RFC3339)}
		e := serverclock.Evidence{Run: 2, Offsets: serverclock.Offsets{{}}}
		s := r.AfterLookup(ForUndo, sent.Verdict{Kind: sent.Found, Contact: contact}, Reply{}, e)
		if s.Do != Settle || s.Outcome.Reason != want {
			t.Errorf("%v before: got %+v, want %s", before, s.Outcome, want)
		}
	}
}

// TestDatesOfARecoveredContact: what shows that a found contact is ours is kept with it.
func TestDatesOfARecoveredContact(t *testing.T) {
	began := time.Unix(1e9, 0).UTC()
	text := func(after time.Duration) string { return began.Add(after).Format(time.RFC3339) }
	for _, c := range []struct {
		name             string
		created, updated string
		want             outcome.Dates
	}{
		{"created", text(0), "", outcome.Dates{Created: text(0)}},
		{"created, and changed since", text(0), text(time.Second), outcome.Dates{Created: text(0)}},
		{"restored, or changed", text(-time.Hour), text(0), outcome.Dates{Created: text(-time.Hour), Updated: text(0), UpdatedAlone: true}},
	} {
		r := askingRow(began, began.Add(time.Minute))
		contact := sent.Contact{ID: "c1", CreatedAtText: c.created}.WithUpdatedAt(c.updated)
		e := serverclock.Evidence{Run: 2, Offsets: serverclock.Offsets{{}}}
		s := r.AfterLookup(ForUndo, sent.Verdict{Kind: sent.Found, Contact: contact}, Reply{}, e)
		if s.Do != Settle || s.Outcome.Reason != outcome.ReasonRecovered || s.Outcome.Dates != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, s.Outcome, c.want)
		}
	}
	r := newMarkRow()
	s := r.AfterPost(sent.Verdict{Kind: sent.Created}, Reply{Answer: sent.Answer{Contact: &sent.Contact{ID: "c1", CreatedAtText: "a", UpdatedAtText: "b"}}})
	if want := (outcome.Dates{Created: "a", Updated: "b"}); s.Outcome.Dates != want {
		t.Errorf("of a creation: got %+v, want %+v", s.Outcome.Dates, want)
	}
}
