package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"sent-import/importer"
	"sent-import/report"
)

// How often progress is shown: on a terminal as often as an eye follows; in a
// log or a cron mail rarely.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 10 * time.Second
)

// screen shows a run to people, on stderr: the plan, notices, and how far it
// is. Nothing on it names a number or a cell.
type screen struct {
	w        io.Writer
	terminal bool
	progress *importer.Progress
	quit     chan struct{} // closed by stop
	done     sync.WaitGroup

	mu   sync.Mutex // guards w and what follows
	bar  *progressbar.ProgressBar
	kind importer.Phase // that the bar is for
}

// show makes the options tell the screen what happens, and starts showing it.
// With quiet, nothing is shown; with json, the plan and the notices go to
// stdout as JSON lines as well.
func (a *app) show(o *importer.Options, f outputFlags) *screen {
	s := &screen{w: a.stderr, terminal: isTerminal(a.stderr), progress: new(importer.Progress), quit: make(chan struct{})}
	o.Progress = s.progress
	if f.Quiet {
		s.w = io.Discard
	}
	o.Notice = func(text string) {
		s.say(text)
		if f.JSON {
			_ = report.Line(a.stdout, jsonNotice{"notice", text})
		}
	}
	o.Plan = func(p importer.Plan) {
		s.say(planText(p, time.Now()))
		if f.JSON {
			_ = report.Line(a.stdout, newJSONPlan(p))
		}
	}
	every := lineEvery
	if s.terminal {
		every = barEvery
	}
	s.done.Go(func() { s.loop(every) })
	return s
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

type jsonNotice struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type jsonPlan struct {
	Type            string   `json:"type"`
	Job             string   `json:"job"`
	Resumed         bool     `json:"resumed"`
	Rows            int      `json:"rows"`
	Open            int      `json:"open"` // rows that are not settled
	Duplicate       int      `json:"duplicate"`
	Invalid         int      `json:"invalid"`
	Requests        int      `json:"requests"`
	PerMinute       *float64 `json:"per_minute"` // null: no limit
	DurationSeconds float64  `json:"duration_seconds"`
	Notices         []string `json:"notices"`
}

func newJSONPlan(p importer.Plan) jsonPlan {
	j := jsonPlan{
		Type: "plan", Job: p.Job.ID, Resumed: p.Resumed, Rows: p.Counts.Rows, Open: p.Requests,
		Duplicate: p.Counts.Duplicate, Invalid: p.Counts.Invalid, Requests: p.Requests,
		DurationSeconds: p.Duration.Seconds(), Notices: append([]string{}, p.Notices...),
	}
	if !math.IsInf(p.PerMinute, 1) {
		j.PerMinute = &p.PerMinute
	}
	return j
}

// planText is the plan in words.
func planText(p importer.Plan, now time.Time) string {
	var b strings.Builder
	for _, n := range p.Notices {
		fmt.Fprintln(&b, n)
	}
	c := p.Counts
	fmt.Fprintf(&b, "%s: %s rows: ", p.Job.InputName, thousands(c.Rows))
	if p.Resumed && c.Created > 0 {
		fmt.Fprintf(&b, "%s created before, ", thousands(c.Created))
	}
	fmt.Fprintf(&b, "%s to create, %s duplicate, %s invalid.\n", thousands(p.Requests), thousands(c.Duplicate), thousands(c.Invalid))
	switch {
	case p.Requests == 0:
		b.WriteString("Nothing is left to send.")
	case math.IsInf(p.PerMinute, 1):
		fmt.Fprintf(&b, "%s, without a limit.", count(p.Requests, "request"))
	default:
		fmt.Fprintf(&b, "%s at %s a minute: about %s, done %s, if all goes well.\nThe account's messages share this allowance while the import runs.",
			count(p.Requests, "request"), rate(p.PerMinute), roughly(p.Duration), clock(now, p.Duration))
	}
	return b.String()
}

// say prints lines above the bar.
func (s *screen) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		_ = s.bar.Clear()
	}
	fmt.Fprintln(s.w, text)
}

func (s *screen) loop(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-ticker.C:
			s.tick(s.progress.Snapshot())
		}
	}
}

// stop takes the bar away. Nothing is shown afterwards.
func (s *screen) stop() {
	close(s.quit)
	s.done.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		_ = s.bar.Clear()
		s.bar = nil
	}
}

func (s *screen) tick(p importer.Snapshot) {
	text := progressText(p, time.Now())
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		fmt.Fprintln(s.w, text)
		return
	}
	s.draw(p, text)
}

// draw shows the bar: bytes while the file is read, rows while they are
// created.
func (s *screen) draw(p importer.Snapshot, text string) {
	total, at := p.BytesTotal, p.Bytes
	if p.Phase >= importer.Creating {
		total, at = int64(p.ToSettle), int64(p.Settled.Rows)
	}
	if s.bar == nil || s.kind != p.Phase {
		if s.bar != nil {
			_ = s.bar.Clear()
		}
		s.bar, s.kind = newBar(s.w, total), p.Phase
	}
	s.bar.Describe(text)
	_ = s.bar.Set64(min(at, max(total, 1)))
}

func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	if total <= 0 {
		total = -1 // a spinner
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}),
	)
}

// progressText is how far a run is, in one line.
func progressText(p importer.Snapshot, now time.Time) string {
	switch p.Phase {
	case importer.Hashing:
		return "reading the file: " + share(p.Bytes, p.BytesTotal)
	case importer.Planning:
		return fmt.Sprintf("planning: %s rows, %s", thousands(p.Rows), share(p.Bytes, p.BytesTotal))
	case importer.Creating:
		return creatingText(p, now)
	case importer.Ending:
		return fmt.Sprintf("%s of %s rows settled, waiting for the requests in flight", thousands(p.Settled.Rows), thousands(p.ToSettle))
	}
	return ""
}

func creatingText(p importer.Snapshot, now time.Time) string {
	text := fmt.Sprintf("%s of %s rows", thousands(p.Settled.Rows), thousands(p.ToSettle))
	if p.Settled.Failed > 0 {
		text += fmt.Sprintf(", %s failed", thousands(p.Settled.Failed))
	}
	switch left := p.ToSettle - p.Settled.Rows; {
	case p.Outage:
		return text + ", the API does not answer; probing"
	case p.PausedUntil.After(now):
		return text + ", paused by the API (429) until " + p.PausedUntil.Local().Format(time.TimeOnly)
	case math.IsInf(p.PerMinute, 1) || p.PerMinute <= 0:
		return text
	default:
		d := time.Duration(float64(left) / p.PerMinute * float64(time.Minute))
		return fmt.Sprintf("%s, %s/min, %s left, done %s", text, rate(p.PerMinute), roughly(d), clock(now, d))
	}
}

func share(n, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d%% of %.1f MB", 100*min(n, total)/total, float64(total)/1e6)
}

// rate shows requests a minute without false precision.
func rate(perMinute float64) string {
	if perMinute < 100 && perMinute != math.Trunc(perMinute) {
		return strconv.FormatFloat(perMinute, 'f', 1, 64)
	}
	return thousands(int(math.Round(perMinute)))
}

// roughly shows a duration with its two largest units.
func roughly(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// clock is the time of day, and the day if it is another one, d after now.
func clock(now time.Time, d time.Duration) string {
	at := now.Add(d).Local()
	if at.YearDay() == now.Local().YearDay() && d < 24*time.Hour {
		return "at " + at.Format("15:04")
	}
	return at.Format("on Mon 2 Jan at 15:04")
}

// count writes a number of things, of which many end in s.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return thousands(n) + " " + thing
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
