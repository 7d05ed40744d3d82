package serverclock

import (
	"testing"
	"time"
)

// datedAt are the dates of a contact that was created then, to the millisecond.
func datedAt(at time.Time) Dates {
	created := Interval{at, at.Add(time.Millisecond)}
	return Dates{Created: created, Made: created}
}

func TestEvidenceJudges(t *testing.T) {
	const ms, hour = time.Millisecond, time.Hour
	spans := Spans{{Run: 1, From: t0, To: t0.Add(time.Minute)}}
	dated := func(by time.Duration) Dates { return datedAt(t0.Add(by + time.Second)) }
	local := func(by time.Duration) Dates { d := dated(by); d.Zoneless = true; return d }
	of := func(ds Datings, zoneless bool) Datings {
		for i := range ds {
			ds[i].Zoneless = zoneless
		}
		return ds
	}
	strange := Dates{Unreadable: "00/00/0000"}
	restored := Dates{Unreadable: "00/00/0000", Updated: dated(0).Created}
	behind := learnt(Enough, -3*hour, -3*hour)
	few := learnt(Enough-1, -3*hour, -3*hour)
	stray := learnt(Enough, -3*hour, -3*hour).with(shown(hour, hour))
	for _, c := range []struct {
		name  string
		ds    Datings
		dates Dates
		want  Judgement
	}{
		{"nothing known, in the window", nil, dated(0), Judgement{true, Unseen}},
		{"nothing known, years before", nil, dated(-20000 * hour), Judgement{false, Unseen}},
		{"the clocks agree so far", learnt(1, 0, 0), dated(0), Judgement{Ours: true}},
		{"the clocks agree so far, before", learnt(1, 0, 0), dated(-hour), Judgement{}},
		{"as good as agree", learnt(1, -Skew, -Skew), dated(0), Judgement{Ours: true}},
		{"may be late, just before", learnt(1, -301*ms, -99*ms), dated(-1300 * ms), Judgement{Doubt: Edge}},
		{"may be late, before that", learnt(1, -301*ms, -99*ms), dated(-1500 * ms), Judgement{}},
		{"may be late, in the window", learnt(1, -301*ms, -99*ms), dated(0), Judgement{Ours: true}},
		{"one contradicts", learnt(1, -3*hour, -3*hour), dated(0), Judgement{Doubt: Unlike}},
		{"nineteen contradict", few, dated(-3 * hour), Judgement{Doubt: Unlike}},
		{"nineteen contradict, years before", few, dated(-20000 * hour), Judgement{Doubt: Unlike}},
		{"known, in the window", behind, dated(-3 * hour), Judgement{Ours: true}},
		{"known, by the answers' clock", behind, dated(0), Judgement{}},
		{"known, before", behind, dated(-4 * hour), Judgement{}},
		{"known, and one stray says otherwise", stray, dated(hour), Judgement{Doubt: Unlike}},
		{"known, and a stray says nothing of it", stray, dated(-4 * hour), Judgement{}},
		{"no zone", nil, local(0), Judgement{Doubt: Zoneless}},
		{"no zone, and others have one", behind, local(-3 * hour), Judgement{Doubt: Zoneless}},
		{"no zone, too few", of(learnt(Enough-1, 0, 0), true), local(0), Judgement{Doubt: Zoneless}},
		{"no zone, known", of(learnt(Enough, 2*hour, 2*hour), true), local(2 * hour), Judgement{Ours: true}},
		{"no zone, known, before", of(learnt(Enough, 2*hour, 2*hour), true), local(0), Judgement{}},
		{"unreadable", behind, strange, Judgement{Doubt: Unreadable}},
		{"unreadable, restored in the window", nil, restored, Judgement{true, Unseen}},
		{"no date", behind, Dates{}, Judgement{Doubt: Undated}},
	} {
		e := Evidence{Run: 1, Offsets: Offsets{{}}, Datings: c.ds}
		if got := e.Judge(spans, c.dates); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A row whose request was lost under the clock before is judged by both clocks, by
// several runs later too; a ledger of an older version has its windows on the
// server's clock.
func TestSpansOfOtherRuns(t *testing.T) {
	const hour = time.Hour
	e := Evidence{
		Run: 3, Offsets: Offsets{at(5 * hour)},
		Earlier: map[int]Offsets{
			1: {at(-hour)},
			2: {at(2 * hour)},
		},
	}
	span := func(run int) Spans { return Spans{{Run: run, From: t0, To: t0.Add(time.Minute)}} }
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
		dates := datedAt(t0.Add(c.dated + time.Second))
		if got := e.Judge(span(c.run), dates).Ours; got != c.ours {
			t.Errorf("a contact dated %v after a request of run %d: got ours %t, want %t", c.dated, c.run, got, c.ours)
		}
	}
	e = Evidence{Run: 3, Offsets: Offsets{at(5 * hour)}, Earlier: map[int]Offsets{1: e.Earlier[1], 2: nil}}
	dates := datedAt(t0.Add(-hour + time.Second))
	if !e.Judge(span(2), dates).Ours {
		t.Error("run 2 died before it wrote anything: it had begun with what run 1 knew")
	}
	dates = datedAt(t0.Add(2500 * time.Millisecond))
	if e := (Evidence{Run: 1}); !e.Judge(span(1), dates).Ours {
		t.Error("without any answer: not taken for ours, by clocks that the network sets")
	}
}

// Our own clock decides only where nothing else contradicts it: a run's own requests,
// one opinion of enough creations, and the same as the other clocks allow.
func TestJudgeByOurClock(t *testing.T) {
	spread := learnt(3, 0, 0).with(shown(-time.Second, -time.Second)).with(shown(-2*time.Second, -2*time.Second))
	answers := Offsets{at(0), at(time.Second), at(2 * time.Second)}
	agreed := learnt(Enough, 0, 0)
	for _, c := range []struct {
		name  string
		own   Datings
		run   int
		dated time.Duration
		want  Judgement
	}{
		{"in a request", agreed, 1, time.Second, Judgement{Ours: true}},
		{"long before", agreed, 1, -time.Hour, Judgement{}},
		{"near, as the other clocks see it", agreed, 1, -time.Second, Judgement{Doubt: Unlike}},
		{"too few", learnt(Enough-1, 0, 0), 1, time.Second, Judgement{Doubt: Unlike}},
		{"two opinions", agreed.with(shown(time.Hour, time.Hour)), 1, time.Second, Judgement{Doubt: Unlike}},
		{"our clock was set", nil, 1, time.Second, Judgement{Doubt: Unlike}},
		{"far from what the others allow", learnt(Enough, time.Hour, time.Hour), 1, time.Hour, Judgement{Doubt: Unlike}},
		{"a request of an earlier run", agreed, 2, time.Second, Judgement{Doubt: Unlike}},
	} {
		e := Evidence{Run: c.run, Offsets: answers, Datings: spread, Own: c.own, Earlier: map[int]Offsets{1: answers}}
		if got := e.Judge(Spans{{Run: 1, From: t0, To: t0.Add(2 * time.Second)}}, datedAt(t0.Add(c.dated))); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestSeenReplay: a replayed creation was carried out in one of its spans. Where its
// contact's date is in none by any clock of the answers, contacts have another clock.
func TestSeenReplay(t *testing.T) {
	const ms = time.Millisecond
	spans := Spans{{Run: 1, From: t0, To: t0.Add(time.Second)}, {Run: 2, From: t0.Add(time.Minute), To: t0.Add(time.Minute + time.Second)}}
	two := Offsets{{}, {Low: 90 * time.Second, High: 90 * time.Second}}
	for _, c := range []struct {
		name    string
		offsets Offsets
		spans   Spans
		by      time.Duration // after the first span's beginning
		want    bool
	}{
		{"in the first", Offsets{{}}, spans, 500 * ms, false},
		{"in the second", Offsets{{}}, spans, time.Minute, false},
		{"between them, maybe", Offsets{{}}, spans, 30 * time.Second, false},
		{"six seconds behind", Offsets{{}}, spans, -6 * time.Second, true},
		{"by the other clock", two, spans, 90 * time.Second, false},
		{"behind both clocks", two, spans, -6 * time.Second, true},
		{"ahead of both", two, spans, 160 * time.Second, true},
		{"no lost request", Offsets{{}}, nil, -time.Hour, false},
	} {
		e := Evidence{Run: 2, Earlier: map[int]Offsets{1: c.offsets}, Offsets: c.offsets}
		made := datedAt(t0.Add(c.by))
		seen, ok := e.SeenReplay(c.spans, made)
		if ok != c.want {
			t.Errorf("%s: got %v (%v), want %t", c.name, ok, seen, c.want)
		}
		if !ok {
			continue
		}
		e.Datings = Datings(nil).with(seen)
		old := datedAt(t0.Add(-1000 * time.Hour))
		if j := e.Judge(spans, old); j.Doubt != Unlike {
			t.Errorf("%s: got %v for another contact, want a doubt", c.name, j)
		}
	}
	if _, ok := (Evidence{Run: 2, Offsets: Offsets{{}}}).SeenReplay(spans, Dates{}); ok {
		t.Error("a contact without a date shows something")
	}
}

// TestFoundBeforeTheSpanEnds: the spans of a run that died reach up to a minute beyond its
// last request. What was found in the meantime was created before that, so a contact whose
// date is later was dated by a clock that was set back since, and is not ours.
func TestFoundBeforeTheSpanEnds(t *testing.T) {
	spans := Spans{{Run: 1, From: t0, To: t0.Add(time.Minute)}}
	found := t0.Add(2 * time.Second)
	for _, c := range []struct {
		name    string
		offsets Offsets
		found   time.Time
		dated   time.Duration
		want    bool
	}{
		{"before it was found", Offsets{at(0)}, found, time.Second, true},
		{"after it was found", Offsets{at(0)}, found, 10 * time.Second, false},
		{"found at an unknown time", Offsets{at(0)}, time.Time{}, 10 * time.Second, true},
		{"after it was found by one of two clocks", Offsets{at(0), at(30 * time.Second)}, found, 10 * time.Second, true},
		{"before it was found, and our clock was set back", Offsets{at(50 * time.Second)}, t0.Add(-48 * time.Second), time.Second, true},
		{"after it was found, and our clock was set back", Offsets{at(50 * time.Second)}, t0.Add(-48 * time.Second), 10 * time.Second, false},
	} {
		e := Evidence{Run: 2, Found: c.found, Offsets: c.offsets, Datings: learnt(Enough, 0, 0), Earlier: map[int]Offsets{1: {at(0)}}}
		if got := e.Judge(spans, datedAt(t0.Add(c.dated))).Ours; got != c.want {
			t.Errorf("%s: got ours %t, want %t", c.name, got, c.want)
		}
	}
	own := Evidence{Run: 1, Found: found, Offsets: Offsets{at(0), at(time.Second)}, Datings: learnt(3, 0, 0), Own: learnt(Enough, 0, 0)}
	if own.Judge(spans, datedAt(t0.Add(10*time.Second))).Ours {
		t.Error("by our own clock, a contact dated after it was found is ours")
	}
}
