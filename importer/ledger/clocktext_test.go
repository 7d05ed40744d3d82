package ledger

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"sent-import/importer/serverclock"
)

// What is known of clocks is written with a run, never narrower than it was, and
// the last run of an API that knew anything of its contacts' dates tells.
func TestRunsKeepClocks(t *testing.T) {
	const ms = time.Millisecond
	dir := t.TempDir()
	l := openTest(t, dir)
	save := func(j Job, at time.Duration, s RunState) {
		t.Helper()
		run, err := l.StartRun(j, testTime, func() RunState { return s })
		must(t, "StartRun", err)
		must(t, "Save", run.Save(testTime.Add(at)))
	}
	first, second := planTest(t, l, "job1", pendingRows(1)), planTest(t, l, "job2", pendingRows(1))
	if got, err := l.Datings(first.BaseURL); err != nil || got != nil {
		t.Errorf("before any run: got %v, %v", got, err)
	}
	save(first, time.Minute, RunState{
		Offsets: serverclock.Offsets{{Low: -2*time.Hour - 1, High: -2 * time.Hour}, {Low: 5 * ms, High: 5*ms + 1}},
		Datings: []serverclock.Dating{{Low: -3*time.Hour - 1, High: 1 - 3*time.Hour, Count: 20}, {Low: 5 * ms, High: -5 * ms, Count: 1, Zoneless: true}},
	})
	save(second, time.Second, RunState{Datings: []serverclock.Dating{{Low: 1, Count: 3}}})
	save(second, time.Hour, RunState{})
	closeTest(t, l)
	l = openTest(t, dir)
	runs, err := l.Runs(first)
	must(t, "Runs", err)
	if want := (serverclock.Offsets{{Low: -2*time.Hour - ms, High: -2 * time.Hour}, {Low: 5 * ms, High: 6 * ms}}); !reflect.DeepEqual(runs[0].Offsets, want) {
		t.Errorf("got %v, want %v", runs[0].Offsets, want)
	}
	want := []serverclock.Dating{{Low: -3*time.Hour - ms, High: ms - 3*time.Hour, Count: 20}, {Low: 5 * ms, High: -5 * ms, Count: 1, Zoneless: true}}
	if !reflect.DeepEqual(runs[0].Datings, want) {
		t.Errorf("got %v, want %v", runs[0].Datings, want)
	}
	if got, err := l.Datings(first.BaseURL); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("of the API: got %v, %v, want %v", got, err, want)
	}
	if got, err := l.Datings("another"); err != nil || got != nil {
		t.Errorf("of another API: got %v, %v, want none", got, err)
	}
}

// The one offset that older versions wrote is read.
func TestOffsetOfAnOlderVersion(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(1))
	startTest(t, l, job)
	closeTest(t, l)
	alter(t, dir, "UPDATE runs SET offset_low = -5, offset_high = 7, offsets = NULL")
	runs, err := openTest(t, dir).Runs(job)
	if want := (serverclock.Offsets{{Low: -5 * time.Millisecond, High: 7 * time.Millisecond}}); err != nil || !reflect.DeepEqual(runs[0].Offsets, want) {
		t.Errorf("got %v, %v, want %v", runs, err, want)
	}
}

func TestParseClocksRefuses(t *testing.T) {
	for _, s := range []string{" ", "1", "1/", "1/2,", "a/b", "1/2/x", "1/2/3/4"} {
		if got, err := parseOffsets(s); !errors.Is(err, ErrDamaged) {
			t.Errorf("offsets %q: got %v, %v, want %v", s, got, err, ErrDamaged)
		}
	}
	for _, s := range []string{" ", "1", "1/2", "1/2/", "1/2/x", "1/2/0", "1/2/-3", "1/2/3,", "utc:1/2/3", "1/2/3/4"} {
		if got, err := parseDatings(s); !errors.Is(err, ErrDamaged) {
			t.Errorf("datings %q: got %v, %v, want %v", s, got, err, ErrDamaged)
		}
	}
}

func TestFloorMillis(t *testing.T) {
	for in, want := range map[time.Duration]int64{
		0: 0, 1: 0, time.Millisecond: 1, 1999999: 1, -1: -1, -time.Millisecond: -1, -1000001: -2,
		math.MaxInt64: math.MaxInt64 / 1_000_000, math.MinInt64: math.MinInt64/1_000_000 - 1,
	} {
		if got := floorMillis(in); got != want {
			t.Errorf("%d ns: got %d ms, want %d", in, got, want)
		}
	}
}

func TestSpansRoundTrip(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name string
		ss   serverclock.Spans
		want string
	}{
		{"none", nil, ""},
		{"of an older version", serverclock.Spans{{Run: 0, From: testTime, To: testTime.Add(time.Minute)}}, "1935817689000/1935817749000"},
		{"one", serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Minute)}}, "1@1935817689000/1935817749000"},
		{"a moment", serverclock.Spans{{Run: 12, From: testTime, To: testTime}}, "12@1935817689000/1935817689000"},
		{"two", serverclock.Spans{{Run: 0, From: testTime, To: testTime.Add(ms)}, {Run: 3, From: testTime.Add(2 * ms), To: testTime.Add(3 * ms)}},
			"1935817689000/1935817689001,3@1935817689002/1935817689003"},
		{"before 1970", serverclock.Spans{{Run: 2, From: time.UnixMilli(-5), To: time.UnixMilli(-3)}}, "2@-5/-3"},
		{"no time at all", serverclock.Spans{{Run: 2, From: time.Time{}, To: time.Time{}.Add(time.Second)}}, "2@-62135596800000/-62135596799000"},
		{"another zone", serverclock.Spans{{Run: 2, From: testTime.In(time.FixedZone("x", 3600)), To: testTime}}, "2@1935817689000/1935817689000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := spansText(c.ss)
			if text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			back, err := parseSpans(text)
			if err != nil || !sameSpans(back, c.ss) {
				t.Errorf("got %v, %v, want %v", back, err, c.ss)
			}
		})
	}
}

func sameSpans(a, b serverclock.Spans) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Run != b[i].Run || !a[i].From.Equal(b[i].From) || !a[i].To.Equal(b[i].To) {
			return false
		}
	}
	return true
}

// TestSpansOnlyGrow: a span that is written and read again holds all that it held.
func TestSpansOnlyGrow(t *testing.T) {
	s := serverclock.Span{Run: 1, From: testTime.Add(999_999), To: testTime.Add(time.Second + 1)}
	back, err := parseSpans(spansText(serverclock.Spans{s}))
	if err != nil || back[0].From.After(s.From) || back[0].To.Before(s.To) {
		t.Errorf("got %v, %v, want it around %v", back, err, s)
	}
	again, err := parseSpans(spansText(back))
	if err != nil || again[0] != back[0] {
		t.Errorf("got %v, %v, want %v: it grows once", again, err, back)
	}
}

func TestParseSpansRefuses(t *testing.T) {
	for _, s := range []string{
		" ", "1", "1/", "/1", "1/2,", ",1/2", "1/2/3", "1-2", "a/b", "1/9223372036854775808", "0x1/2", "1 /2",
		"@1/2", "0@1/2", "-1@1/2", "x@1/2", "1@", "1@1", "1@2@3/4",
	} {
		if ss, err := parseSpans(s); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: got %v, %v, want %v", s, ss, err, ErrDamaged)
		}
	}
}

func FuzzParseSpans(f *testing.F) {
	for _, s := range []string{"", "1/2", "-5/-3,7/8", "1/2,", "2@1/2,3@4/5", "-62135596800000/0", "9223372036854775807/1", "+1/2", "0@1/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ss, err := parseSpans(s)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%q: got %v, want %v", s, err, ErrDamaged)
			}
			return
		}
		back, err := parseSpans(spansText(ss))
		if err != nil || !sameSpans(back, ss) {
			t.Fatalf("%q: got %v, %v after another round, want %v", s, back, err, ss)
		}
	})
}
