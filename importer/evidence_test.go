package importer

import (
	"slices"
	"testing"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// shown is what one creation shows: contacts are dated from low to high ahead.
func shown(low, high time.Duration) ledger.Dating {
	return ledger.Dating{Low: low, High: high, Count: 1}
}

// learnt is what n creations of this run that agree show.
func learnt(n int, low, high time.Duration) datings {
	var ds datings
	for range n {
		ds = ds.with(shown(low, high))
	}
	return ds
}

func TestDatingSeen(t *testing.T) {
	answer := func(text, updated string, created time.Time) sent.Answer {
		return sent.Answer{SentAt: t0, ReceivedAt: t0.Add(time.Second), Contact: &sent.Contact{CreatedAt: created, CreatedAtText: text, UpdatedAtText: updated}}
	}
	const hour = time.Hour
	a := answer("2026-03-01T13:00:00.250Z", "", t0.Add(hour+250*time.Millisecond))
	got, ok := datingSeen(a, between(5, 7))
	if want := shown(hour-750*time.Millisecond-7, hour+251*time.Millisecond-5); !ok || got != want {
		t.Errorf("got %v, %t, want %v", got, ok, want)
	}
	for name, a := range map[string]sent.Answer{
		"no contact":           {SentAt: t0, ReceivedAt: t0},
		"no readable date":     answer("yesterday", "", time.Time{}),
		"an unreadable change": answer("2026-03-01T13:00:00Z", "now", t0),
	} {
		if got, ok := datingSeen(a, at(0)); ok {
			t.Errorf("%s: got %v, want nothing", name, got)
		}
	}
	a = answer("2025-03-01T13:00:00.000Z", "2026-03-01T13:00:00.250Z", t0.AddDate(-1, 0, 0))
	a.Contact.UpdatedAt = t0.Add(hour + 250*time.Millisecond)
	if got, ok := datingSeen(a, at(0)); !ok || got != shown(hour-750*time.Millisecond, hour+251*time.Millisecond) {
		t.Errorf("a restored contact: got %v, %t, want the date of its restoration", got, ok)
	}
}

func TestDatingsAgree(t *testing.T) {
	const ms, hour = time.Millisecond, time.Hour
	ds := learnt(3, -hour, -hour+20*ms).with(shown(-hour+10*ms, -hour+40*ms)) // narrower
	ds = ds.with(shown(-hour+100*ms, -hour+110*ms))                           // jitter
	ds = ds.with(shown(5*hour, 5*hour+ms))                                    // somebody's old contact
	ds = ds.with(shown(-2*hour, 6*hour))                                      // an answer that took long
	zoneless := shown(-hour, -hour)
	zoneless.Zoneless = true
	ds = ds.with(zoneless)
	want := []ledger.Dating{
		{Low: -hour + 100*ms, High: -hour + 20*ms, Count: 5}, {Low: 5 * hour, High: 5*hour + ms, Count: 1}, zoneless,
	}
	for i, d := range ds {
		if i >= len(want) || d.Dating != want[i] {
			t.Errorf("got %+v, want %+v", ds, want)
		}
	}
	if got := ds[0].span(); got != between(-hour+20*ms, -hour+100*ms) {
		t.Errorf("got %v, want from the one to the other", got)
	}
}

// A clock that wanders in small steps stays one opinion, from where it was to where
// it is; strays never crowd it out.
func TestDatingsWander(t *testing.T) {
	var ds datings
	for i := range 2000 {
		d := time.Duration(i) * time.Millisecond
		ds = ds.with(shown(d, d))
		ds = ds.with(shown(time.Duration(i)*time.Hour+time.Minute, time.Duration(i)*time.Hour+time.Minute))
	}
	if len(ds) > maxDatings {
		t.Errorf("got %d opinions, want no more than %d", len(ds), maxDatings)
	}
	if d := ds[0]; d.Count != 2000 || d.span() != between(0, 1999*time.Millisecond) {
		t.Errorf("got %+v, want it to have wandered 2 s", d)
	}
}

// What earlier runs have seen is counted on, and no longer believed for what happens
// in a run that knows better by itself.
func TestDatingsOfEarlierRuns(t *testing.T) {
	const hour = time.Hour
	seen := ledger.Dating{Low: -hour, High: -hour, Count: 12}
	var c contactClock
	c.begin(datings(nil).earlier([]ledger.Dating{seen, {Low: 3 * hour, High: 3 * hour, Count: 500}}).earlier([]ledger.Dating{{Low: -hour, High: -hour, Count: 3}}))
	for n := range enoughDates {
		more := c.observe(shown(-hour, -hour))
		if want := 12+n+1 == enoughDates || n+1 == enoughDates; more != want {
			t.Errorf("creation %d: more is known: %t, want %t", n+1, more, want)
		}
	}
	want := []ledger.Dating{{Low: -hour, High: -hour, Count: 12 + enoughDates}}
	if got := c.kept(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := len(c.get()); got != 2 {
		t.Errorf("got %d opinions for requests of earlier runs, want 2", got)
	}
	if c = (contactClock{}); !c.observe(shown(0, 0)) || c.observe(shown(0, 0)) {
		t.Error("the first creation tells more, the second does not")
	}
}

func TestEvidenceJudges(t *testing.T) {
	const ms, hour = time.Millisecond, time.Hour
	spans := ledger.Spans{{Run: 1, From: t0, To: t0.Add(time.Minute)}}
	dated := func(by time.Duration) sent.Contact { return contactAt(t0.Add(by + time.Second)).Contact }
	local := func(by time.Duration) sent.Contact { c := dated(by); c.Zoneless = true; return c }
	of := func(ds datings, zoneless bool) datings {
		for i := range ds {
			ds[i].Zoneless = zoneless
		}
		return ds
	}
	strange := dated(0)
	strange.CreatedAt, strange.CreatedAtText = time.Time{}, "01/03/2026"
	restored := strange
	restored.UpdatedAt, restored.UpdatedAtText = t0.Add(time.Second), "2026-03-01T12:00:01.000Z"
	undatedContact := dated(0)
	undatedContact.CreatedAt, undatedContact.CreatedAtText = time.Time{}, ""
	behind := learnt(enoughDates, -3*hour, -3*hour)
	few := learnt(enoughDates-1, -3*hour, -3*hour)
	stray := learnt(enoughDates, -3*hour, -3*hour).with(shown(hour, hour))
	for _, c := range []struct {
		name    string
		ds      datings
		contact sent.Contact
		want    judgement
	}{
		{"nothing known, in the window", nil, dated(0), judgement{true, unseen}},
		{"nothing known, years before", nil, dated(-20000 * hour), judgement{false, unseen}},
		{"the clocks agree so far", learnt(1, 0, 0), dated(0), judgement{ours: true}},
		{"the clocks agree so far, before", learnt(1, 0, 0), dated(-hour), judgement{}},
		{"as good as agree", learnt(1, -skew, -skew), dated(0), judgement{ours: true}},
		{"may be late, just before", learnt(1, -301*ms, -99*ms), dated(-1300 * ms), judgement{doubt: edge}},
		{"may be late, before that", learnt(1, -301*ms, -99*ms), dated(-1500 * ms), judgement{}},
		{"may be late, in the window", learnt(1, -301*ms, -99*ms), dated(0), judgement{ours: true}},
		{"one contradicts", learnt(1, -3*hour, -3*hour), dated(0), judgement{doubt: unlike}},
		{"nineteen contradict", few, dated(-3 * hour), judgement{doubt: unlike}},
		{"nineteen contradict, years before", few, dated(-20000 * hour), judgement{doubt: unlike}},
		{"known, in the window", behind, dated(-3 * hour), judgement{ours: true}},
		{"known, by the answers' clock", behind, dated(0), judgement{}},
		{"known, before", behind, dated(-4 * hour), judgement{}},
		{"known, and one stray says otherwise", stray, dated(hour), judgement{doubt: unlike}},
		{"known, and a stray says nothing of it", stray, dated(-4 * hour), judgement{}},
		{"no zone", nil, local(0), judgement{doubt: zoneless}},
		{"no zone, and others have one", behind, local(-3 * hour), judgement{doubt: zoneless}},
		{"no zone, too few", of(learnt(enoughDates-1, 0, 0), true), local(0), judgement{doubt: zoneless}},
		{"no zone, known", of(learnt(enoughDates, 2*hour, 2*hour), true), local(2 * hour), judgement{ours: true}},
		{"no zone, known, before", of(learnt(enoughDates, 2*hour, 2*hour), true), local(0), judgement{}},
		{"unreadable", behind, strange, judgement{doubt: unreadable}},
		{"unreadable, restored in the window", nil, restored, judgement{true, unseen}},
		{"no date", behind, undatedContact, judgement{doubt: undated}},
	} {
		e := evidence{run: 1, offsets: exact, datings: c.ds}
		if got := e.judge(spans, &c.contact); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A row whose request was lost under the clock before is judged by both clocks, by
// several runs later too; a ledger of an older version has its windows on the
// server's clock.
func TestSpansOfOtherRuns(t *testing.T) {
	const hour = time.Hour
	e := evidence{
		run: 3, offsets: offsets{at(5 * hour)},
		earlier: map[int]ledger.RunInfo{
			1: {Number: 1, RunState: ledger.RunState{Offsets: []ledger.Offset{at(-hour)}}},
			2: {Number: 2, RunState: ledger.RunState{Offsets: []ledger.Offset{at(2 * hour)}}},
		},
	}
	span := func(run int) ledger.Spans { return ledger.Spans{{Run: run, From: t0, To: t0.Add(time.Minute)}} }
	for _, c := range []struct {
		run   int
		dated time.Duration
		ours  bool
	}{
		{1, -hour, true}, {1, 2 * hour, true}, {1, 5 * hour, true}, {1, 0, false},
		{2, -hour, false}, {2, 2 * hour, true}, {2, 5 * hour, true},
		{3, -hour, false}, {3, 2 * hour, false}, {3, 5 * hour, true},
		{0, 0, true}, {0, 5 * hour, false},
	} {
		contact := contactAt(t0.Add(c.dated + time.Second)).Contact
		if got := e.judge(span(c.run), &contact).ours; got != c.ours {
			t.Errorf("a contact dated %v after a request of run %d: got ours %t, want %t", c.dated, c.run, got, c.ours)
		}
	}
	e = evidence{run: 3, offsets: offsets{at(5 * hour)}, earlier: map[int]ledger.RunInfo{1: e.earlier[1], 2: {Number: 2}}}
	contact := contactAt(t0.Add(-hour + time.Second)).Contact
	if !e.judge(span(2), &contact).ours {
		t.Error("run 2 died before it wrote anything: it had begun with what run 1 knew")
	}
	contact = contactAt(t0.Add(2500 * time.Millisecond)).Contact
	if e := (evidence{run: 1}); !e.judge(span(1), &contact).ours {
		t.Error("without any answer: not taken for ours, by clocks that the network sets")
	}
}
