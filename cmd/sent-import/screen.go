package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"sent-import/importer"
	"sent-import/importer/progress"
	"sent-import/report/human"
)

// How often progress is shown: on a terminal often enough to look smooth, in a log
// or a cron mail rarely.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = time.Minute
)

// screen shows a run to people, on stderr: the plan, notices, and how far it
// is. Nothing on it names a number or a cell.
type screen struct {
	w        io.Writer
	answers  io.Writer // of those who ask where it is, also with --quiet
	asked    <-chan os.Signal
	subject  string // what it is about, if that is one file of several
	terminal bool
	progress *importer.Progress
	quit     chan struct{} // closed by stop
	done     sync.WaitGroup

	mu   sync.Mutex // guards w and what follows
	bar  *progressbar.ProgressBar
	kind progress.Phase // phase that the bar shows
}

// engine is a function of the engine that plans and reports: Run or Check.
type engine func(context.Context, importer.Options) (*importer.Result, error)

// watch calls the engine, and shows what happens until the call returns. With
// --quiet, nothing is shown; with --json, what happens goes to stdout as JSON lines as
// well.
func (a *app) watch(call engine, o importer.Options, f outputFlags, r *reporter) (*importer.Result, error) {
	o.Report = r.take
	return a.show(f, func(s *screen, o importer.Options) (*importer.Result, error) {
		o.Plan = func(p importer.Plan) {
			s.say(a.onceForAll(planText(p, time.Now()), p))
			a.lines.about(p.Job.ID, p.Run)
			_ = a.lines.write("plan", newJSONPlan(p)) // the summary says whether stdout can be written
		}
		return call(a.ctx, o)
	}, o)
}

// show calls the engine in the way of call, and shows notices and progress until the call
// returns.
func (a *app) show(f outputFlags, call func(*screen, importer.Options) (*importer.Result, error), o importer.Options) (*importer.Result, error) {
	s := &screen{w: a.stderr, answers: a.stderr, asked: a.asked, subject: a.subject, terminal: isTerminal(a.stderr), progress: new(importer.Progress), quit: make(chan struct{})}
	o.Progress = s.progress
	if f.Quiet {
		s.w = io.Discard
	}
	o.Notice = func(text string) {
		s.say(text)
		_ = a.lines.write("notice", jsonNotice{text})
	}
	defer a.lines.follow(s.progress)()
	every := lineEvery
	if s.terminal {
		every = barEvery
	}
	s.done.Go(func() { s.loop(every) })
	defer s.stop()
	return call(s, o)
}

// hold removes the bar, and keeps everything off the screen until release is called.
func (s *screen) hold() (release func()) {
	s.mu.Lock()
	s.clear()
	return s.mu.Unlock
}

type jsonPlan struct {
	Account         jsonOwner `json:"account"`
	Profile         jsonOwner `json:"profile"`
	Resumed         bool      `json:"resumed"`
	Rows            int       `json:"rows"`
	Open            int       `json:"open"` // rows that are not settled
	Duplicate       int       `json:"duplicate"`
	Invalid         int       `json:"invalid"`
	OptedOut        int       `json:"opted_out"`    // of the invalid rows, those of people who opted out
	Requests        int       `json:"requests"`     // at most, if nothing goes wrong
	Existing        string    `json:"existing"`     // read, off, done, sandbox, few, costly, missing or later: see importer.ListChoice; "" in a check
	Contacts        int       `json:"contacts"`     // in the account; 0 where that is not known
	Pages           int       `json:"pages"`        // of the list of contacts
	PagesUnread     int       `json:"pages_unread"` // beyond those: more than creating every row would cost
	Marks           int       `json:"marks"`        // of contacts as opted out
	Lookups         int       `json:"lookups"`      // for the contact ids of duplicates, that are certain
	PerMinute       *float64  `json:"per_minute"`   // null: no limit
	DurationSeconds float64   `json:"duration_seconds"`
	Notices         []string  `json:"notices"`
}

// jsonOwner is an account or a profile; what the API does not tell of it is "".
type jsonOwner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // organization, user or profile
}

func newJSONPlan(p importer.Plan) jsonPlan {
	j := jsonPlan{
		Account: jsonOwner(p.Account), Profile: jsonOwner{ID: p.Profile.ID, Name: p.Profile.Name}, Resumed: p.Resumed, Rows: p.Counts.Rows, Open: open(p),
		Duplicate: p.Counts.Duplicate, Invalid: p.Counts.Invalid, OptedOut: p.OptedOut, Requests: p.Requests,
		Existing: string(p.List.Choice), Contacts: p.List.Contacts, Pages: p.List.Pages, PagesUnread: p.List.Unread, Marks: p.Marks, Lookups: p.MissingIDs,
		DurationSeconds: p.Duration.Seconds(), Notices: append([]string{}, p.Notices...),
	}
	if !math.IsInf(p.PerMinute, 1) {
		j.PerMinute = &p.PerMinute
	}
	return j
}

// say prints lines above the bar.
func (s *screen) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	tell(s.w, text)
}

func (s *screen) loop(every time.Duration) {
	ticks := time.Tick(every)
	for {
		select {
		case <-s.quit:
			return
		case <-ticks:
			s.tick(s.progress.Snapshot())
		case <-s.asked:
			s.answer(s.progress.Snapshot())
		}
	}
}

// answer says in one line where the command is.
func (s *screen) answer(p progress.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	tell(s.answers, s.subject+cmp.Or(progressText(p, time.Now()), "starting"))
}

// stop removes the bar. The screen shows nothing after that.
func (s *screen) stop() {
	close(s.quit)
	s.done.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	s.bar = nil
}

// clear removes the bar until it is drawn again.
func (s *screen) clear() {
	if s.bar != nil {
		_ = s.bar.Clear()
	}
}

func (s *screen) tick(p progress.Snapshot) {
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

// draw shows the bar: bytes while the file is read, pages while the list is,
// rows while they are created, and look-ups.
func (s *screen) draw(p progress.Snapshot, text string) {
	total, at := p.BytesTotal, p.Bytes
	switch p.Phase {
	case progress.Listing:
		total, at = int64(p.Pages), int64(p.PagesRead)
	case progress.Creating, progress.Ending:
		total, at = int64(p.ToSettle), int64(p.Settled.Rows)
	case progress.Undoing:
		total, at = int64(p.ToUndo), int64(p.Undone)
	case progress.Resolving:
		total, at = int64(p.ToResolve), int64(p.Resolved)
	}
	if s.bar == nil || s.kind != p.Phase {
		s.clear()
		s.bar, s.kind = newBar(s.w, total), p.Phase
	}
	if total > 0 {
		s.bar.ChangeMax64(total) // the list grows, and duplicates are found
	}
	s.bar.Describe(cut(text, widthOf(s.w)-len("100% ")-len("  ")))
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
		progressbar.OptionSetSpinnerChangeInterval(0), // the library's own timer would draw after stop
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}),
	)
}

// share is how much of a file has been read, always in MB, so that the length of the
// progress line changes little.
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
	return human.Number(int(math.Round(perMinute)))
}

// clock is the time of day at d after now, with the date if that is another day.
func clock(now time.Time, d time.Duration) string {
	at := now.Add(d).Local()
	if isToday(now, at) {
		return "at " + clockAt(now, at)
	}
	return "on " + clockAt(now, at)
}

// clockAt is a time of day, with the date if that is another day.
func clockAt(now, at time.Time) string {
	if isToday(now, at) {
		return at.Local().Format("15:04")
	}
	return at.Local().Format("Mon 2 Jan at 15:04")
}

func isToday(now, at time.Time) bool {
	return at.Local().YearDay() == now.Local().YearDay() && at.Sub(now) < 24*time.Hour
}
