package ledger

import (
	"errors"
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
