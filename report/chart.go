package report

import (
	"fmt"
	"strings"
	"time"

	"sent-import/importer/timeline"
	"sent-import/report/human"
)

// chartView is when requests were sent and rows were settled.
type chartView struct {
	Width      int // of the graphics: 10 for each interval
	Rows       []chartRow
	Start, End time.Time
	Interval   string // how long an interval is
	Legend     []legend
	Missing    string // what is not shown; "" if all is
}

// chartRow is one graphic.
type chartRow struct {
	ID    string
	Name  string
	Most  string // what its highest bar stands for
	Title string // the whole in words
	Bars  []barPath
}

// barPath has the bars of one colour.
type barPath struct{ Class, Path string }

// legend says in words what a colour stands for.
type legend struct{ Class, Text string }

// chartOf is the chart of a job with that many requests; nil where too little is known to draw one.
func chartOf(p Page, requests int, settled *timeline.Timeline) *chartView {
	if p.Timeline == nil || p.Timeline.Total().Requests == 0 {
		return nil
	}
	line := new(timeline.Timeline)
	line.Merge(p.Timeline)
	line.Merge(settled)
	all, width := line.Intervals(), line.Width()
	if len(all) < 2 {
		return nil
	}
	c := &chartView{Width: len(all) * 10, Start: all[0].Start, End: all[len(all)-1].Start.Add(width), Interval: human.Measured(width)}
	c.Rows = append(c.Rows, c.requests(all))
	if line.Total().Settled > 0 {
		c.Rows = append(c.Rows, c.settled(all))
	}
	if waits, some := c.waits(all, width, p.Runs); some {
		c.Rows = append(c.Rows, waits)
	}
	c.Legend = legendOf(line, p.Runs)
	if n := requests - line.Total().Requests; n > 0 {
		c.Missing = human.Count(n, "request is", "requests are") + " not shown: an older version has sent " + human.Word(n, "it", "them") + ", or a run was killed before it had noted when."
	}
	return c
}

// requests is the graphic of the requests, those that were answered with 429 on top.
func (c *chartView) requests(all []timeline.Interval) chartRow {
	count := func(i timeline.Interval) int { return i.Was.Requests }
	r := c.row("requests", "Requests", all, count)
	most := float64(mostOf(all, count))
	var sent, limited strings.Builder
	for x, i := range all {
		refused := float64(min(i.Was.Limited, i.Was.Requests)) / most
		whole := float64(i.Was.Requests) / most
		appendBar(&sent, x, 0, whole-refused)
		appendBar(&limited, x, whole-refused, refused)
	}
	r.Bars = []barPath{{"sent", sent.String()}, {"limited", limited.String()}}
	return r
}

// settled is the graphic of the rows by when they were settled.
func (c *chartView) settled(all []timeline.Interval) chartRow {
	count := func(i timeline.Interval) int { return i.Was.Settled }
	r := c.row("settled", "Rows settled", all, count)
	most := float64(mostOf(all, count))
	var path strings.Builder
	for x, i := range all {
		appendBar(&path, x, 0, float64(i.Was.Settled)/most)
	}
	r.Bars = []barPath{{"settled", path.String()}}
	return r
}

// row is a graphic with its texts.
func (c *chartView) row(id, name string, all []timeline.Interval, count func(timeline.Interval) int) chartRow {
	sum := 0
	for _, i := range all {
		sum += count(i)
	}
	most := human.Number(mostOf(all, count)) + " in " + c.Interval
	return chartRow{
		ID: id, Name: name, Most: "at most " + most,
		Title: fmt.Sprintf("%s from %s to %s: %s, at most %s", name, moment(c.Start), moment(c.End), human.Number(sum), most),
	}
}

func mostOf(all []timeline.Interval, count func(timeline.Interval) int) int {
	most := 1
	for _, i := range all {
		most = max(most, count(i))
	}
	return most
}

// waits is the graphic of what held the requests up, each bar as the share of its interval;
// some says that something did.
func (c *chartView) waits(all []timeline.Interval, width time.Duration, runs []time.Time) (r chartRow, some bool) {
	var paused, outage, begins strings.Builder
	var pausedFor, outageFor time.Duration
	for x, i := range all {
		out := min(1, float64(i.Was.Outage)/float64(width))
		appendBar(&outage, x, 0, out)
		appendBar(&paused, x, out, min(1-out, float64(i.Was.Paused)/float64(width)))
		pausedFor, outageFor = pausedFor+i.Was.Paused, outageFor+i.Was.Outage
	}
	marked := -1
	for n, began := range runs {
		if x := int(began.Sub(c.Start) / width); n > 0 && x > marked && x < len(all) {
			fmt.Fprintf(&begins, "M%d 0h3v100h-3z", x*10)
			marked = x
		}
	}
	r = chartRow{ID: "waits", Name: "Pauses, outages, new runs", Title: fmt.Sprintf("Paused for %s, outages of %s, %s", human.Measured(pausedFor), human.Measured(outageFor), human.Count(len(runs), "run", "runs"))}
	r.Bars = []barPath{{"outage", outage.String()}, {"limited", paused.String()}, {"begins", begins.String()}}
	return r, pausedFor+outageFor > 0 || begins.Len() > 0
}

// appendBar appends a bar of the graphic, which is 100 high, to a path. from and height are
// shares of that.
func appendBar(path *strings.Builder, x int, from, height float64) {
	if height <= 0 {
		return
	}
	low := 100 - int(from*100)
	high := min(low-2, 100-int((from+height)*100)) // what is there is seen
	fmt.Fprintf(path, "M%d %dV%dh8V%dz", x*10+1, low, max(0, high), low)
}

func legendOf(line *timeline.Timeline, runs []time.Time) (all []legend) {
	total := line.Total()
	all = append(all, legend{"sent", human.Count(total.Requests, "request", "requests")})
	if total.Limited > 0 {
		all = append(all, legend{"limited", human.Count(total.Limited, "answer", "answers") + " with 429, paused for " + human.Measured(total.Paused)})
	}
	if total.Settled > 0 {
		all = append(all, legend{"settled", human.Count(total.Settled, "row settled, when it was last", "rows settled, each when it was last")})
	}
	if line.Outages > 0 {
		all = append(all, legend{"outage", human.Count(line.Outages, "outage", "outages") + ", " + human.Measured(total.Outage) + " in all"})
	}
	if len(runs) > 1 {
		all = append(all, legend{"begins", human.Count(len(runs), "run", "runs") + "; a line is where one began"})
	}
	return all
}
