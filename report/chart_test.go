package report

import (
	"strings"
	"testing"
	"time"

	"sent-import/importer/timeline"
)

// timed is a summary with a timeline: ten requests a second, two of them refused in the
// third, a pause and an outage.
func timed() Summary {
	s, line := summary(), new(timeline.Timeline)
	for i := range 10 {
		line.Add(start.Add(time.Duration(i)*time.Second), timeline.Slot{Requests: 10})
		line.Latencies.Add(time.Duration(i+1) * 100 * time.Millisecond)
	}
	line.Add(start.Add(2*time.Second), timeline.Slot{Limited: 2, Paused: 500 * time.Millisecond})
	line.Add(start.Add(5*time.Second), timeline.Slot{Outage: time.Second})
	line.Outages = 1
	s.Requests = Requests{Create: 107}
	s.Page.Timeline, s.Page.Runs = line, []time.Time{start, start.Add(7 * time.Second)}
	return s
}

// TestChart: the graphics have a bar for each interval, and all that they show stands there
// in words.
func TestChart(t *testing.T) {
	var settled timeline.Timeline
	settled.Add(start.Add(20*time.Second), timeline.Slot{Settled: 7})
	c := chartOf(timed().Page, timed().Requests.Total(), &settled)
	if c == nil || c.Width != 210 || c.Interval != "1 s" || !c.Start.Equal(start) || !c.End.Equal(start.Add(21*time.Second)) || len(c.Rows) != 3 {
		t.Fatalf("got %+v, want 21 intervals and three graphics", c)
	}
	sent, limited := c.Rows[0].Bars[0].Path, c.Rows[0].Bars[1].Path
	if got := strings.Count(sent, "M"); got != 10 || !strings.Contains(sent, "M21 100V20h8V100z") || limited != "M21 20V0h8V20z" {
		t.Errorf("requests: got %d bars, %q and %q, want the refused ones on top", got, sent, limited)
	}
	if got, want := c.Rows[0].Title, "Requests from 2025-03-04 09:30:00 UTC to 2025-03-04 09:30:21 UTC: 100, at most 10 in 1 s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := c.Rows[2].Bars; got[0].Path != "M51 100V0h8V100z" || got[1].Path != "M21 100V50h8V100z" || got[2].Path != "M70 0h3v100h-3z" {
		t.Errorf("got %+v, want the outage, the pause and the second run", got)
	}
	var words []string
	for _, l := range c.Legend {
		words = append(words, l.Text)
	}
	want := "100 requests; 2 answers with 429, paused for 0.5 s; 7 rows settled, each when it was last; 1 outage, 1 s in all; 2 runs; a line is where one began"
	if got := strings.Join(words, "; "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.HasPrefix(c.Missing, "7 requests are not shown") {
		t.Errorf("got %q, want it to say that 7 requests are missing", c.Missing)
	}
}

// TestNoChart: nothing is drawn where nothing is known, and of less than two intervals.
func TestNoChart(t *testing.T) {
	short := summary()
	short.Page.Timeline = new(timeline.Timeline)
	short.Page.Timeline.Add(start, timeline.Slot{Requests: 5})
	none := summary()
	none.Page.Timeline = new(timeline.Timeline)
	for name, s := range map[string]Summary{"no timeline": summary(), "empty": none, "one interval": short} {
		if c := chartOf(s.Page, 5, new(timeline.Timeline)); c != nil {
			t.Errorf("%s: got %+v, want none", name, c)
		}
	}
}

// TestChartOfALongJob: the page stays small however long the job takes.
func TestChartOfALongJob(t *testing.T) {
	s := timed()
	for i := range 100_000 {
		s.Page.Timeline.Add(start.Add(time.Duration(i)*3*time.Second), timeline.Slot{Requests: 1 + i%7, Limited: i % 2, Paused: time.Second})
		s.Page.Runs = append(s.Page.Runs, start.Add(time.Duration(i)*3*time.Second))
	}
	if got := len(render(t, s, pageDigest(t, 1))); got > 100<<10 {
		t.Errorf("got a page of %d bytes, want less than 100 kB", got)
	}
}

// TestLatencies: the page says how long answers took.
func TestLatencies(t *testing.T) {
	got := render(t, timed(), pageDigest(t, 1))
	for _, want := range []string{"<dt>Half of the answers within</dt><dd>514 ms</dd>", "<dt>Slowest answer</dt><dd>1 s</dd>"} {
		if !strings.Contains(got, want) {
			t.Errorf("got no %s in the page", want)
		}
	}
}
