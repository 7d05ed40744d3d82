package timeline

import (
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)

// after is the moment so many seconds after the start.
func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// requests are the requests of each interval.
func requests(t *Timeline) (all []int) {
	for _, i := range t.Intervals() {
		all = append(all, i.Was.Requests)
	}
	return all
}

func TestIntervals(t *testing.T) {
	line := new(Timeline)
	if line.Intervals() != nil || line.Width() != 0 {
		t.Errorf("empty: got %v of %v, want nothing", line.Intervals(), line.Width())
	}
	for _, s := range []float64{0, 0.9, 1, 3.5} {
		line.Add(after(s), Slot{Requests: 1})
	}
	if got, want := requests(line), []int{2, 1, 0, 1}; !reflect.DeepEqual(got, want) || line.Width() != time.Second {
		t.Errorf("got %v of %v, want %v of 1s", got, line.Width(), want)
	}
	if got := line.Intervals()[0].Start; !got.Equal(start) {
		t.Errorf("got a start at %v, want %v", got, start)
	}
	line.Add(after(120), Slot{Requests: 1})
	if got := requests(line); line.Width() != 5*time.Second || len(got) != 25 || got[0] != 4 || got[24] != 1 {
		t.Errorf("longer than 120 intervals: got %v of %v, want 25 of 5s", got, line.Width())
	}
	line.Add(after(-1), Slot{Requests: 7}) // the clock was set back
	if got := requests(line); got[0] != 7 || got[1] != 4 {
		t.Errorf("before the first: got %v, want it in front", got)
	}
}

// TestSizeIsBounded: no request is lost, and the text stays small, however long a job
// takes.
func TestSizeIsBounded(t *testing.T) {
	for _, days := range []float64{0.001, 0.1, 3.5, 365, 36500} {
		t.Run(fmt.Sprint(days), func(t *testing.T) {
			line := new(Timeline)
			const n = 5000
			for i := range n {
				at := after(float64(i) / n * days * 86400)
				line.Add(at, Slot{Requests: 1, Limited: i % 2})
				line.Latencies.Add(time.Duration(i*i) * time.Microsecond)
			}
			if got := line.Total(); got.Requests != n || got.Limited != n/2 {
				t.Errorf("got %+v, want every request", got)
			}
			if got := len(line.Intervals()); got > mostSlots || got < mostSlots/5-1 {
				t.Errorf("got %d intervals of %v, want %d to %d", got, line.Width(), mostSlots/5, mostSlots)
			}
			if got := len(line.Text()); got > 8<<10 {
				t.Errorf("got a text of %d bytes, want 8 kB at most", got)
			}
		})
	}
}

func TestSpans(t *testing.T) {
	line := new(Timeline)
	paused := func(d time.Duration) Slot { return Slot{Paused: d} }
	line.AddSpan(after(0.5), after(2.25), paused)
	line.AddSpan(after(3), after(3), paused)
	var got []time.Duration
	for _, i := range line.Intervals() {
		got = append(got, i.Was.Paused)
	}
	if want := []time.Duration{500 * time.Millisecond, time.Second, 250 * time.Millisecond}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	line.AddSpan(after(10), after(100_000), paused)
	if got, want := line.Total().Paused, 99_991750*time.Millisecond; got != want {
		t.Errorf("got %v in all, want %v", got, want)
	}
}

func TestMerge(t *testing.T) {
	long, short := new(Timeline), new(Timeline)
	for i := range 300 {
		long.Add(after(float64(i)), Slot{Requests: 1})
	}
	short.Add(after(7), Slot{Requests: 10, Outage: time.Second})
	short.Outages = 1
	short.Latencies.Add(time.Second)
	for name, order := range map[string][2]*Timeline{"into the long one": {long, short}, "into the short one": {short, long}} {
		sum := new(Timeline)
		sum.Merge(order[0])
		sum.Merge(order[1])
		if got := sum.Total(); got.Requests != 310 || got.Outage != time.Second || sum.Outages != 1 || sum.Latencies.Count() != 1 {
			t.Errorf("%s: got %+v, want the sum of both", name, got)
		}
		if got := requests(sum); sum.Width() != 5*time.Second || got[1] != 15 || got[0] != 5 {
			t.Errorf("%s: got %v of %v, want each request in its interval", name, got, sum.Width())
		}
	}
}

func TestText(t *testing.T) {
	line := new(Timeline)
	line.Add(after(-1e10), Slot{Requests: 3})
	line.Add(start, Slot{Requests: 7, Limited: 2, Paused: time.Second, Outage: 5 * time.Millisecond})
	line.Outages = 2
	for i := range 500 {
		line.Latencies.Add(time.Duration(i*i) * time.Millisecond)
	}
	got, err := Parse(line.Text())
	if err != nil || !reflect.DeepEqual(got, line) {
		t.Errorf("got %+v, %v, want %+v", got, err, line)
	}
	for _, text := range []string{"{", `{"width":7,"slots":[[1,1,1,1,1]]}`, `{"width":1,"slots":[[1,-1,1,1,1]]}`, `{"width":1,"slots":[[1],[999]]}`,
		`{"width":1,"slots":[[-9223372036854775808],[9223372036854775807]]}`, `{"latencies":[[161,1]]}`, `{"latencies":[[1,-1]]}`} {
		if got, err := Parse(text); err == nil || !reflect.DeepEqual(got, new(Timeline)) {
			t.Errorf("%s: got %+v, %v, want nothing and an error", text, got, err)
		}
	}
	if got, err := Parse(""); err != nil || !reflect.DeepEqual(got, new(Timeline)) {
		t.Errorf("no text: got %+v, %v, want nothing", got, err)
	}
}

func TestPercentiles(t *testing.T) {
	l := new(Latencies)
	if got := l.Percentile(50); got != 0 {
		t.Errorf("of none: got %v, want 0", got)
	}
	for i := 1; i <= 1000; i++ {
		l.Add(time.Duration(i) * time.Millisecond)
	}
	for _, p := range []int{1, 50, 90, 99} {
		want := float64(p) * 10
		if got := float64(l.Percentile(p).Microseconds()) / 1000; math.Abs(got-want) > want*0.055 {
			t.Errorf("%d %%: got %v ms, want about %v", p, got, want)
		}
	}
	if got := l.Percentile(100); got != time.Second || l.Longest != time.Second {
		t.Errorf("the longest: got %v and %v, want 1s", got, l.Longest)
	}
	l = new(Latencies)
	l.Add(0)
	l.Add(1000 * time.Hour)
	if got := l.Percentile(50); got != 0 && got != time.Millisecond {
		t.Errorf("below a millisecond: got %v", got)
	}
}

func TestRecorder(t *testing.T) {
	r := new(Recorder)
	r.Sent(after(0), 1)
	r.Limited(after(0), after(60))
	r.Limited(after(1), after(30)) // within the pause: it is no second one
	r.Limited(after(50), after(70))
	r.OutageBegins(after(100))
	first, err := Parse(r.Text(after(65))) // a pause counts as far as it has lasted
	if got := first.Total(); err != nil || got.Paused != 65*time.Second || got.Outage != 0 || got.Limited != 3 {
		t.Errorf("got %+v, %v, want a pause of 65 s and three 429s", got, err)
	}
	r.OutageEnds(after(130))
	r.Answered(time.Second)
	r.Continue(first)
	whole, err := Parse(r.Text(after(200)))
	if got := whole.Total(); err != nil || got.Paused != (65+70)*time.Second || got.Outage != 30*time.Second || got.Requests != 2 || whole.Outages != 2 {
		t.Errorf("got %+v, %v, want both runs", got, err)
	}
	if got := r.TextIfDue(after(200.5)); got != "" {
		t.Error("half a second later: got a text, want none")
	}
	if got := r.TextIfDue(after(201)); got == "" {
		t.Error("a second later: got none, want a text")
	}
}

func TestRecorderFromGoroutines(t *testing.T) {
	r, wait := new(Recorder), new(sync.WaitGroup)
	for range 4 {
		wait.Go(func() {
			for i := range 50 {
				r.Sent(after(float64(i)), 1)
				r.Answered(time.Millisecond)
				r.TextIfDue(after(float64(i)))
			}
		})
	}
	wait.Wait()
	line, err := Parse(r.Text(after(60)))
	if got := line.Total().Requests; err != nil || got != 200 || line.Latencies.Count() != 200 {
		t.Errorf("got %d, %v, want 200", got, err)
	}
}
